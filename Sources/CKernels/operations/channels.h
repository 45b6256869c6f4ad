// Per-channel work over all pixels of an image: scaling and the global mean. See ckernels.h.
static void scale(float *out, const float *x, const float *factors, size_t pixels, size_t C) {
    const size_t whole = C / LANES * LANES, rest = C - whole;
    for (size_t p = 0; p < pixels; p++, out += C, x += C) {
        for (size_t c = 0; c < whole; c += LANES) store(out + c, load(x + c) * load(factors + c));
        if (rest)
            store_first(out + whole, load_first(x + whole, rest) * load_first(factors + whole, rest), rest);
    }
}

// Four running sums hide the latency of the addition and keep the rounding error down.
INLINE vec sum_over_pixels(const float *x, size_t pixels, size_t C, size_t lanes) {
#define AT(p) (lanes == LANES ? load(x + (p) * C) : load_first(x + (p) * C, lanes))
    vec sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    size_t p = 0;
    for (; p + 4 <= pixels; p += 4)
        for (size_t i = 0; i < 4; i++) sums[i] += AT(p + i);
    for (; p < pixels; p++) sums[0] += AT(p);
#undef AT
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static void mean(float *out, const float *x, size_t pixels, size_t C, size_t first, size_t last) {
    const float share = 1.0f / (float)pixels;
    size_t c = first;
    for (; c + LANES <= last; c += LANES) store(out + c, sum_over_pixels(x + c, pixels, C, LANES) * share);
    if (c < last) store_first(out + c, sum_over_pixels(x + c, pixels, C, last - c) * share, last - c);
}
