// Rows times a packed matrix: bias, residual and activation are applied while the result is still near. See ckernels.h.
//
// A tile of TILE_ROWS rows by one panel of 2 * LANES columns stays in registers while K goes by: with AVX-512 these are
// 28 sums, two vectors of weights and one element for all lanes, of 32 registers.
#if LANES == 16
#define TILE_ROWS 14
#define FOR_FEWER_ROWS(CASE) \
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13)
#elif LANES == 8
#define TILE_ROWS 6
#define FOR_FEWER_ROWS(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
#elif defined(__aarch64__)
#define TILE_ROWS 8
#define FOR_FEWER_ROWS(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
#else
#define TILE_ROWS 5
#define FOR_FEWER_ROWS(CASE) CASE(1) CASE(2) CASE(3) CASE(4)
#endif

// What one tile computes: `rows` rows of x times one panel, into the columns that the matrix has there.
typedef struct {
    const float *x, *panel;
    // The weights that come after these: large ones are on their way while these are in use.
    const float *next;
    // What is added to the product: `bias` before, the others after. `earlier` is the product of the k before these.
    const float *bias, *earlier, *residual;
    float *out;
    const ptrdiff_t *offsets;
    ptrdiff_t segments, segment, x_row, out_row, residual_row, columns;
    float lowest, highest;
} tile;

// The vector j of a row of `columns` floats at p, of which it may have fewer than LANES.
INLINE vec load_vector(const float *p, ptrdiff_t j, ptrdiff_t columns) {
    const ptrdiff_t left = columns - j * LANES;
    return left >= LANES ? load(p + j * LANES) : load_first(p + j * LANES, (size_t)left);
}

INLINE void store_vector(float *p, ptrdiff_t j, ptrdiff_t columns, vec v) {
    const ptrdiff_t left = columns - j * LANES;
    if (left >= LANES)
        store(p + j * LANES, v);
    else
        store_first(p + j * LANES, v, (size_t)left);
}

// Writes what a tile's sums give: what is to be added, then the limits. `is_whole` says that there are as many columns as
// lanes. Each step goes over all sums, so that there is one test per tile and none per vector.
INLINE void finish_tile(
    const tile *t, vec sums[TILE_ROWS][2], const ptrdiff_t rows, const ptrdiff_t vectors, const int is_whole) {
#define EACH_SUM UNROLL for (ptrdiff_t i = 0; i < rows; i++) UNROLL for (ptrdiff_t j = 0; j < vectors; j++)
#define LOAD(p) (is_whole ? load((p) + j * LANES) : load_vector(p, j, t->columns))
    if (t->earlier) EACH_SUM sums[i][j] += LOAD(t->earlier + i * t->out_row);
    if (t->residual) EACH_SUM sums[i][j] += LOAD(t->residual + i * t->residual_row);
    const vec lowest = t->lowest, highest = t->highest;
    EACH_SUM {
        const vec y = minimum(highest, maximum(lowest, sums[i][j]));
        if (is_whole)
            store(t->out + i * t->out_row + j * LANES, y);
        else
            store_vector(t->out + i * t->out_row, j, t->columns, y);
    }
#undef LOAD
#undef EACH_SUM
}

// The activations that are no clamp, over a block of the result while it is in the cache.
INLINE void activate_rows(float *out, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, const fovea_activation activation) {
    for (ptrdiff_t r = 0; r < rows; r++, out += stride)
        for (ptrdiff_t c = 0; c < columns; c += LANES)
            store_vector(out + c, 0, columns - c, activate(load_vector(out + c, 0, columns - c), activation));
}

static void activate_block(float *out, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns, fovea_activation activation) {
#define ACTIVATE(activation) activate_rows(out, stride, rows, columns, activation)
    FOR_ACTIVATION(activation, ACTIVATE)
#undef ACTIVATE
}

// An element is a float.
#define NAME(name) name
#define ADD_PRODUCT(sum, x, weights) ((sum) + (x) * (weights))
#include "product_tiles.h"
#undef NAME
#undef ADD_PRODUCT

// See ckernels.h.
static void scale_packed(float *out, const float *packed, const float *factors, ptrdiff_t K, ptrdiff_t N) {
    for (ptrdiff_t column = 0; column < N; column += 2 * LANES) {
        const ptrdiff_t width = N - column > LANES ? 2 * LANES : LANES;
        for (ptrdiff_t k = 0; k < K; k++, out += width, packed += width)
            for (ptrdiff_t n = 0; n < width; n += LANES) store(out + n, load(packed + n) * factors[k]);
    }
}

// See ckernels.h.
static void pack(float *out, const float *w, ptrdiff_t K, ptrdiff_t N) {
    for (ptrdiff_t column = 0; column < N; column += 2 * LANES) {
        const ptrdiff_t columns = N - column < 2 * LANES ? N - column : 2 * LANES;
        const ptrdiff_t width = columns > LANES ? 2 * LANES : LANES;
        for (ptrdiff_t k = 0; k < K; k++, out += width)
            for (ptrdiff_t n = 0; n < width; n += LANES)
                store(out + n, load_vector(w + k * N + column + n, 0, columns - n));
    }
}

#ifdef HAS_BF16
// An element is a pair of neighbouring k in bf16, 32 bits like a float; the processor multiplies both and adds up.
#define NAME(name) name##_bf16
#define ADD_PRODUCT(sum, x, weights) ((vec)_mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(weights)))
#include "product_tiles.h"
#undef NAME
#undef ADD_PRODUCT

// See ckernels.h.
static void to_bf16(float *out, const float *x, const float *factors, ptrdiff_t rows, ptrdiff_t K, ptrdiff_t x_row) {
    for (ptrdiff_t r = 0; r < rows; r++, x += x_row, out += K / 2)
        for (ptrdiff_t k = 0; k < K; k += 2 * LANES) {
            vec low = load_vector(x + k, 0, K - k), high = K - k > LANES ? load_vector(x + k, 1, K - k) : 0.0f;
            if (factors) {
                low *= load_vector(factors + k, 0, K - k);
                if (K - k > LANES) high *= load_vector(factors + k, 1, K - k);
            }
            store_vector(out + k / 2, 0, (K - k) / 2, (vec)_mm512_cvtne2ps_pbh(high, low));
        }
}

// See ckernels.h.
static void pack_bf16(float *out, const float *w, ptrdiff_t K, ptrdiff_t N) {
    for (ptrdiff_t column = 0; column < N; column += 2 * LANES) {
        const ptrdiff_t columns = N - column < 2 * LANES ? N - column : 2 * LANES;
        const ptrdiff_t width = columns > LANES ? 2 * LANES : LANES;
        for (ptrdiff_t k = 0; k < K; k += 2)
            for (ptrdiff_t n = 0; n < width; n++) {
                float pair[2] = {0.0f, 0.0f};
                if (n < columns)
                    for (ptrdiff_t i = 0; i < 2; i++) pair[i] = w[(k + i) * N + column + n];
                to_bf16(out++, pair, NULL, 1, 2, 2);
            }
    }
}
#endif
