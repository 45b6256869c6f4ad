// The product of one matrix, transposed, with another. See ckernels.h.
//
// Both are read row by row, K of them, and each pair of rows adds its outer product to the result. That is done in blocks of
// K: of a block, two vectors of columns of the second matrix are put side by side, and every tile of the result that they
// are a factor of passes over them while they are in the first-level cache.
#define OUTER_BLOCK 128

// `rows` rows of the result by `columns` columns, at most two vectors of them, known to fit if `is_whole`.
INLINE void outer_tile(
    float *out, ptrdiff_t out_row, const float *a, ptrdiff_t a_row, const float *b, ptrdiff_t K, const ptrdiff_t rows,
    ptrdiff_t columns, const int is_whole, int is_first) {
    vec sums[TILE_ROWS][2] = {{0.0f}};
    for (ptrdiff_t k = 0; k < K; k++, a += a_row, b += 2 * LANES) {
        const vec low = load(b), high = load(b + LANES);
        UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
            const vec element = a[i];
            sums[i][0] += element * low;
            sums[i][1] += element * high;
        }
    }
    UNROLL for (ptrdiff_t i = 0; i < rows; i++, out += out_row)
        UNROLL for (ptrdiff_t j = 0; j < 2; j++) {
            if (is_whole)
                store(out + j * LANES, is_first ? sums[i][j] : sums[i][j] + load(out + j * LANES));
            else if (columns > j * LANES)
                store_vector(out, j, columns, is_first ? sums[i][j] : sums[i][j] + load_vector(out, j, columns));
        }
}

// A block of K rows of both matrices, all M columns of the first and `columns` of the second.
static void outer_block(
    float *out, ptrdiff_t out_row, const float *a, ptrdiff_t M, const float *b, ptrdiff_t N, ptrdiff_t K,
    ptrdiff_t columns, int is_first) {
    float side_by_side[OUTER_BLOCK * 2 * LANES];
    for (ptrdiff_t k = 0; k < K; k++)
        for (ptrdiff_t j = 0; j < 2; j++)
            store(
                side_by_side + (2 * k + j) * LANES,
                columns > j * LANES ? load_vector(b + k * N, j, columns) : 0.0f);
    for (ptrdiff_t m = 0; m < M; m += TILE_ROWS, out += TILE_ROWS * out_row) {
#define OUTER_CASE(rows)                                                                                         \
    case rows:                                                                                                   \
        if (columns == 2 * LANES)                                                                                \
            outer_tile(out, out_row, a + m, M, side_by_side, K, rows, columns, 1, is_first);                     \
        else                                                                                                     \
            outer_tile(out, out_row, a + m, M, side_by_side, K, rows, columns, 0, is_first);                     \
        break;
        switch (M - m < TILE_ROWS ? M - m : TILE_ROWS) { FOR_FEWER_ROWS(OUTER_CASE) OUTER_CASE(TILE_ROWS) }
#undef OUTER_CASE
    }
}

static void transposed_product(
    float *out, const float *a, const float *b, ptrdiff_t K, ptrdiff_t M, ptrdiff_t N, ptrdiff_t first,
    ptrdiff_t last) {
    for (ptrdiff_t k = 0; k < K; k += OUTER_BLOCK)
        for (ptrdiff_t n = first; n < last; n += 2 * LANES)
            outer_block(
                out + n, N, a + k * M, M, b + k * N + n, N, K - k < OUTER_BLOCK ? K - k : OUTER_BLOCK,
                last - n < 2 * LANES ? last - n : 2 * LANES, k == 0);
}
