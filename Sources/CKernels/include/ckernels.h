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
    fovea_activation_gelu,
} fovea_activation;

// A filter sliding over an image of H x W x C: the window of output pixel (oy, ox) starts at input pixel
// (oy * stride - top, ox * stride - left); what hangs over the border reads as zero.
typedef struct {
    ptrdiff_t H, W, C, OH, OW, KH, KW, stride, dilation, top, left;
} fovea_window;

// What a product of rows with packed weights computes: out[m, n] = activation(x[m] . weights[:, n] + bias[n] +
// residual[m, n]). Rows of x, out and residual lie as many floats apart as said.
//
// A row x[m] is put together from `segments` runs of `segment` floats, which begin `offsets` floats after x + m * x_row:
// one for a plain matrix; for a convolution one per row, or per tap, of its window.
typedef struct {
    const float *x;
    ptrdiff_t x_row;
    const ptrdiff_t *offsets;
    ptrdiff_t segments, segment;
    // segments * segment rows and N columns, made by `pack` of the same table.
    const float *weights;
    ptrdiff_t N;
    const float *_Nullable bias;
    const float *_Nullable residual;
    ptrdiff_t residual_row;
    float *out;
    ptrdiff_t out_row;
    fovea_activation activation;
} fovea_product;

// A depthwise convolution of C channels of an image: out = activation(filtered x + bias). Rows, pixels and the filter's
// taps lie as many floats apart as said; `window.C` is not looked at.
typedef struct {
    const float *x;
    ptrdiff_t x_row, x_pixel;
    const float *filter;
    ptrdiff_t filter_tap;
    const float *_Nullable bias;
    float *out;
    ptrdiff_t out_row, out_pixel;
    // Each channel's sum over the output pixels is added to this.
    float *_Nullable sums;
    ptrdiff_t C;
    fovea_window window;
    fovea_activation activation;
} fovea_depthwise;

// 6 x 6 pixels of C channels of an image, for a tile of 4 x 4 outputs of a 3x3 convolution, transformed for products:
// number k of the 36 goes to out + k * plane. The first pixel is at x and may lie outside the image; only rows
// first_row..<last_row and columns first_column..<last_column are read, the others are zero.
typedef struct {
    const float *x;
    ptrdiff_t x_row, x_pixel, C, first_row, last_row, first_column, last_column;
    float *out;
    ptrdiff_t plane;
} fovea_winograd_input;

// The 36 products of a tile, number k at products + k * plane, transformed back: the first `rows` x `columns` of its 4 x 4
// outputs, activation(y + bias + residual). Residual and result lie alike.
typedef struct {
    const float *products;
    ptrdiff_t plane;
    const float *_Nullable bias;
    const float *_Nullable residual;
    float *out;
    ptrdiff_t out_row, out_pixel, C, rows, columns;
    fovea_activation activation;
} fovea_winograd_output;

// A block of the keys of some queries, in a softmax that sees one block after the other: scores become exponentials, to be
// multiplied with the block's values and added to `out`, which is rescaled where a score is the largest so far.
//
// The key of image row i and column j of the block, `columns` keys a row, has the score[i * columns + j] + row_bias[i] +
// column_bias[j]. What belongs to the next query lies so many floats further as said.
typedef struct {
    float *scores;
    ptrdiff_t scores_row, queries, keys;
    const float *_Nullable row_bias;
    ptrdiff_t row_bias_step;
    const float *_Nullable column_bias;
    ptrdiff_t column_bias_step, columns;
    // For each query, the largest score and the sum of exponentials: before the first block -INFINITY and 0.
    float *largest, *sums;
    // Rows of `width` floats.
    float *out;
    ptrdiff_t width;
} fovea_softmax_block;

// A weighted sum of two pixels of a row, or of a column, which lie so many floats after its first.
typedef struct {
    ptrdiff_t first, second;
    float first_weight, second_weight;
} fovea_axis_sample;

