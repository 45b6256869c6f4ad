#include "cjpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

struct writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    unsigned char *bytes;
    unsigned long count;
};

static void on_error(j_common_ptr jpeg) {
    struct writer *writer = jpeg->client_data;
    longjmp(writer->escape, 1);
}

static void on_message(j_common_ptr jpeg, int level) {
    (void)jpeg;
    (void)level;
}

fovea_jpeg_status fovea_jpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int32_t quality, uint8_t **encoded, size_t *count) {
    struct writer *writer = calloc(1, sizeof *writer);
    if (!writer) return FOVEA_JPEG_OUT_OF_MEMORY;
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    jpeg->err = jpeg_std_error(&writer->errors);
    writer->errors.error_exit = on_error;
    writer->errors.emit_message = on_message;
    jpeg->client_data = writer;
    if (setjmp(writer->escape)) {
        jpeg_destroy_compress(&writer->jpeg);
        free(writer->bytes);
        free(writer);
        return FOVEA_JPEG_OUT_OF_MEMORY;
    }
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, &writer->bytes, &writer->count);
    jpeg->image_width = width;
    jpeg->image_height = height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(rgb + (size_t)jpeg->next_scanline * width * 3);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    jpeg_destroy_compress(jpeg);
    *encoded = writer->bytes;
    *count = writer->count;
    free(writer);
    return FOVEA_JPEG_OK;
}
