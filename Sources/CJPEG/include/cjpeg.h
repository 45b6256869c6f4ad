#ifndef FOVEA_CJPEG_H
#define FOVEA_CJPEG_H

// JPEG in and out of memory over libjpeg. Every libjpeg error ends inside this module (setjmp/longjmp) and comes back
// as a status with a message; a warning (corrupt or truncated data) is an error too.

#include <stddef.h>
#include <stdint.h>

typedef enum {
    FOVEA_JPEG_OK,
    FOVEA_JPEG_BROKEN,
    FOVEA_JPEG_UNSUPPORTED,    // a JPEG this library can't decode: lossless, 12 bit, odd colour spaces
    FOVEA_JPEG_TOO_LARGE,      // a side over libjpeg's own maximum; the header says which
    FOVEA_JPEG_TOO_SLOW,       // over `max_cpu_seconds`
    FOVEA_JPEG_TOO_MANY_SCANS, // over `max_scans`
    FOVEA_JPEG_OUT_OF_MEMORY,
} fovea_jpeg_status;

typedef struct fovea_jpeg_reader fovea_jpeg_reader;

typedef struct {
    uint32_t width, height;
    uint32_t mcu_width;         // columns of one coding unit at full size
    uint64_t coefficient_bytes; // what decoding holds besides rows: all coefficients if there are several scans
} fovea_jpeg_header;

typedef struct {
    int32_t max_scans;
    double max_cpu_seconds; // of the calling thread, from `fovea_jpeg_start` on
    size_t max_memory;      // bytes
} fovea_jpeg_limits;

/// Returns a reader of `bytes`, which must outlive it, or NULL when there is no memory.
fovea_jpeg_reader *fovea_jpeg_open(const uint8_t *bytes, size_t count);
/// Also after failing, `header` holds the width and height if the frame header was reached, else 0.
fovea_jpeg_status fovea_jpeg_read_header(fovea_jpeg_reader *reader, fovea_jpeg_header *header);
/// Starts decoding at 1/`denominator` (1, 2, 4, 8) of the size, in the DCT domain; reads all scans if there are several.
fovea_jpeg_status fovea_jpeg_start(
    fovea_jpeg_reader *reader, uint32_t denominator, fovea_jpeg_limits limits, uint32_t *width, uint32_t *height);
/// Before the first row: limits rows to these columns, widened to whole coding units; the columns at the two ends may
/// differ from those of the whole row, because colour is interpolated across coding units.
fovea_jpeg_status fovea_jpeg_crop(fovea_jpeg_reader *reader, uint32_t *first, uint32_t *count);
/// Reads `count` rows of RGB, 3 bytes a pixel, to places `stride` bytes apart.
fovea_jpeg_status fovea_jpeg_read_rows(fovea_jpeg_reader *reader, uint8_t *rows, size_t stride, uint32_t count);
/// Passes over `count` rows.
fovea_jpeg_status fovea_jpeg_skip_rows(fovea_jpeg_reader *reader, uint32_t count);
/// After the last row: checks that the picture ends as it should.
fovea_jpeg_status fovea_jpeg_finish(fovea_jpeg_reader *reader);
/// libjpeg's words for the last failure.
const char *fovea_jpeg_message(const fovea_jpeg_reader *reader);
void fovea_jpeg_close(fovea_jpeg_reader *reader);

/// Encodes `height` rows of `width` RGB pixels. `*encoded` is to be freed with `free`.
fovea_jpeg_status fovea_jpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int32_t quality, uint8_t **encoded, size_t *count);

#endif
