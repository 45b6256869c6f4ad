#include "cpng.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

struct writer {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    uint8_t *bytes;
    size_t count, capacity;
};

static void on_error(png_structp png, png_const_charp message) {
    struct writer *writer = png_get_error_ptr(png);
    (void)message;
    longjmp(writer->escape, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void write_bytes(png_structp png, png_bytep source, size_t count) {
    struct writer *writer = png_get_io_ptr(png);
    if (writer->capacity - writer->count < count) {
        const size_t capacity = (writer->capacity + count) * 2;
        uint8_t *bytes = realloc(writer->bytes, capacity);
        if (!bytes) png_error(png, "no memory");
        writer->bytes = bytes;
        writer->capacity = capacity;
    }
    memcpy(writer->bytes + writer->count, source, count);
    writer->count += count;
}

static void flush(png_structp png) { (void)png; }

fovea_png_status fovea_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **encoded, size_t *count) {
    struct writer *writer = calloc(1, sizeof *writer);
    if (!writer) return FOVEA_PNG_OUT_OF_MEMORY;
    if (setjmp(writer->escape)) {
        png_destroy_write_struct(&writer->png, &writer->info);
        free(writer->bytes);
        free(writer);
        return FOVEA_PNG_OUT_OF_MEMORY;
    }
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
    if (!writer->png) {
        free(writer);
        return FOVEA_PNG_OUT_OF_MEMORY;
    }
    writer->info = png_create_info_struct(writer->png);
    if (!writer->info) longjmp(writer->escape, 1);
    png_set_write_fn(writer->png, writer, write_bytes, flush);
    png_set_IHDR(
        writer->png, writer->info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (channels == 1) {
        png_set_filter(writer->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
        png_set_compression_level(writer->png, 1);
    }
    png_write_info(writer->png, writer->info);
    for (uint32_t y = 0; y < height; y++) png_write_row(writer->png, pixels + (size_t)y * width * channels);
    png_write_end(writer->png, NULL);
    png_destroy_write_struct(&writer->png, &writer->info);
    *encoded = writer->bytes;
    *count = writer->count;
    free(writer);
    return FOVEA_PNG_OK;
}
