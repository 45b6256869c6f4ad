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

// 1 + e to the -x, for what divides by it: relative error below 3e-7 for |x| < 2, below 2e-6 up to 20, and at least so
// small beside the 1 where x is positive. Infinite for x below -88.8.
//
// The exponent is taken to base 2 in one product, whose rounding is what limits large x.
INLINE vec one_plus_exponential_of_minus(vec x) {
    vec t = x * -1.44269504f;
#if LANES == 16
    // The distance to the nearest integer; 0 for infinite t.
    const vec r = _mm512_reduce_ps(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const vec n = t - r;
#else
    t = minimum(128.0f, maximum(-126.0f, t));
    const vec rounding = 12582912.0f;
    const vec shifted = t + rounding;
    const vec r = t - (shifted - rounding);
#endif
    // 2^r for r in -0.5...0.5 with a relative error of 7.5e-8.
    vec p = 1.327647198e-3f;
    p = p * r + 9.675541334e-3f;
    p = p * r + 5.550713274e-2f;
    p = p * r + 2.402211972e-1f;
    p = p * r + 6.931469671e-1f;
    p = p * r + 1.000000072f;
#if LANES == 16
    return 1.0f + (vec)_mm512_scalef_ps(p, n);
#else
    return 1.0f + p * (vec)(((vec_bits)shifted << 23) + 0x3F800000u);
#endif
}

INLINE vec sigmoid(vec x) { return 1.0f / one_plus_exponential_of_minus(x); }

INLINE vec hard_sigmoid(vec x) { return minimum(6.0f, maximum(0.0f, x + 3.0f)) * (1.0f / 6.0f); }

// x times the normal distribution's share below x: within 1e-6 of it, of |x| where that is above 1. Beyond 5.2, where the
// share is 0 or 1 to float accuracy, it goes on as a straight line.
//
// The share less 1/2 is x times a polynomial of x squared: the best one, in terms of s, which goes from -1 to 1.
INLINE vec gelu(vec x) {
    const vec inner = minimum(5.2f, maximum(-5.2f, x));
    const vec s = inner * inner * (2.0f / (5.2f * 5.2f)) - 1.0f;
    vec p = -3.88243207e-4f;
    p = p * s + 1.18868973e-3f;
    p = p * s - 1.46875216e-3f;
    p = p * s + 2.00517033e-3f;
    p = p * s - 4.54233447e-3f;
    p = p * s + 8.36510491e-3f;
    p = p * s - 1.261965e-2f;
    p = p * s + 1.80387683e-2f;
    p = p * s - 2.46988423e-2f;
    p = p * s + 3.1973917e-2f;
    p = p * s - 3.99319865e-2f;
    p = p * s + 5.00256158e-2f;
    p = p * s - 6.77436218e-2f;
    p = p * s + 1.35949984e-1f;
    return inner * (inner * p + 0.5f) + maximum(0.0f, x - 5.2f);
}

INLINE vec activate(vec x, const fovea_activation activation) {
    switch (activation) {
    case fovea_activation_none: return x;
    case fovea_activation_relu: return maximum(0.0f, x);
    case fovea_activation_relu6: return minimum(6.0f, maximum(0.0f, x));
    case fovea_activation_silu: return x / one_plus_exponential_of_minus(x);
    case fovea_activation_sigmoid: return sigmoid(x);
    case fovea_activation_hard_swish: return x * hard_sigmoid(x);
    case fovea_activation_hard_sigmoid: return hard_sigmoid(x);
    case fovea_activation_gelu: return gelu(x);
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
    case fovea_activation_gelu: CALL(fovea_activation_gelu); break;                         \
    }

// An activation as limits of its argument, if it is nothing more (`is_all`); else no limits.
typedef struct {
    float lowest, highest;
    int is_all;
} limits;

static limits limits_of(fovea_activation activation) {
    switch (activation) {
    case fovea_activation_none: return (limits){-INFINITY, INFINITY, 1};
    case fovea_activation_relu: return (limits){0.0f, INFINITY, 1};
    case fovea_activation_relu6: return (limits){0.0f, 6.0f, 1};
    default: return (limits){-INFINITY, INFINITY, 0};
    }
}
