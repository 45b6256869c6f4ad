// What follows a matrix product: bias, residual and activation in one pass over its result. See ckernels.h.
INLINE void epilogue_with(
    float *out, const float *x, const float *bias, const float *residual, size_t rows, size_t C,
    const fovea_activation activation) {
    const size_t whole = C / LANES * LANES, rest = C - whole;
    for (size_t r = 0; r < rows; r++, out += C, x += C) {
        for (size_t c = 0; c < whole; c += LANES) {
            vec y = load(x + c);
            if (bias) y += load(bias + c);
            if (residual) y += load(residual + c);
            store(out + c, activate(y, activation));
        }
        if (rest) {
            vec y = load_first(x + whole, rest);
            if (bias) y += load_first(bias + whole, rest);
            if (residual) y += load_first(residual + whole, rest);
            store_first(out + whole, activate(y, activation), rest);
        }
        if (residual) residual += C;
    }
}

static void epilogue(
    float *out, const float *x, const float *bias, const float *residual, size_t rows, size_t C,
    fovea_activation activation) {
#define EPILOGUE(activation) epilogue_with(out, x, bias, residual, rows, C, activation)
    FOR_ACTIVATION(activation, EPILOGUE)
#undef EPILOGUE
}
