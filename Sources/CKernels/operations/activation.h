// The activations on one vector.

// e to the x within 2 ulp; 1.2e-38 for any x below -87.33, infinite for any above 88.38. Between these 2^n below is a
// normal number.
INLINE vec exponential(vec x) {
    x = minimum(88.73f, maximum(-87.33f, x));
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    const vec rounding = 12582912.0f;
    const vec shifted = x * 1.44269504f + rounding;
    const vec n = shifted - rounding;
    // x = n ln 2 + r with ln 2 in two parts, the first exact in few bits.
    const vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    vec p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const vec_bits power = ((vec_bits)shifted << 23) + 0x3F800000u;
    return (p * (r * r) + r + 1.0f) * (vec)power;
}

INLINE vec sigmoid(vec x) { return 1.0f / (1.0f + exponential(-x)); }

INLINE vec hard_sigmoid(vec x) { return minimum(6.0f, maximum(0.0f, x + 3.0f)) * (1.0f / 6.0f); }

INLINE vec activate(vec x, fovea_activation activation) {
    switch (activation) {
    case fovea_activation_none: return x;
    case fovea_activation_relu: return maximum(0.0f, x);
    case fovea_activation_relu6: return minimum(6.0f, maximum(0.0f, x));
    case fovea_activation_silu: return x / (1.0f + exponential(-x));
    case fovea_activation_sigmoid: return sigmoid(x);
    case fovea_activation_hard_swish: return x * hard_sigmoid(x);
    case fovea_activation_hard_sigmoid: return hard_sigmoid(x);
    }
}

// Compiles the statement CALL(activation) once for each activation, so that no loop asks which one it is.
#define FOR_ACTIVATION(activation, CALL)                                                    \
    switch (activation) {                                                                   \
    case fovea_activation_none: CALL(fovea_activation_none); break;                         \
    case fovea_activation_relu: CALL(fovea_activation_relu); break;                         \
    case fovea_activation_relu6: CALL(fovea_activation_relu6); break;                       \
    case fovea_activation_silu: CALL(fovea_activation_silu); break;                         \
    case fovea_activation_sigmoid: CALL(fovea_activation_sigmoid); break;                   \
    case fovea_activation_hard_swish: CALL(fovea_activation_hard_swish); break;             \
    case fovea_activation_hard_sigmoid: CALL(fovea_activation_hard_sigmoid); break;         \
    }
