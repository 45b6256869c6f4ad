// The arithmetic that needs SIMD: pure functions over float arrays, one table of them per instruction set.
//
// No kernel allocates, starts threads or checks shapes: the caller does. Images are N H W C, one image at a time
// here; arrays need no alignment. "Rows" and "pixels" are the outer axis of a row-major matrix with C columns.
#ifndef FOVEA_CKERNELS_H
#define FOVEA_CKERNELS_H

#include <stdbool.h>
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

// How many cores this thread may run on: those of the process, unless it is pinned.
ptrdiff_t fovea_affinity_cores(void);

// Keeps this thread on one core, the index-th of those it may run on; false if there is none.
bool fovea_pin_thread(ptrdiff_t index);

// Lets a pinned thread run where it could before; false if it isn't pinned.
bool fovea_unpin_thread(void);

// Undoes fovea_unpin_thread.
bool fovea_pin_thread_again(void);

// Names this thread for tools that list threads.
void fovea_name_thread(ptrdiff_t index);

// Gives the system the memory of the heap that is free.
void fovea_trim_heap(void);

// The time since some moment in the past.
uint64_t fovea_nanoseconds(void);

// What the current thread was last told that it is; nil on others.
void *_Nullable fovea_current_worker(void);
void fovea_set_current_worker(void *_Nullable worker);

// A Swift closure of type (Range<Int>) -> Void, which somebody else keeps alive.
typedef struct {
    void *_Nullable code;
    void *_Nullable captured;
} fovea_body;

// Calls it with first..<last.
void fovea_call(fovea_body body, ptrdiff_t first, ptrdiff_t last);

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