// A region of an image, pooled to bins x bins bins of C channels. Bin number b, row by row, is the mean, or the largest, of
// row_samples x column_samples bilinear samples of the map that begins b * bin_step floats after `map`; its channel c goes to
// out[b * out_bin + c * out_channel]. Each row, and column, of bins has samples of its own, which follow each other.
typedef struct {
    const float *map;
    ptrdiff_t bin_step, C, bins;
    const fovea_axis_sample *rows, *columns;
    ptrdiff_t row_samples, column_samples;
    bool is_maximum;
    float *out;
    ptrdiff_t out_bin, out_channel;
} fovea_region;

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

    // The columns of a panel: what a product of few rows is split by.
    ptrdiff_t panel_columns;

    // The rows that a product computes at once.
    ptrdiff_t tile_rows;

    // Packs the matrix w (K, N) for `product`, in panels of `panel_columns`. The last panel is half as wide
    // where that suffices: out has room for K times N rounded up to half panels.
    void (*pack)(float *out, const float *w, ptrdiff_t K, ptrdiff_t N);

    // Multiplies the row k of a packed matrix with factors[k].
    void (*scale_packed)(float *out, const float *packed, const float *factors, ptrdiff_t K, ptrdiff_t N);

    // The rows first..<last and the columns of the panels first_panel..<last_panel of a product.
    void (*product)(
        const fovea_product *product, ptrdiff_t first, ptrdiff_t last, ptrdiff_t first_panel, ptrdiff_t last_panel);

    // out[i] = activation(x[i] + other[i]); out may be x.
    void (*elementwise)(
        float *out, const float *x, const float *_Nullable other, size_t count, fovea_activation activation);

    // out[p, c] = x[p, c] * scale[c]; out may be x.
    void (*scale)(float *out, const float *x, const float *scale, size_t pixels, size_t C);

    // out[c] = the mean of x[p, c] over the pixels, for the channels first..<last.
    void (*mean)(float *out, const float *x, size_t pixels, size_t C, size_t first, size_t last);

    // The same in bf16 where the machine multiplies that, else NULL. Sums, bias, residual and result are floats. An element
    // of the rows and of the packed weights is a pair of neighbouring k, rounded to bf16, in the 32 bits of a float: in
    // `fovea_product` x_row, offsets and segment count pairs. K is even.
    void (*_Nullable pack_bf16)(float *out, const float *w, ptrdiff_t K, ptrdiff_t N);
    void (*_Nullable product_bf16)(
        const fovea_product *product, ptrdiff_t first, ptrdiff_t last, ptrdiff_t first_panel, ptrdiff_t last_panel);

    // Rounds rows of K floats, multiplied with `factors` if given, to bf16: K / 2 pairs each.
    void (*_Nullable to_bf16)(
        float *out, const float *x, const float *_Nullable factors, ptrdiff_t rows, ptrdiff_t K, ptrdiff_t x_row);

    // The output rows first..<last of a depthwise convolution.
    void (*depthwise)(const fovea_depthwise *depthwise, ptrdiff_t first, ptrdiff_t last);

    // The output rows first..<last of the largest value of each channel in each window; what hangs over the border does
    // not count, and each window has a pixel of the image.
    void (*max_pool)(float *out, const float *x, const fovea_window *window, ptrdiff_t first, ptrdiff_t last);

    void (*pool_region)(const fovea_region *region);

    // Writes `count` values of 8 bits as out[i] = (x[i] - mean[i % 3]) / std[i % 3].
    void (*normalise)(float *out, const uint8_t *x, size_t count, const float *mean, const float *std);

    // Every row of x (rows, C) as probabilities: exp(x - max) / sum of them.
    void (*softmax)(float *out, const float *x, size_t rows, size_t C);

    // Packs `count` keys and values of `width` floats for `product`: the keys, which begin at tokens[i], as the matrix
    // (width, count), the values, `step` floats further, as (count, width).
    void (*pack_tokens)(
        float *keys, float *values, const float *_Nonnull const *_Nonnull tokens, ptrdiff_t count, ptrdiff_t width,
        ptrdiff_t step);

    void (*softmax_block)(const fovea_softmax_block *block);

    // out[r, c] = x[r, c] / by[r] for c < C; rows of out lie out_row floats apart.
    void (*divide_rows)(
        float *out, ptrdiff_t out_row, const float *x, const float *by, ptrdiff_t rows, ptrdiff_t C);

    // The columns first..<last of each of `count` matrices (rows, C) as probabilities.
    void (*softmax_columns)(
        float *out, const float *x, size_t count, size_t rows, size_t C, size_t first, size_t last);

    // The columns first..<last of out (M, N) = the transpose of a (K, M) times b (K, N); K is at least 1.
    void (*transposed_product)(
        float *out, const float *a, const float *b, ptrdiff_t K, ptrdiff_t M, ptrdiff_t N, ptrdiff_t first,
        ptrdiff_t last);

    // Every row of x (rows, C) less its mean, over the root of its variance plus epsilon, times scale plus shift; then the
    // activation. out may be x.
    void (*layer_norm)(
        float *out, const float *x, const float *scale, const float *shift, float epsilon, size_t rows, size_t C,
        fovea_activation activation);

    // One row of 8-bit RGB resized to axis->outputs pixels, rounded and limited to 0...255.
    void (*resize_across)(uint8_t *out, const uint8_t *row, const fovea_axis_weights *axis);

    // out[i] = the sum over t < taps of rows[t][i] times weight t, rounded and limited, for i < count; taps is even.
    void (*resize_down)(
        uint8_t *out, const uint8_t *_Nonnull const *_Nonnull rows, const int16_t *high, const int16_t *low, size_t taps,
        size_t count);

    // out[i] = a[i] * (1 - fraction) + b[i] * fraction, of which the first product and the sum are rounded once.
    void (*blend)(float *out, const float *a, const float *b, float fraction, size_t count);

    // out[i] = x[first[i]] * (1 - fraction[i]) + x[first[i] + 1] * fraction[i], rounded likewise.
    void (*interpolate)(float *out, const float *x, const int32_t *first, const float *fraction, size_t count);

    // Bit i: of x[i] and x[i + 1] neither are both over `upper` nor both not over `lower`. Reads 65 floats.
    uint64_t (*crossings)(const float *x, float upper, float lower);

    void (*winograd_input)(const fovea_winograd_input *input);
    void (*winograd_output)(const fovea_winograd_output *output);
} fovea_kernels;

