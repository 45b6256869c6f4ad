// The largest value of each channel in each window. See ckernels.h.
static void max_pool(float *out, const float *x, const fovea_window *w, ptrdiff_t first, ptrdiff_t last) {
    for (ptrdiff_t oy = first; oy < last; oy++) {
        const ptrdiff_t top = oy * w->stride - w->top;
        const taps rows = taps_inside(top, w->H, w->KH, w->dilation);
        for (ptrdiff_t ox = 0; ox < w->OW; ox++) {
            const ptrdiff_t left = ox * w->stride - w->left;
            const taps columns = taps_inside(left, w->W, w->KW, w->dilation);
            float *to = out + (oy * w->OW + ox) * w->C;
            for (ptrdiff_t c = 0; c < w->C; c += LANES) {
                vec largest = -INFINITY;
                for (ptrdiff_t i = rows.first; i < rows.last; i++)
                    for (ptrdiff_t j = columns.first; j < columns.last; j++) {
                        const ptrdiff_t pixel = (top + i * w->dilation) * w->W + left + j * w->dilation;
                        largest = maximum(largest, load_vector(x + pixel * w->C + c, 0, w->C - c));
                    }
                store_vector(to + c, 0, w->C - c, largest);
            }
        }
    }
}
