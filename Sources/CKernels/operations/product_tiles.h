// Products of rows with panels, for the kind of elements that ADD_PRODUCT multiplies. Included by product.h.

// `rows` and `vectors` are known when this is compiled, so that the sums are registers.
INLINE void NAME(product_tile)(const tile *t, const ptrdiff_t rows, const ptrdiff_t vectors) {
    vec sums[TILE_ROWS][2];
    UNROLL for (ptrdiff_t j = 0; j < vectors; j++) {
        const vec bias = t->bias ? load_vector(t->bias, j, t->columns) : 0.0f;
        UNROLL for (ptrdiff_t i = 0; i < rows; i++) sums[i][j] = bias;
    }
    const float *panel = t->panel, *next = t->next;
    const ptrdiff_t x_row = t->x_row, segment = t->segment;
    for (ptrdiff_t s = 0; s < t->segments; s++) {
        const float *x = t->x + t->offsets[s];
        for (ptrdiff_t k = 0; k < segment; k++, panel += vectors * LANES) {
            vec weights[2];
            UNROLL for (ptrdiff_t j = 0; j < vectors; j++) weights[j] = load(panel + j * LANES);
            __builtin_prefetch(next + k * 16, 0, 2);
            UNROLL for (ptrdiff_t i = 0; i < rows; i++) {
                const vec element = x[i * x_row + k];
                UNROLL for (ptrdiff_t j = 0; j < vectors; j++) sums[i][j] = ADD_PRODUCT(sums[i][j], element, weights[j]);
            }
        }
    }
    if (t->columns == vectors * LANES)
        finish_tile(t, sums, rows, vectors, 1);
    else
        finish_tile(t, sums, rows, vectors, 0);
}

// All rows of t, tile by tile. `vectors` is known when this is compiled.
INLINE void NAME(product_tiles)(tile t, ptrdiff_t rows, const ptrdiff_t vectors) {
    const float *const next = t.next + t.segment * 16, *const panel = t.panel;
    while (rows > 0) {
        // A last tile of few rows would take nearly as long as a whole one: the last two share theirs.
        const ptrdiff_t some = rows >= 2 * TILE_ROWS - 1 || rows == TILE_ROWS ? TILE_ROWS
                               : rows > TILE_ROWS                             ? (rows + 1) / 2
                                                                              : rows;
#define TILE_CASE(rows) \
    case rows: NAME(product_tile)(&t, rows, vectors); break;
        switch (some) { FOR_FEWER_ROWS(TILE_CASE) TILE_CASE(TILE_ROWS) }
#undef TILE_CASE
        rows -= some;
        t.x += some * t.x_row;
        // A tile fetches a cache line per k: the second tile what the first left over, the others nothing new.
        t.next = t.next < next ? next : panel;
        t.out += some * t.out_row;
        if (t.earlier) t.earlier += some * t.out_row;
        if (t.residual) t.residual += some * t.residual_row;
    }
}

static void NAME(wide_tiles)(const tile *t, ptrdiff_t rows) { NAME(product_tiles)(*t, rows, 2); }
static void NAME(narrow_tiles)(const tile *t, ptrdiff_t rows) { NAME(product_tiles)(*t, rows, 1); }

// One row, in one segment, needs more sums at once than its two vectors: a product of the sums of every fourth k.
static void NAME(wide_row)(const tile *t) {
    vec sums[4][2] = {{0.0f}};
    const float *x = t->x + t->offsets[0], *panel = t->panel;
    ptrdiff_t k = 0;
    for (; k + 4 <= t->segment; k += 4, panel += 8 * LANES) {
        // Each weight is used once: memory is what it takes, and it likes to be asked early.
        UNROLL for (ptrdiff_t i = 0; i < 8; i++) __builtin_prefetch(panel + 64 * LANES + i * LANES, 0, 0);
        UNROLL for (ptrdiff_t i = 0; i < 4; i++)
            UNROLL for (ptrdiff_t j = 0; j < 2; j++) sums[i][j] = ADD_PRODUCT(sums[i][j], (vec)x[k + i], load(panel + (2 * i + j) * LANES));
    }
    for (; k < t->segment; k++, panel += 2 * LANES)
        UNROLL for (ptrdiff_t j = 0; j < 2; j++) sums[0][j] = ADD_PRODUCT(sums[0][j], (vec)x[k], load(panel + j * LANES));
    UNROLL for (ptrdiff_t j = 0; j < 2; j++) {
        vec y = (sums[0][j] + sums[1][j]) + (sums[2][j] + sums[3][j]);
        if (t->bias) y += load_vector(t->bias, j, t->columns);
        if (t->earlier) y += load_vector(t->earlier, j, t->columns);
        if (t->residual) y += load_vector(t->residual, j, t->columns);
        store_vector(t->out, j, t->columns, minimum(t->highest, maximum(t->lowest, y)));
    }
}