// The table for `wanted` ("baseline", "avx2", "avx512", "avx512bf16"), or the best one below it that this machine can run;
// without a known wish the best of all.
const fovea_kernels *fovea_kernels_for(const char *_Nullable wanted);

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

// Lets this thread run for longer at a time, and so threads that wake up for a moment interrupt it at once: Linux since 6.12
// lets them wait for the end of a turn only behind those whose turns are as short as theirs. Threads that this one starts
// have ordinary turns; elsewhere nothing happens.
void fovea_take_long_turns(void);

// Names this thread for tools that list threads.
void fovea_name_thread(ptrdiff_t index);

// Makes the heap give free memory back to the system early. Before threads ask it for any.
void fovea_configure_heap(void);

// The bytes of the heap that are in use; 0 where that is not known.
ptrdiff_t fovea_heap_bytes(void);

// Gives the system the memory of the heap that is free.
void fovea_trim_heap(void);

// The time since some moment in the past.
uint64_t fovea_nanoseconds(void);

// What the current thread was last told that it is, and what may stop it; nil on others.
void *_Nullable fovea_current_worker(void);
void fovea_set_current_worker(void *_Nullable worker);
void *_Nullable fovea_current_cancellation(void);
void fovea_set_current_cancellation(void *_Nullable cancellation);

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
