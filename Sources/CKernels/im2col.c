// The windows of a convolution as the rows of a matrix. See ckernels.h.
#include <string.h>

#include "ckernels.h"

// One row of a window: KW taps from input pixel (y, left) on.
static void window_row(
    float *out, const float *x, const fovea_window *s, ptrdiff_t y, ptrdiff_t left, ptrdiff_t channel,
    ptrdiff_t channels) {
    const size_t bytes = (size_t)channels * sizeof(float);
    if (y < 0 || y >= s->H) {
        memset(out, 0, (size_t)s->KW * bytes);
        return;
    }
    const float *row = x + y * s->W * s->C + channel;
    const int is_inside = left >= 0 && left + s->KW <= s->W;
    if (s->dilation == 1 && channels == s->C && is_inside) {
        memcpy(out, row + left * s->C, (size_t)s->KW * bytes);
        return;
    }
    for (ptrdiff_t j = 0; j < s->KW; j++, out += channels) {
        const ptrdiff_t column = left + j * s->dilation;
        if (column < 0 || column >= s->W)
            memset(out, 0, bytes);
        else
            memcpy(out, row + column * s->C, bytes);
    }
}

void fovea_im2col(
    float *out, const float *x, const fovea_window *s, ptrdiff_t channel, ptrdiff_t channels, ptrdiff_t first,
    ptrdiff_t last) {
    for (ptrdiff_t pixel = first; pixel < last; pixel++) {
        const ptrdiff_t top = pixel / s->OW * s->stride - s->top, left = pixel % s->OW * s->stride - s->left;
        for (ptrdiff_t i = 0; i < s->KH; i++, out += s->KW * channels)
            window_row(out, x, s, top + i * s->dilation, left, channel, channels);
    }
}
