#include "cjpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>

#include <jerror.h>

struct fovea_jpeg_reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    fovea_jpeg_limits limits;
    double deadline; // thread CPU seconds; 0 before `fovea_jpeg_start`
    jmp_buf escape;
    fovea_jpeg_status status;
    uint32_t steps; // how often libjpeg reported progress
    uint8_t *cmyk; // one row, if the picture has four components
    char message[JMSG_LENGTH_MAX];
};

static double thread_cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static fovea_jpeg_status status_of(int message_code) {
    switch (message_code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE: return FOVEA_JPEG_OUT_OF_MEMORY;
    case JERR_IMAGE_TOO_BIG: return FOVEA_JPEG_TOO_LARGE;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_NOTIMPL:
    case JERR_SOF_UNSUPPORTED: return FOVEA_JPEG_UNSUPPORTED;
    default: return FOVEA_JPEG_BROKEN;
    }
}

_Noreturn static void leave(fovea_jpeg_reader *reader, fovea_jpeg_status status) {
    reader->status = status;
    longjmp(reader->escape, 1);
}

static void on_error(j_common_ptr jpeg) {
    fovea_jpeg_reader *reader = jpeg->client_data;
    reader->errors.format_message(jpeg, reader->message);
    leave(reader, status_of(reader->errors.msg_code));
}

static void on_message(j_common_ptr jpeg, int level) {
    if (level < 0) on_error(jpeg); // negative: data are corrupt
}

static void check_time(fovea_jpeg_reader *reader) {
    if (reader->deadline > 0 && thread_cpu_seconds() > reader->deadline) leave(reader, FOVEA_JPEG_TOO_SLOW);
}

static void on_progress(j_common_ptr jpeg) {
    fovea_jpeg_reader *reader = jpeg->client_data;
    if (reader->jpeg.input_scan_number > reader->limits.max_scans) leave(reader, FOVEA_JPEG_TOO_MANY_SCANS);
    // A step is a row read, or a row of coding units while all scans are read. Asking for the time is a system call.
    if (reader->steps++ % 16 == 0) check_time(reader);
}

fovea_jpeg_reader *fovea_jpeg_open(const uint8_t *bytes, size_t count) {
    fovea_jpeg_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->jpeg.client_data = reader;
    if (setjmp(reader->escape)) {
        fovea_jpeg_close(reader);
        return NULL;
    }
    jpeg_create_decompress(&reader->jpeg);
    reader->progress.progress_monitor = on_progress;
    reader->jpeg.progress = &reader->progress;
    jpeg_mem_src(&reader->jpeg, bytes, count);
    return reader;
}

static uint64_t coefficient_bytes(struct jpeg_decompress_struct *jpeg) {
    if (!jpeg_has_multiple_scans(jpeg)) return 0;
    uint64_t blocks = 0;
    for (int c = 0; c < jpeg->num_components; c++) {
        const jpeg_component_info *component = &jpeg->comp_info[c];
        // libjpeg rounds each component up to whole coding units.
        const uint64_t across = (uint64_t)component->width_in_blocks + (uint64_t)component->h_samp_factor;
        const uint64_t down = (uint64_t)component->height_in_blocks + (uint64_t)component->v_samp_factor;
        blocks += across * down;
    }
    return blocks * sizeof(JBLOCK);
}

fovea_jpeg_status fovea_jpeg_read_header(fovea_jpeg_reader *reader, fovea_jpeg_header *header) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    *header = (fovea_jpeg_header){0};
    if (setjmp(reader->escape)) {
        header->width = jpeg->image_width;
        header->height = jpeg->image_height;
        return reader->status;
    }
    jpeg_read_header(jpeg, TRUE);
    header->width = jpeg->image_width;
    header->height = jpeg->image_height;
    header->mcu_width = (uint32_t)jpeg->max_h_samp_factor * DCTSIZE;
    header->coefficient_bytes = coefficient_bytes(jpeg);
    if (jpeg->jpeg_color_space == JCS_UNKNOWN) return FOVEA_JPEG_UNSUPPORTED;
    return FOVEA_JPEG_OK;
}

