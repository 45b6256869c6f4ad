// The arithmetic that needs SIMD: pure functions over float arrays, one table of them per instruction set.
//
// No kernel allocates, starts threads or checks shapes: the caller does. Images are N H W C, one image at a time
// here; arrays need no alignment. "Rows" and "pixels" are the outer axis of a row-major matrix with C columns.
#ifndef FOVEA_CKERNELS_H
#define FOVEA_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// What a kernel applies to its result, elementwise.
typedef enum __attribute__((enum_extensibility(closed))) {
    fovea_activation_none,
    fovea_activation_relu,
    fovea_activation_relu6,
    fovea_activation_silu,
    fovea_activation_sigmoid,
    fovea_activation_hard_swish,
    fovea_activation_hard_sigmoid,
} fovea_activation;

// A filter sliding over an image of H x W x C: the window of output pixel (oy, ox) starts at input pixel
// (oy * stride - top, ox * stride - left); what hangs over the border reads as zero.
typedef struct {
    ptrdiff_t H, W, C, OH, OW, KH, KW, stride, dilation, top, left;
} fovea_window;

// Bits after the point of a weight of `resize_across` and `resize_down`.
#define FOVEA_WEIGHT_BITS 22
// Bytes behind a row that these two may read (what they hold does not matter) and overwrite.
#define FOVEA_ROW_SLACK 64

// Which samples of one axis make each of `outputs` samples: output i is the sum over t < taps of source sample
// starts[i] + t times the weight high[i * stride + t] * 2^16 + low[i * stride + t]. From `taps` on, weights are zero;
// `stride` is a multiple of 8.
typedef struct {
    const int32_t *starts;
    const int16_t *high, *low;
    size_t outputs, taps, stride;
} fovea_axis_weights;

typedef struct {
    const char *name;

    // out[r, c] = activation(x[r, c] + bias[c] + residual[r, c]); out may be x.
    void (*epilogue)(
        float *out, const float *x, const float *_Nullable bias, const float *_Nullable residual, size_t rows,
        size_t C, fovea_activation activation);

    // out[p, c] = x[p, c] * scale[c]; out may be x.
    void (*scale)(float *out, const float *x, const float *scale, size_t pixels, size_t C);

    // out[c] = the mean of x[p, c] over the pixels, for the channels first..<last.
    void (*mean)(float *out, const float *x, size_t pixels, size_t C, size_t first, size_t last);

    // Depthwise convolution: the output rows first..<last of out (OH, OW, C), with one KH x KW filter per channel in
    // w (KH, KW, C), then bias (C) and activation.
    void (*depthwise)(
        float *out, const float *x, const float *w, const float *_Nullable bias, const fovea_window *window,
        ptrdiff_t first, ptrdiff_t last, fovea_activation activation);

    // Every row of x (rows, C) as probabilities: exp(x - max) / sum of them.
    void (*softmax)(float *out, const float *x, size_t rows, size_t C);

    // One row of 8-bit RGB resized to axis->outputs pixels, rounded and limited to 0...255.
    void (*resize_across)(uint8_t *out, const uint8_t *row, const fovea_axis_weights *axis);

    // out[i] = the sum over t < taps of rows[t][i] times weight t, rounded and limited, for i < count; taps is even.
    void (*resize_down)(
        uint8_t *out, const uint8_t *_Nonnull const *_Nonnull rows, const int16_t *high, const int16_t *low, size_t taps,
        size_t count);
} fovea_kernels;

// The table for `wanted` ("baseline", "avx2", "avx512"), or the best one below it that this machine can run;
// without a known wish the best of all.
const fovea_kernels *fovea_kernels_for(const char *_Nullable wanted);

// Writes the windows of the output pixels first..<last (counted row by row) side by side as a matrix of
// (last - first) x (KH * KW * channels), reading the channels from `channel` on: the left side of a convolution
// written as a matrix product.
void fovea_im2col(
    float *out, const float *x, const fovea_window *window, ptrdiff_t channel, ptrdiff_t channels, ptrdiff_t first,
    ptrdiff_t last);

// Copies an array of `rank` axes, whose steps in memory are `strides`, to row-major order.
void fovea_copy_strided(
    float *out, const float *x, size_t rank, const ptrdiff_t *shape, const ptrdiff_t *strides);

// Makes this thread treat denormal numbers as zero: they cost a hundred times more and mean nothing here.
void fovea_flush_denormals(void);

// How many cores this process may run on.
ptrdiff_t fovea_affinity_cores(void);

// Tells the processor that this thread is spinning.
static inline void fovea_spin_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#pragma clang assume_nonnull end
#endif
