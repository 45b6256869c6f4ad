// Depthwise convolution: each channel of an image with its own filter. See ckernels.h.
//
// One row of output pixels at a time, one vector of channels after the other, in tiles of up to 8 neighbouring pixels:
// their sums and one row of the filter stay in registers, and each vector of the input is loaded once per row of the
// filter for all the pixels that see it.
#define TILE_PIXELS 8
#define FOR_TILE_PIXELS(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)

// Neighbouring pixels of one output row. The first one's window starts at x, which may lie outside the image: of the
// window only the rows first_row..<last_row, and of the columns from x on first_column..<last_column, may be read.
typedef struct {
    const float *x;
    float *out;
    ptrdiff_t first_row, last_row, first_column, last_column;
} depthwise_run;

// One vector of channels, from channel c on, of `pixels` pixels. Kernel size K, stride and number of pixels are known
// when this is compiled. With `is_inside` all columns may be read, else all but the outer K / 2 on each side, which are
// tested: tests of all would take as long as the sums. With `is_whole` there are LANES channels.
INLINE void depthwise_tile(
    const fovea_depthwise *d, const depthwise_run *run, const ptrdiff_t c, const ptrdiff_t K, const ptrdiff_t stride,
    const ptrdiff_t pixels, const int is_inside, const int is_whole, const limits clamp) {
    const ptrdiff_t left = d->C - c, reach = (pixels - 1) * stride + K;
#define LOAD(p) (is_whole ? load(p) : load_vector(p, 0, left))
    vec sums[TILE_PIXELS];
    const vec bias = d->bias ? LOAD(d->bias + c) : 0.0f;
    UNROLL for (ptrdiff_t p = 0; p < pixels; p++) sums[p] = bias;
    const float *row = run->x + run->first_row * d->x_row + c;
    const float *filter = d->filter + run->first_row * K * d->filter_tap + c;
    for (ptrdiff_t i = run->first_row; i < run->last_row; i++, row += d->x_row, filter += K * d->filter_tap) {
        vec taps[5];
        UNROLL for (ptrdiff_t j = 0; j < K; j++) taps[j] = LOAD(filter + j * d->filter_tap);
        UNROLL for (ptrdiff_t column = 0; column < reach; column++) {
            if (!is_inside && column < K / 2 && column < run->first_column) continue;
            if (!is_inside && column >= reach - K / 2 && column >= run->last_column) continue;
            const vec x = LOAD(row + column * d->x_pixel);
            UNROLL for (ptrdiff_t j = 0; j < K; j++) {
                const ptrdiff_t p = (column - j) / stride;
                if (column >= j && (column - j) % stride == 0 && p < pixels) sums[p] += x * taps[j];
            }
        }
    }
    UNROLL for (ptrdiff_t p = 0; p < pixels; p++) {
        const vec y = minimum(clamp.highest, maximum(clamp.lowest, sums[p]));
        if (is_whole)
            store(run->out + p * d->out_pixel + c, y);
        else
            store_vector(run->out + p * d->out_pixel + c, 0, left, y);
    }
#undef LOAD
}

// `tiles` tiles of `pixels` pixels each. Tiles inside the image are done for all channels together.
INLINE void depthwise_tiles(
    const fovea_depthwise *d, depthwise_run run, ptrdiff_t tiles, const ptrdiff_t K, const ptrdiff_t stride,
    const ptrdiff_t pixels, const limits clamp) {
    const ptrdiff_t reach = (pixels - 1) * stride + K, whole = d->C % LANES == 0;
    while (tiles > 0) {
        ptrdiff_t inside = 0;
        if (whole && run.first_column <= 0 && run.last_column >= reach) {
            inside = (run.last_column - reach) / (pixels * stride) + 1;
            inside = inside < tiles ? inside : tiles;
        }
        const ptrdiff_t step = inside ? inside : 1;
        for (ptrdiff_t c = 0; c < d->C; c += LANES) {
            depthwise_run tile = run;
            for (ptrdiff_t i = 0; i < inside; i++, tile.x += pixels * stride * d->x_pixel, tile.out += pixels * d->out_pixel)
                depthwise_tile(d, &tile, c, K, stride, pixels, 1, 1, clamp);
            if (inside) continue;
            if (whole)
                depthwise_tile(d, &run, c, K, stride, pixels, 0, 1, clamp);
            else
                depthwise_tile(d, &run, c, K, stride, pixels, 0, 0, clamp);
        }
        run.x += step * pixels * stride * d->x_pixel;
        run.out += step * pixels * d->out_pixel;
        run.first_column -= step * pixels * stride;
        run.last_column -= step * pixels * stride;
        tiles -= step;
    }
}

