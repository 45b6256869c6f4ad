// Regions of an image pooled to bins of bilinear samples. See ckernels.h.

// One vector of channels, from channel c on, of the bin in row i and column j.
INLINE vec pooled_bin(
    const fovea_region *r, const ptrdiff_t i, const ptrdiff_t j, const ptrdiff_t c, const int is_maximum,
    const int is_whole) {
    const float *map = r->map + (i * r->bins + j) * r->bin_step + c;
    const fovea_axis_sample *rows = r->rows + i * r->row_samples, *columns = r->columns + j * r->column_samples;
#define AT(p) (is_whole ? load(p) : load_first(p, (size_t)(r->C - c)))
    vec result = is_maximum ? -INFINITY : 0.0f;
    for (ptrdiff_t y = 0; y < r->row_samples; y++) {
        const float *upper = map + rows[y].first, *lower = map + rows[y].second;
        for (ptrdiff_t x = 0; x < r->column_samples; x++) {
            const fovea_axis_sample *column = columns + x;
            const vec above = AT(upper + column->first) * column->first_weight +
                              AT(upper + column->second) * column->second_weight;
            const vec below = AT(lower + column->first) * column->first_weight +
                              AT(lower + column->second) * column->second_weight;
            const vec sample = above * rows[y].first_weight + below * rows[y].second_weight;
            result = is_maximum ? maximum(result, sample) : result + sample;
        }
    }
#undef AT
    return is_maximum ? result : result * (1.0f / (float)(r->row_samples * r->column_samples));
}

INLINE void pool_bins(const fovea_region *r, const int is_maximum) {
    for (ptrdiff_t i = 0; i < r->bins; i++)
        for (ptrdiff_t j = 0; j < r->bins; j++)
            for (ptrdiff_t c = 0; c < r->C; c += LANES) {
                const ptrdiff_t left = r->C - c;
                const vec y = left >= LANES ? pooled_bin(r, i, j, c, is_maximum, 1) : pooled_bin(r, i, j, c, is_maximum, 0);
                float *out = r->out + (i * r->bins + j) * r->out_bin + c * r->out_channel;
                if (r->out_channel == 1) {
                    store_vector(out, 0, left, y);
                } else {
                    for (ptrdiff_t lane = 0; lane < LANES; lane++)
                        if (lane < left) out[lane * r->out_channel] = y[lane];
                }
            }
}

static void pool_region(const fovea_region *region) {
    if (region->is_maximum)
        pool_bins(region, 1);
    else
        pool_bins(region, 0);
}
