// Rows with a mean of zero and a variance of one, then scaled and shifted. See ckernels.h.
//
// The variance is that of the differences from the mean, in a second pass: the row is still in the first-level cache, and the
// difference of two large sums would have lost the digits that count.

// The sum of x[c] - offset over a row, or that of the squares.
INLINE float sum_of_row(const float *x, size_t C, float offset, const int is_squared) {
    const size_t whole = C / LANES * LANES, rest = C - whole;
    vec sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    if (rest) {
        // Behind the row are zeros, which shall stay zero.
        float ones[LANES];
        for (size_t i = 0; i < LANES; i++) ones[i] = i < rest ? 1.0f : 0.0f;
        const vec d = (load_first(x + whole, rest) - offset) * load(ones);
        sums[3] = is_squared ? d * d : d;
    }
    size_t c = 0;
#define ADD(i, at)                          \
    {                                       \
        const vec d = load(x + (at)) - offset; \
        sums[i] += is_squared ? d * d : d;  \
    }
    for (; c + 4 * LANES <= whole; c += 4 * LANES)
        for (size_t i = 0; i < 4; i++) ADD(i, c + i * LANES)
    for (; c < whole; c += LANES) ADD(0, c)
#undef ADD
    return sum_of_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

INLINE void layer_norm_with(
    float *out, const float *x, const float *scale, const float *shift, float epsilon, size_t rows, size_t C,
    const fovea_activation activation) {
    const float share = 1.0f / (float)C;
    for (size_t r = 0; r < rows; r++, x += C, out += C) {
        const float mean = sum_of_row(x, C, 0.0f, 0) * share;
        const float variance = sum_of_row(x, C, mean, 1) * share;
        const float factor = 1.0f / sqrtf(variance + epsilon);
        for (size_t c = 0; c < C; c += LANES) {
            const ptrdiff_t left = (ptrdiff_t)(C - c);
            const vec d = (load_vector(x + c, 0, left) - mean) * factor;
            const vec y = d * load_vector(scale + c, 0, left) + load_vector(shift + c, 0, left);
            store_vector(out + c, 0, left, activate(y, activation));
        }
    }
}

static void layer_norm(
    float *out, const float *x, const float *scale, const float *shift, float epsilon, size_t rows, size_t C,
    fovea_activation activation) {
#define LAYER_NORM(activation) layer_norm_with(out, x, scale, shift, epsilon, rows, C, activation)
    FOR_ACTIVATION(activation, LAYER_NORM)
#undef LAYER_NORM
}
