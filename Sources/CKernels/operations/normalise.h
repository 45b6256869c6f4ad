// Pixels of 8 bits as floats: (x - mean) / std per channel. See ckernels.h.
typedef uint8_t bytes_in_memory __attribute__((ext_vector_type(LANES), aligned(1), may_alias));

static void normalise(float *out, const uint8_t *x, size_t count, const float *mean, const float *std) {
    // Three vectors hold whole pixels.
    vec means[3], stds[3];
    for (size_t i = 0; i < 3 * LANES; i++) {
        means[i / LANES][i % LANES] = mean[i % 3];
        stds[i / LANES][i % LANES] = std[i % 3];
    }
    size_t i = 0;
    for (; i + 3 * LANES <= count; i += 3 * LANES)
        for (size_t j = 0; j < 3; j++) {
            const vec pixels = __builtin_convertvector(*(const bytes_in_memory *)(x + i + j * LANES), vec);
            store(out + i + j * LANES, (pixels - means[j]) / stds[j]);
        }
    for (; i < count; i++) out[i] = ((float)x[i] - mean[i % 3]) / std[i % 3];
}
