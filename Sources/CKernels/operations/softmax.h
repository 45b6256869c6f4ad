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
