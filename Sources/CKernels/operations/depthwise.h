// Depthwise convolution of N H W C images: each channel with its own filter. See ckernels.h.
//
// One vector of channels at a time, TILE neighbouring output pixels at once so that a filter tap is loaded once for
// all of them. Windows that hang over the border are clipped to the taps inside, one pixel at a time.
#define TILE 4

// The taps of a window that lie inside the image, per axis: first..<last.
typedef struct {
    ptrdiff_t first, last;
} taps;

INLINE taps taps_inside(ptrdiff_t start, ptrdiff_t length, ptrdiff_t K, ptrdiff_t dilation) {
    taps inside = {0, K};
    while (inside.first < K && start + inside.first * dilation < 0) inside.first++;
    while (inside.last > inside.first && start + (inside.last - 1) * dilation >= length) inside.last--;
    return inside;
}

// `pixels` neighbouring outputs, the first of them with its window at x (which may lie outside the image as long as
// `rows` and `columns` leave out what does).
INLINE void depthwise_pixels(
    float *out, const float *x, const float *w, const float *bias, const fovea_window *s, const ptrdiff_t pixels,
    const taps rows, const taps columns, const ptrdiff_t KW, const fovea_activation activation) {
    const ptrdiff_t C = s->C, step = s->stride * C, whole = C / LANES * LANES;
    const ptrdiff_t row = s->dilation * s->W * C, column = s->dilation * C;
    for (ptrdiff_t c = 0; c < C; c += LANES) {
        const size_t rest = (size_t)(C - c);
#define LOAD(p) (c < whole ? load(p) : load_first(p, rest))
        vec sums[TILE];
        for (ptrdiff_t p = 0; p < pixels; p++) sums[p] = bias ? LOAD(bias + c) : 0.0f;
        for (ptrdiff_t i = rows.first; i < rows.last; i++)
            for (ptrdiff_t j = columns.first; j < columns.last; j++) {
                const vec tap = LOAD(w + (i * KW + j) * C + c);
                const float *under = x + i * row + j * column + c;
                for (ptrdiff_t p = 0; p < pixels; p++) sums[p] += LOAD(under + p * step) * tap;
            }
#undef LOAD
        for (ptrdiff_t p = 0; p < pixels; p++) {
            const vec y = activate(sums[p], activation);
            if (c < whole)
                store(out + p * C + c, y);
            else
                store_first(out + p * C + c, y, rest);
        }
    }
}

// K is the filter's size where it is known when this is compiled, else 0.
INLINE void depthwise_rows(
    float *out, const float *x, const float *w, const float *bias, const fovea_window *s, ptrdiff_t first,
    ptrdiff_t last, const ptrdiff_t K, const fovea_activation activation) {
    const ptrdiff_t KH = K ? K : s->KH, KW = K ? K : s->KW;
    const taps all_rows = {0, KH}, all_columns = {0, KW};
    for (ptrdiff_t oy = first; oy < last; oy++) {
        const ptrdiff_t y = oy * s->stride - s->top;
        const taps rows = taps_inside(y, s->H, KH, s->dilation);
        const int whole_rows = rows.first == 0 && rows.last == KH;
        for (ptrdiff_t ox = 0; ox < s->OW;) {
            const ptrdiff_t left = ox * s->stride - s->left;
            const ptrdiff_t right = left + (TILE - 1) * s->stride + (KW - 1) * s->dilation;
            float *to = out + (oy * s->OW + ox) * s->C;
            const float *from = x + (y * s->W + left) * s->C;
            if (left >= 0 && right < s->W && ox + TILE <= s->OW) {
                if (whole_rows)
                    depthwise_pixels(to, from, w, bias, s, TILE, all_rows, all_columns, KW, activation);
                else
                    depthwise_pixels(to, from, w, bias, s, TILE, rows, all_columns, KW, activation);
                ox += TILE;
            } else {
                const taps columns = taps_inside(left, s->W, KW, s->dilation);
                depthwise_pixels(to, from, w, bias, s, 1, rows, columns, KW, activation);
                ox += 1;
            }
        }
    }
}

#define DEPTHWISE(size)                                                                                       \
    static void depthwise_##size(                                                                             \
        float *out, const float *x, const float *w, const float *bias, const fovea_window *s, ptrdiff_t first, \
        ptrdiff_t last, fovea_activation activation) {                                                        \
        FOR_ACTIVATION(activation, DEPTHWISE_ROWS_##size)                                                     \
    }
#define DEPTHWISE_ROWS_0(activation) depthwise_rows(out, x, w, bias, s, first, last, 0, activation)
#define DEPTHWISE_ROWS_3(activation) depthwise_rows(out, x, w, bias, s, first, last, 3, activation)
#define DEPTHWISE_ROWS_5(activation) depthwise_rows(out, x, w, bias, s, first, last, 5, activation)
DEPTHWISE(0)
DEPTHWISE(3)
DEPTHWISE(5)

static void depthwise(
    float *out, const float *x, const float *w, const float *bias, const fovea_window *s, ptrdiff_t first,
    ptrdiff_t last, fovea_activation activation) {
    if (s->KH == 3 && s->KW == 3)
        depthwise_3(out, x, w, bias, s, first, last, activation);
    else if (s->KH == 5 && s->KW == 5)
        depthwise_5(out, x, w, bias, s, first, last, activation);
    else
        depthwise_0(out, x, w, bias, s, first, last, activation);
}