// A row of tiles of one size.
typedef void (*depthwise_tiles_of_size)(const fovea_depthwise *, const depthwise_run *, ptrdiff_t tiles, limits);

#define DEFINE_TILES(pixels)                                                                                          \
    static void NAME(pixels)(                                                                                         \
        const fovea_depthwise *d, const depthwise_run *run, ptrdiff_t tiles, const limits clamp) {                    \
        depthwise_tiles(d, *run, tiles, KERNEL, STRIDE, pixels, clamp);                                               \
    }
#define KERNEL 3
#define STRIDE 1
#define NAME(pixels) depthwise_3_1_##pixels
FOR_TILE_PIXELS(DEFINE_TILES)
#undef NAME
#undef STRIDE
#define STRIDE 2
#define NAME(pixels) depthwise_3_2_##pixels
FOR_TILE_PIXELS(DEFINE_TILES)
#undef NAME
#undef KERNEL
#define KERNEL 5
#define NAME(pixels) depthwise_5_2_##pixels
FOR_TILE_PIXELS(DEFINE_TILES)
#undef NAME
#undef STRIDE
#define STRIDE 1
#define NAME(pixels) depthwise_5_1_##pixels
FOR_TILE_PIXELS(DEFINE_TILES)
#undef NAME
#undef STRIDE
#undef KERNEL

// The code for tiles of so many pixels, or NULL if there is none for this window. Chosen once, not for each row: narrow
// images have little to do in a row.
static depthwise_tiles_of_size depthwise_tiles_for(const fovea_window *w, ptrdiff_t pixels) {
#define TILES_3_1(pixels) depthwise_3_1_##pixels,
#define TILES_3_2(pixels) depthwise_3_2_##pixels,
#define TILES_5_1(pixels) depthwise_5_1_##pixels,
#define TILES_5_2(pixels) depthwise_5_2_##pixels,
    static const depthwise_tiles_of_size tiles[2][2][TILE_PIXELS] = {
        {{FOR_TILE_PIXELS(TILES_3_1)}, {FOR_TILE_PIXELS(TILES_3_2)}},
        {{FOR_TILE_PIXELS(TILES_5_1)}, {FOR_TILE_PIXELS(TILES_5_2)}},
    };
    const ptrdiff_t right = (w->OW - 1) * w->stride + w->KW - w->left - w->W;
    if (w->KH != w->KW || w->dilation != 1 || w->stride > 2 || (w->KW != 3 && w->KW != 5)) return NULL;
    if (w->left > w->KW / 2 || right > w->KW / 2) return NULL;
    return tiles[w->KW == 5][w->stride - 1][pixels - 1];
}

// The taps of a window along one axis that lie inside the image: first..<last.
typedef struct {
    ptrdiff_t first, last;
} taps;

INLINE taps taps_inside(ptrdiff_t start, ptrdiff_t length, ptrdiff_t K, ptrdiff_t dilation) {
    taps inside = {0, K};
    while (inside.first < K && start + inside.first * dilation < 0) inside.first++;
    while (inside.last > inside.first && start + (inside.last - 1) * dilation >= length) inside.last--;
    return inside;
}