// Long sums are taken in runs of so many k. That keeps their rounding error down, and what a tile reads in the
// first-level cache.
#define LONGEST_RUN 384

// The rows first..<last of the columns of one panel.
static void NAME(product_of_panel)(const fovea_product *p, ptrdiff_t first, ptrdiff_t last, ptrdiff_t panel) {
    const ptrdiff_t column = panel * 2 * LANES, left = p->N - column, rows = last - first;
    const int is_wide = left > LANES;
    const limits clamp = limits_of(p->activation), none = limits_of(fovea_activation_none);
    const ptrdiff_t runs = p->segments == 1 ? (p->segment + LONGEST_RUN - 1) / LONGEST_RUN : 1;
    const float *weights = p->weights + column * p->segments * p->segment;
    float *out = p->out + first * p->out_row + column;
    tile t = {
        .out = out,
        .offsets = p->offsets,
        .segments = p->segments,
        .x_row = p->x_row,
        .out_row = p->out_row,
        .residual_row = p->residual_row,
        .columns = left < 2 * LANES ? left : 2 * LANES,
    };
    for (ptrdiff_t run = 0; run < runs; run++) {
        const ptrdiff_t k = p->segment * run / runs, end = p->segment * (run + 1) / runs;
        const int is_first = run == 0, is_last = run == runs - 1;
        t.x = p->x + first * p->x_row + k;
        t.panel = weights + k * (is_wide ? 2 * LANES : LANES);
        t.segment = end - k;
        t.next = t.panel + t.segments * t.segment * (is_wide ? 2 * LANES : LANES);
        t.bias = p->bias && is_first ? p->bias + column : NULL;
        t.earlier = is_first ? NULL : out;
        t.residual = p->residual && is_last ? p->residual + first * p->residual_row + column : NULL;
        t.lowest = is_last ? clamp.lowest : none.lowest;
        t.highest = is_last ? clamp.highest : none.highest;
        if (is_wide && rows == 1 && p->segments == 1)
            NAME(wide_row)(&t);
        else if (is_wide)
            NAME(wide_tiles)(&t, rows);
        else
            NAME(narrow_tiles)(&t, rows);
    }
    if (!clamp.is_all) activate_block(out, p->out_row, rows, t.columns, p->activation);
}

// Rows are taken in blocks that meet all panels before the next block comes. Blocks fit the first-level cache where the
// weights fit the second, else they fit the second themselves, so that large weights are read seldom.
#define FIRST_LEVEL_FLOATS (6 * 1024)
#define SECOND_LEVEL_FLOATS (96 * 1024)

static void NAME(product)(const fovea_product *p, ptrdiff_t first, ptrdiff_t last, ptrdiff_t first_panel, ptrdiff_t last_panel) {
    const ptrdiff_t K = p->segments * p->segment, weights = (last_panel - first_panel) * 2 * LANES * K;
    const ptrdiff_t floats = weights <= SECOND_LEVEL_FLOATS ? FIRST_LEVEL_FLOATS : SECOND_LEVEL_FLOATS;
    const ptrdiff_t rows = (floats / (K * TILE_ROWS) + 1) * TILE_ROWS;
    for (ptrdiff_t block = first; block < last; block += rows)
        for (ptrdiff_t panel = first_panel; panel < last_panel; panel++)
            NAME(product_of_panel)(p, block, last - block < rows ? last : block + rows, panel);
}

