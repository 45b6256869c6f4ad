// Softmax of each row, with the row's maximum taken off first. See ckernels.h.
static void softmax_row(float *out, const float *x, size_t C) {
    const size_t whole = C / LANES * LANES, rest = C - whole;
    float largest = x[0];
    if (whole) {
        vec largest_lanes = load(x);
        for (size_t c = LANES; c < whole; c += LANES) largest_lanes = maximum(largest_lanes, load(x + c));
        largest = maximum_of_lanes(largest_lanes);
    }
    for (size_t c = whole; c < C; c++) largest = x[c] > largest ? x[c] : largest;

    vec sums = 0.0f;
    for (size_t c = 0; c < whole; c += LANES) {
        const vec y = exponential(load(x + c) - largest);
        store(out + c, y);
        sums += y;
    }
    float sum = sum_of_lanes(sums);
    if (rest) {
        const vec y = exponential(load_first(x + whole, rest) - largest);
        store_first(out + whole, y, rest);
        for (size_t c = whole; c < C; c++) sum += out[c];
    }

    const float share = 1.0f / sum;
    for (size_t c = 0; c < whole; c += LANES) store(out + c, load(out + c) * share);
    for (size_t c = whole; c < C; c++) out[c] *= share;
}

static void softmax(float *out, const float *x, size_t rows, size_t C) {
    if (C == 0) return;
    for (size_t r = 0; r < rows; r++) softmax_row(out + r * C, x + r * C, C);
}

// Softmax of each column of `count` matrices (rows, C). Several vectors of columns go down together, so that each cache line
// is fetched once.
#define COLUMN_VECTORS 4

// Columns of one matrix, `lanes` of them: all of COLUMN_VECTORS vectors, or some of one.
INLINE void softmax_down(float *out, const float *x, size_t rows, size_t C, const size_t vectors, ptrdiff_t lanes) {
    vec largest[COLUMN_VECTORS], sums[COLUMN_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) {
        largest[v] = load_vector(x, (ptrdiff_t)v, lanes);
        sums[v] = 0.0f;
    }
    for (size_t r = 1; r < rows; r++)
        UNROLL for (size_t v = 0; v < vectors; v++)
            largest[v] = maximum(largest[v], load_vector(x + r * C, (ptrdiff_t)v, lanes));
    for (size_t r = 0; r < rows; r++)
        UNROLL for (size_t v = 0; v < vectors; v++) {
            const vec y = exponential(load_vector(x + r * C, (ptrdiff_t)v, lanes) - largest[v]);
            sums[v] += y;
            store_vector(out + r * C, (ptrdiff_t)v, lanes, y);
        }
    UNROLL for (size_t v = 0; v < vectors; v++) sums[v] = 1.0f / sums[v];
    for (size_t r = 0; r < rows; r++)
        UNROLL for (size_t v = 0; v < vectors; v++)
            store_vector(out + r * C, (ptrdiff_t)v, lanes, load_vector(out + r * C, (ptrdiff_t)v, lanes) * sums[v]);
}

static void softmax_columns(
    float *out, const float *x, size_t count, size_t rows, size_t C, size_t first, size_t last) {
    if (rows == 0) return;
    for (size_t i = 0; i < count; i++, x += rows * C, out += rows * C) {
        size_t c = first;
        for (; c + COLUMN_VECTORS * LANES <= last; c += COLUMN_VECTORS * LANES)
            softmax_down(out + c, x + c, rows, C, COLUMN_VECTORS, COLUMN_VECTORS * LANES);
        for (; c + LANES <= last; c += LANES) softmax_down(out + c, x + c, rows, C, 1, LANES);
        if (c < last) softmax_down(out + c, x + c, rows, C, 1, (ptrdiff_t)(last - c));
    }
}
