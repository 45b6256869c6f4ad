#include "cpng.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <png.h>

struct fovea_png_reader {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count, position;
    jmp_buf escape;
    fovea_png_status status;
    fovea_png_limits limits;
    double deadline; // thread CPU seconds
    uint32_t width, height, channels, next_row, rows_since_check;
    int is_interlaced;
    uint8_t *pixels; // one row, or the whole picture if it is interlaced
    char message[128];
};

static double thread_cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

_Noreturn static void leave(fovea_png_reader *reader, fovea_png_status status) {
    reader->status = status;
    longjmp(reader->escape, 1);
}

static void on_error(png_structp png, png_const_charp message) {
    fovea_png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->message, sizeof reader->message, "%s", message);
    leave(reader, FOVEA_PNG_BROKEN);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    fovea_png_reader *reader = png_get_io_ptr(png);
    if (count > reader->count - reader->position) png_error(png, "the file ends before the picture does");
    memcpy(target, reader->bytes + reader->position, count);
    reader->position += count;
}

static void check_time(fovea_png_reader *reader) {
    if (reader->rows_since_check++ % 16) return;
    if (thread_cpu_seconds() > reader->deadline) leave(reader, FOVEA_PNG_TOO_SLOW);
}

fovea_png_reader *fovea_png_open(const uint8_t *bytes, size_t count, fovea_png_limits limits) {
    fovea_png_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->bytes = bytes;
    reader->count = count;
    reader->limits = limits;
    reader->deadline = thread_cpu_seconds() + limits.max_cpu_seconds;
    if (setjmp(reader->escape)) {
        fovea_png_close(reader);
        return NULL;
    }
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
    if (reader->png) reader->info = png_create_info_struct(reader->png);
    if (!reader->info) {
        fovea_png_close(reader);
        return NULL;
    }
    return reader;
}

fovea_png_status fovea_png_read_header(fovea_png_reader *reader, fovea_png_header *header) {
    png_structp png = reader->png;
    png_infop info = reader->info;
    if (setjmp(reader->escape)) return reader->status;
    png_set_read_fn(png, reader, read_bytes);
    png_set_user_limits(png, reader->limits.max_side, reader->limits.max_side);
    // Nothing but tRNS is of use to us: every other ancillary chunk is passed over unread, whatever its length.
    png_set_chunk_malloc_max(png, PNG_UINT_31_MAX);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);

    reader->is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    png_set_expand(png); // palette to RGB, grey to 8 bit, tRNS to alpha
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    reader->width = png_get_image_width(png, info);
    reader->height = png_get_image_height(png, info);
    reader->channels = png_get_channels(png, info);
    const size_t row_bytes = (size_t)reader->width * reader->channels;
    if (png_get_rowbytes(png, info) != row_bytes || (reader->channels != 3 && reader->channels != 4)) {
        png_error(png, "rows are not 8-bit RGB");
    }
    header->width = reader->width;
    header->height = reader->height;
    header->interlaced_bytes = reader->is_interlaced ? (uint64_t)row_bytes * reader->height : 0;
    return FOVEA_PNG_OK;
}

// Reads `pixels` full: the next row, or all passes over the whole picture.
static void read_pixels(fovea_png_reader *reader) {
    if (!reader->is_interlaced) {
        check_time(reader);
        png_read_row(reader->png, reader->pixels, NULL);
        return;
    }
    const size_t row_bytes = (size_t)reader->width * reader->channels;
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
        for (uint32_t y = 0; y < reader->height; y++) {
            check_time(reader);
            png_read_row(reader->png, reader->pixels + row_bytes * y, NULL);
        }
    }
}

// a * b / 255, rounded to nearest.
static inline uint32_t scaled(uint32_t a, uint32_t b) {
    const uint32_t product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

// Lays RGBA on white: 255 - alpha * (255 - colour) / 255.
static void flatten(const uint8_t *rgba, uint8_t *rgb, uint32_t count) {
    for (uint32_t i = 0; i < count; i++, rgba += 4, rgb += 3) {
        for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(255u - scaled(255u - rgba[c], rgba[3]));
    }
}

fovea_png_status fovea_png_read_row(fovea_png_reader *reader, uint8_t *row) {
    const size_t row_bytes = (size_t)reader->width * reader->channels;
    if (setjmp(reader->escape)) return reader->status;
    if (reader->next_row >= reader->height) return FOVEA_PNG_BROKEN;
    const int is_first = reader->pixels == NULL;
    if (is_first) {
        reader->pixels = calloc(reader->is_interlaced ? reader->height : 1, row_bytes);
        if (!reader->pixels) return FOVEA_PNG_OUT_OF_MEMORY;
    }
    if (is_first || !reader->is_interlaced) read_pixels(reader);
    const uint8_t *source = reader->pixels + (reader->is_interlaced ? row_bytes * reader->next_row : 0);
    reader->next_row++;
    if (reader->channels == 4) {
        flatten(source, row, reader->width);
    } else {
        memcpy(row, source, row_bytes);
    }
    return FOVEA_PNG_OK;
}

fovea_png_status fovea_png_finish(fovea_png_reader *reader) {
    if (setjmp(reader->escape)) return reader->status;
    png_read_end(reader->png, NULL);
    return FOVEA_PNG_OK;
}

const char *fovea_png_message(const fovea_png_reader *reader) { return reader->message; }

void fovea_png_close(fovea_png_reader *reader) {
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->pixels);
    free(reader);
}
