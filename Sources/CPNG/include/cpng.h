#ifndef FOVEA_CPNG_H
#define FOVEA_CPNG_H

// PNG in and out of memory over libpng. Every libpng error ends inside this module (setjmp/longjmp) and comes back as
// a status with a message. Rows come as 8-bit RGB whatever the file holds: palettes looked up, grey spread, 16 bit
// scaled, transparency laid on white. Gamma and colour profiles are ignored.

#include <stddef.h>
#include <stdint.h>

typedef enum {
    FOVEA_PNG_OK,
    FOVEA_PNG_BROKEN,
    FOVEA_PNG_TOO_SLOW, // over `max_cpu_seconds`
    FOVEA_PNG_OUT_OF_MEMORY,
} fovea_png_status;

typedef struct fovea_png_reader fovea_png_reader;

typedef struct {
    uint32_t width, height;
    uint64_t interlaced_bytes; // what decoding holds besides rows: the whole picture if it is interlaced
} fovea_png_header;

typedef struct {
    uint32_t max_side;
    double max_cpu_seconds; // of the calling thread, from `fovea_png_open` on
} fovea_png_limits;

/// Returns a reader of `bytes`, which must outlive it, or NULL when there is no memory.
fovea_png_reader *fovea_png_open(const uint8_t *bytes, size_t count, fovea_png_limits limits);
fovea_png_status fovea_png_read_header(fovea_png_reader *reader, fovea_png_header *header);
/// Reads one row of RGB, 3 bytes a pixel; the first call reads the whole picture if it is interlaced.
fovea_png_status fovea_png_read_row(fovea_png_reader *reader, uint8_t *row);
/// After the last row: checks that the picture ends as it should.
fovea_png_status fovea_png_finish(fovea_png_reader *reader);
/// libpng's words for the last failure.
const char *fovea_png_message(const fovea_png_reader *reader);
void fovea_png_close(fovea_png_reader *reader);

/// Encodes `height` rows of `width` pixels of 1 (grey) or 3 (RGB) channels. Grey is taken for a mask: each row is told from
/// the one above, and little time is spent on it. `*encoded` is to be freed with `free`.
fovea_png_status fovea_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **encoded, size_t *count);

#endif
