// Prints what the kernels for any machine compute from fixed inputs: a line a result, its name and its numbers.
// `arm64.py` compares the lines of two processors.
#include <stdio.h>
#include <stdlib.h>

#include "ckernels.h"

static uint32_t state;

// Between -1 and 1, the same sequence from each seed everywhere.
static float next_number(void) {
    state = state * 1664525u + 1013904223u;
    return (float)(int32_t)state / 2147483648.0f;
}

static float *numbers(size_t count, uint32_t seed) {
    float *values = malloc(count * sizeof(float));
    state = seed;
    for (size_t i = 0; i < count; i++) values[i] = next_number();
    return values;
}

static void print(const char *name, const float *values, size_t count) {
    printf("%s", name);
    for (size_t i = 0; i < count; i++) printf(" %.9g", (double)values[i]);
    printf("\n");
}

static void print_bytes(const char *name, const uint8_t *values, size_t count) {
    printf("%s", name);
    for (size_t i = 0; i < count; i++) printf(" %d", values[i]);
    printf("\n");
}

// Rows of K, in two runs of half as many, times K x N.
static void print_product(const fovea_kernels *kernels, ptrdiff_t M, ptrdiff_t K, ptrdiff_t N, fovea_activation activation) {
    const ptrdiff_t half = kernels->panel_columns / 2, packed_columns = (N + half - 1) / half * half;
    const ptrdiff_t offsets[2] = {0, K / 2 + 3};
    float *x = numbers((size_t)(M * (K + 3)), 1), *w = numbers((size_t)(K * N), 2), *bias = numbers((size_t)N, 3);
    float *residual = numbers((size_t)(M * N), 4), *out = numbers((size_t)(M * N), 5);
    float *packed = malloc((size_t)(K * packed_columns) * sizeof(float));
    kernels->pack(packed, w, K, N);
    kernels->scale_packed(packed, packed, x, K, N);
    const fovea_product product = {
        .x = x, .x_row = K + 3, .offsets = offsets, .segments = K % 2 ? 1 : 2, .segment = K % 2 ? K : K / 2,
        .weights = packed, .N = N, .bias = bias, .residual = residual, .residual_row = N, .out = out, .out_row = N,
        .activation = activation,
    };
    kernels->product(&product, 0, M, 0, (N + kernels->panel_columns - 1) / kernels->panel_columns);
    print("product", out, (size_t)(M * N));
    free(x), free(w), free(bias), free(residual), free(out), free(packed);
}

static void print_depthwise(
    const fovea_kernels *kernels, ptrdiff_t K, ptrdiff_t stride, ptrdiff_t W, ptrdiff_t C, fovea_activation activation) {
    const ptrdiff_t H = 7, OH = (H - 1) / stride + 1, OW = (W - 1) / stride + 1;
    float *x = numbers((size_t)(H * W * C), 1), *filter = numbers((size_t)(K * K * C), 2), *bias = numbers((size_t)C, 3);
    float *out = numbers((size_t)(OH * OW * C), 4), *sums = numbers((size_t)C, 5);
    const fovea_depthwise job = {
        .x = x, .x_row = W * C, .x_pixel = C, .filter = filter, .filter_tap = C, .bias = bias, .out = out,
        .out_row = OW * C, .out_pixel = C, .sums = sums, .C = C,
        .window = {.H = H, .W = W, .C = C, .OH = OH, .OW = OW, .KH = K, .KW = K, .stride = stride, .dilation = 1,
                   .top = K / 2, .left = K / 2},
        .activation = activation,
    };
    kernels->depthwise(&job, 0, OH);
    print("depthwise", out, (size_t)(OH * OW * C));
    print("sums", sums, (size_t)C);
    free(x), free(filter), free(bias), free(out), free(sums);
}

