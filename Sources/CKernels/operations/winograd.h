// Winograd's F(4x4, 3x3): 16 outputs of a 3x3 convolution from 36 products in place of 144. See ckernels.h.
//
// The points are 0, 1, -1, 1/2, -2 and infinity, whose error is half that of 2 in place of 1/2 (Barabasz et al.,
// arXiv:1803.10986). Six neighbours are transformed along one axis, then along the other.
INLINE void winograd_to_points(vec t[6], const vec d[6]) {
    const vec d31 = d[3] - d[1], d42 = d[4] - d[2];
    t[0] = d[0] + d[4] + 1.5f * d31 - 2.0f * d[2];
    t[1] = d[4] - d[1] + 0.5f * d[2] + 2.5f * d[3];
    t[2] = d[4] + d[1] - 2.5f * d[2] + 0.5f * d[3];
    t[3] = d42 + 2.0f * d31;
    t[4] = d42 - 0.5f * d31;
    t[5] = d[1] + d[5] + 1.5f * d42 - 2.0f * d[3];
}

INLINE void winograd_from_points(vec y[4], const vec m[6]) {
    const vec sum = m[1] + m[2], difference = m[1] - m[2];
    y[0] = m[0] + sum + m[3] + m[4];
    y[1] = difference + 0.5f * m[3] - 2.0f * m[4];
    y[2] = sum + 0.25f * m[3] + 4.0f * m[4];
    y[3] = difference + 0.125f * m[3] - 8.0f * m[4] + m[5];
}

static void winograd_input(const fovea_winograd_input *w) {
    for (ptrdiff_t c = 0; c < w->C; c += LANES) {
        const ptrdiff_t left = w->C - c;
        vec t[6][6];
        for (ptrdiff_t j = 0; j < 6; j++) {
            vec d[6], column[6];
            for (ptrdiff_t i = 0; i < 6; i++) {
                const int is_inside =
                    i >= w->first_row && i < w->last_row && j >= w->first_column && j < w->last_column;
                d[i] = is_inside ? load_vector(w->x + i * w->x_row + j * w->x_pixel + c, 0, left) : 0.0f;
            }
            winograd_to_points(column, d);
            for (ptrdiff_t i = 0; i < 6; i++) t[i][j] = column[i];
        }
        for (ptrdiff_t i = 0; i < 6; i++) {
            vec row[6];
            winograd_to_points(row, t[i]);
            for (ptrdiff_t j = 0; j < 6; j++) store_vector(w->out + (6 * i + j) * w->plane + c, 0, left, row[j]);
        }
    }
}

INLINE void winograd_output_with(const fovea_winograd_output *w, const fovea_activation activation) {
    for (ptrdiff_t c = 0; c < w->C; c += LANES) {
        const ptrdiff_t left = w->C - c;
        vec t[4][6];
        for (ptrdiff_t j = 0; j < 6; j++) {
            vec m[6], column[4];
            for (ptrdiff_t i = 0; i < 6; i++) m[i] = load_vector(w->products + (6 * i + j) * w->plane + c, 0, left);
            winograd_from_points(column, m);
            for (ptrdiff_t i = 0; i < 4; i++) t[i][j] = column[i];
        }
        const vec bias = w->bias ? load_vector(w->bias + c, 0, left) : 0.0f;
        for (ptrdiff_t i = 0; i < w->rows; i++) {
            vec row[4];
            winograd_from_points(row, t[i]);
            for (ptrdiff_t j = 0; j < w->columns; j++) {
                const ptrdiff_t place = i * w->out_row + j * w->out_pixel + c;
                vec y = row[j] + bias;
                if (w->residual) y += load_vector(w->residual + place, 0, left);
                store_vector(w->out + place, 0, left, activate(y, activation));
            }
        }
    }
}

static void winograd_output(const fovea_winograd_output *w) {
#define OUTPUT(activation) winograd_output_with(w, activation)
    FOR_ACTIVATION(w->activation, OUTPUT)
#undef OUTPUT
}