fovea_jpeg_status fovea_jpeg_start(
    fovea_jpeg_reader *reader, uint32_t denominator, fovea_jpeg_limits limits, uint32_t *width, uint32_t *height) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->escape)) return reader->status;
    reader->limits = limits;
    reader->deadline = thread_cpu_seconds() + limits.max_cpu_seconds;
    jpeg->mem->max_memory_to_use = (long)limits.max_memory;
    jpeg->scale_num = 1;
    jpeg->scale_denom = denominator;
    const int has_four = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = has_four ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(jpeg);
    if (has_four) {
        reader->cmyk = malloc((size_t)jpeg->output_width * 4);
        if (!reader->cmyk) return FOVEA_JPEG_OUT_OF_MEMORY;
    }
    *width = jpeg->output_width;
    *height = jpeg->output_height;
    return FOVEA_JPEG_OK;
}

fovea_jpeg_status fovea_jpeg_crop(fovea_jpeg_reader *reader, uint32_t *first, uint32_t *count) {
    if (setjmp(reader->escape)) return reader->status;
    JDIMENSION x = *first, width = *count;
    jpeg_crop_scanline(&reader->jpeg, &x, &width);
    *first = x;
    *count = width;
    return FOVEA_JPEG_OK;
}

// a * b / 255, rounded to nearest.
static inline uint32_t scaled(uint32_t a, uint32_t b) {
    const uint32_t product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

// Files hold inverted ink, as Adobe writes it: 255 is none. So a value is the light that its ink lets through.
static void convert_cmyk(const uint8_t *cmyk, uint8_t *rgb, uint32_t count) {
    for (uint32_t i = 0; i < count; i++, cmyk += 4, rgb += 3) {
        const uint32_t light = cmyk[3];
        for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(light - scaled(255u - cmyk[c], light));
    }
}

fovea_jpeg_status fovea_jpeg_read_rows(fovea_jpeg_reader *reader, uint8_t *rows, size_t stride, uint32_t count) {
    if (setjmp(reader->escape)) return reader->status;
    for (uint32_t i = 0; i < count; i++, rows += stride) {
        JSAMPROW target = reader->cmyk ? reader->cmyk : rows;
        if (jpeg_read_scanlines(&reader->jpeg, &target, 1) != 1) return FOVEA_JPEG_BROKEN;
        if (reader->cmyk) convert_cmyk(reader->cmyk, rows, reader->jpeg.output_width);
    }
    return FOVEA_JPEG_OK;
}

fovea_jpeg_status fovea_jpeg_skip_rows(fovea_jpeg_reader *reader, uint32_t count) {
    enum { ROWS_BETWEEN_CHECKS = 64 };
    if (setjmp(reader->escape)) return reader->status;
    while (count > 0) {
        check_time(reader);
        const uint32_t step = count < ROWS_BETWEEN_CHECKS ? count : ROWS_BETWEEN_CHECKS;
        if (jpeg_skip_scanlines(&reader->jpeg, step) != step) return FOVEA_JPEG_BROKEN;
        count -= step;
    }
    return FOVEA_JPEG_OK;
}

fovea_jpeg_status fovea_jpeg_finish(fovea_jpeg_reader *reader) {
    if (setjmp(reader->escape)) return reader->status;
    jpeg_finish_decompress(&reader->jpeg);
    return FOVEA_JPEG_OK;
}

const char *fovea_jpeg_message(const fovea_jpeg_reader *reader) { return reader->message; }

void fovea_jpeg_close(fovea_jpeg_reader *reader) {
    jpeg_destroy_decompress(&reader->jpeg);
    free(reader->cmyk);
    free(reader);
}
