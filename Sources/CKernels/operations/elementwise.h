// Activation and sum of whole arrays. See ckernels.h.
INLINE void elementwise_with(float *out, const float *x, const float *other, size_t count, const fovea_activation activation) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        store(out + i, activate(other ? load(x + i) + load(other + i) : load(x + i), activation));
    const size_t rest = count - i;
    if (!rest) return;
    vec y = load_first(x + i, rest);
    if (other) y += load_first(other + i, rest);
    store_first(out + i, activate(y, activation), rest);
}

static void elementwise(float *out, const float *x, const float *other, size_t count, fovea_activation activation) {
#define ELEMENTWISE(activation) elementwise_with(out, x, other, count, activation)
    FOR_ACTIVATION(activation, ELEMENTWISE)
#undef ELEMENTWISE
}