static void print_channels(const fovea_kernels *kernels, size_t C) {
    const size_t pixels = 11;
    float *x = numbers(pixels * C, 1), *factors = numbers(C, 2), *out = numbers(pixels * C, 3);
    uint8_t *bytes = malloc(pixels * C);
    for (size_t i = 0; i < pixels * C; i++) bytes[i] = (uint8_t)(i * 37);
    kernels->scale(out, x, factors, pixels, C);
    print("scale", out, pixels * C);
    kernels->mean(out, x, pixels, C, 0, C);
    print("mean", out, C);
    kernels->softmax(out, x, pixels, C);
    print("softmax", out, pixels * C);
    kernels->layer_norm(out, x, factors, x, 1e-6f, pixels, C, fovea_activation_none);
    print("layer_norm", out, pixels * C);
    kernels->softmax_columns(out, x, 1, pixels, C, 0, C);
    print("softmax_columns", out, pixels * C);
    kernels->transposed_product(out, x, x, (ptrdiff_t)pixels - 1, 1, (ptrdiff_t)C, 0, (ptrdiff_t)C);
    print("transposed_product", out, C);
    const float mean[3] = {120.5f, 110.25f, 99.0f}, std[3] = {58.0f, 57.0f, 59.5f};
    kernels->normalise(out, bytes, pixels * C, mean, std);
    print("normalise", out, pixels * C);
    for (fovea_activation activation = 0; activation <= fovea_activation_gelu; activation++) {
        for (size_t i = 0; i < pixels * C; i++) out[i] = 12.0f * x[i];
        kernels->elementwise(out, out, x, pixels * C, activation);
        print("elementwise", out, pixels * C);
    }
    free(x), free(factors), free(out), free(bytes);
}

static void print_windows(const fovea_kernels *kernels, ptrdiff_t C) {
    enum { H = 6, W = 7 };
    float *x = numbers((size_t)(H * W * C), 1), *points = numbers((size_t)(36 * C), 2), *out = numbers((size_t)(16 * C), 3);
    const fovea_window window = {
        .H = H, .W = W, .C = C, .OH = 3, .OW = 4, .KH = 3, .KW = 3, .stride = 2, .dilation = 1, .top = 1, .left = 1};
    kernels->max_pool(out, x, &window, 0, 3);
    print("max_pool", out, (size_t)(12 * C));
    const fovea_winograd_input input = {
        .x = x - (W + 1) * C, .x_row = W * C, .x_pixel = C, .C = C, .first_row = 1, .last_row = 6, .first_column = 1,
        .last_column = 5, .out = points, .plane = C};
    kernels->winograd_input(&input);
    print("winograd_input", points, (size_t)(36 * C));
    const fovea_winograd_output output = {
        .products = points, .plane = C, .bias = x, .residual = x + C, .out = out, .out_row = 4 * C, .out_pixel = C,
        .C = C, .rows = 4, .columns = 3, .activation = fovea_activation_relu};
    kernels->winograd_output(&output);
    print("winograd_output", out, (size_t)(16 * C));
    free(x), free(points), free(out);
}

static void print_resize(const fovea_kernels *kernels, size_t outputs) {
    enum { taps = 6, stride = 8, sources = 512 };
    int32_t starts[64];
    int16_t high[64 * stride] = {0}, low[64 * stride] = {0};
    state = 6;
    for (size_t i = 0; i < outputs; i++) {
        starts[i] = (int32_t)(i * 7);
        for (size_t t = 0; t < taps; t++) {
            const int32_t weight = (int32_t)((0.3f * next_number() + 1.0f / taps) * (1 << FOVEA_WEIGHT_BITS));
            low[i * stride + t] = (int16_t)weight;
            high[i * stride + t] = (int16_t)((weight - low[i * stride + t]) >> 16);
        }
    }
    uint8_t row[3 * sources + FOVEA_ROW_SLACK], out[3 * 64 + FOVEA_ROW_SLACK];
    for (size_t i = 0; i < sizeof row; i++) row[i] = (uint8_t)(i * i * 31 >> 3);
    const fovea_axis_weights axis = {starts, high, low, outputs, taps, stride};
    kernels->resize_across(out, row, &axis);
    print_bytes("across", out, 3 * outputs);
    const uint8_t *rows[taps];
    for (size_t t = 0; t < taps; t++) rows[t] = row + 100 * t;
    kernels->resize_down(out, rows, high, low, taps, 3 * outputs);
    print_bytes("down", out, 3 * outputs);
}

int main(void) {
    const fovea_kernels *kernels = fovea_kernels_for("baseline");
    const ptrdiff_t products[][3] = {{1, 300, 40}, {5, 27, 16}, {17, 64, 33}, {49, 900, 5}, {3, 1, 1}};
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        print_product(kernels, products[i][0], products[i][1], products[i][2], (fovea_activation)i);
    for (ptrdiff_t K = 3; K <= 7; K += 2)
        for (ptrdiff_t stride = 1; stride <= 2; stride++) {
            print_depthwise(kernels, K, stride, 19, 24, fovea_activation_relu6);
            print_depthwise(kernels, K, stride, 2, 5, fovea_activation_silu);
        }
    for (size_t C = 1; C <= 19; C += 3) print_channels(kernels, C);
    for (ptrdiff_t C = 3; C <= 18; C += 5) print_windows(kernels, C);
    print_resize(kernels, 64);
    print_resize(kernels, 5);
}