// One row of pixels for a filter of any size, dilation and stride.
static void depthwise_any(const fovea_depthwise *d, depthwise_run run, const limits clamp) {
    const fovea_window *w = &d->window;
    for (ptrdiff_t ox = 0; ox < w->OW; ox++, run.x += w->stride * d->x_pixel, run.out += d->out_pixel) {
        const taps columns = taps_inside(ox * w->stride - w->left, w->W, w->KW, w->dilation);
        for (ptrdiff_t c = 0; c < d->C; c += LANES) {
            const ptrdiff_t left = d->C - c;
            vec sum = d->bias ? load_vector(d->bias + c, 0, left) : 0.0f;
            for (ptrdiff_t i = run.first_row; i < run.last_row; i++)
                for (ptrdiff_t j = columns.first; j < columns.last; j++)
                    sum += load_vector(run.x + w->dilation * (i * d->x_row + j * d->x_pixel) + c, 0, left) *
                           load_vector(d->filter + (i * w->KW + j) * d->filter_tap + c, 0, left);
            store_vector(run.out + c, 0, left, minimum(clamp.highest, maximum(clamp.lowest, sum)));
        }
    }
}

// The activations that are no clamp, and the channels' sums, over one row of pixels while it is in the cache.
INLINE void finish_pixels(
    float *out, ptrdiff_t stride, ptrdiff_t pixels, ptrdiff_t C, float *sums, const fovea_activation activation) {
    for (ptrdiff_t c = 0; c < C; c += LANES) {
        vec sum = 0.0f;
        for (ptrdiff_t p = 0; p < pixels; p++) {
            const vec y = activate(load_vector(out + p * stride + c, 0, C - c), activation);
            if (activation != fovea_activation_none) store_vector(out + p * stride + c, 0, C - c, y);
            sum += y;
        }
        if (sums) store_vector(sums + c, 0, C - c, load_vector(sums + c, 0, C - c) + sum);
    }
}

static void finish_row(
    float *out, ptrdiff_t stride, ptrdiff_t pixels, ptrdiff_t C, float *sums, fovea_activation activation) {
#define FINISH(activation) finish_pixels(out, stride, pixels, C, sums, activation)
    FOR_ACTIVATION(activation, FINISH)
#undef FINISH
}

static void depthwise(const fovea_depthwise *d, ptrdiff_t first, ptrdiff_t last) {
    const fovea_window *w = &d->window;
    const limits clamp = limits_of(d->activation);
    if (w->OW <= 0) return;
    // Tiles of two neighbouring sizes: `wider` of pixels + 1, the others of pixels.
    const ptrdiff_t tiles = (w->OW + TILE_PIXELS - 1) / TILE_PIXELS, pixels = w->OW / tiles, wider = w->OW % tiles;
    const ptrdiff_t passed = wider * (pixels + 1) * w->stride;
    const depthwise_tiles_of_size compute = depthwise_tiles_for(w, pixels);
    const depthwise_tiles_of_size compute_wider = wider ? depthwise_tiles_for(w, pixels + 1) : NULL;
    for (ptrdiff_t oy = first; oy < last; oy++) {
        const ptrdiff_t y = oy * w->stride - w->top;
        const taps rows = taps_inside(y, w->H, w->KH, w->dilation);
        float *out = d->out + oy * d->out_row;
        depthwise_run run = {
            .x = d->x + y * d->x_row - w->left * d->x_pixel,
            .out = out,
            .first_row = rows.first,
            .last_row = rows.last,
            .first_column = w->left,
            .last_column = w->left + w->W,
        };
        if (!compute) {
            depthwise_any(d, run, clamp);
        } else {
            if (wider) {
                compute_wider(d, &run, wider, clamp);
                run.x += passed * d->x_pixel;
                run.out += wider * (pixels + 1) * d->out_pixel;
                run.first_column -= passed;
                run.last_column -= passed;
            }
            compute(d, &run, tiles - wider, clamp);
        }
        if (!clamp.is_all)
            finish_row(out, d->out_pixel, w->OW, d->C, d->sums, d->activation);
        else if (d->sums)
            finish_row(out, d->out_pixel, w->OW, d->C, d->sums, fovea_activation_none);
    }
}
