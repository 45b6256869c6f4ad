// The largest value of each channel in each window. See ckernels.h.

// One window's, for `vectors` vectors of n channels: one comparison need not wait for that of another vector.
INLINE void largest_in_window(float *out, const float *x, ptrdiff_t n, const fovea_window *w, taps rows, taps columns,
                              const int vectors) {
    vec largest[4];
    for (int v = 0; v < vectors; v++) largest[v] = -INFINITY;
    for (ptrdiff_t i = rows.first; i < rows.last; i++)
        for (ptrdiff_t j = columns.first; j < columns.last; j++) {
            const float *pixel = x + (i * w->W + j) * w->dilation * w->C;
            for (int v = 0; v < vectors; v++)
                largest[v] = maximum(largest[v], load_vector(pixel, v, n));
        }
    for (int v = 0; v < vectors; v++) store_vector(out, v, n, largest[v]);
}

static void max_pool(float *out, const float *x, const fovea_window *w, ptrdiff_t first, ptrdiff_t last) {
    for (ptrdiff_t oy = first; oy < last; oy++) {
        const ptrdiff_t top = oy * w->stride - w->top;
        const taps rows = taps_inside(top, w->H, w->KH, w->dilation);
        for (ptrdiff_t ox = 0; ox < w->OW; ox++) {
            const ptrdiff_t left = ox * w->stride - w->left;
            const taps columns = taps_inside(left, w->W, w->KW, w->dilation);
            const float *from = x + (top * w->W + left) * w->C;
            float *to = out + (oy * w->OW + ox) * w->C;
            for (ptrdiff_t c = 0; c < w->C; c += 4 * LANES) {
                const ptrdiff_t n = w->C - c;
                if (n > 3 * LANES) largest_in_window(to + c, from + c, n, w, rows, columns, 4);
                else if (n > 2 * LANES) largest_in_window(to + c, from + c, n, w, rows, columns, 3);
                else if (n > LANES) largest_in_window(to + c, from + c, n, w, rows, columns, 2);
                else largest_in_window(to + c, from + c, n, w, rows, columns, 1);
            }
        }
    }
}
