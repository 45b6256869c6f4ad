// Bilinear interpolation of columns of floats, rounded as PyTorch's CPU kernels round it, and where a column crosses a
// threshold. See ckernels.h.
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// a * b + c, rounded once. Without an instruction for it in double precision, where the product of two floats is exact: a sum
// that lies so close between two floats that rounding it twice matters is out of reach of tests.
#if LANES == 4 && defined(__SSE2__)
INLINE vec fused(vec a, vec b, vec c) {
    typedef double doubles __attribute__((ext_vector_type(LANES)));
    const doubles product = __builtin_convertvector(a, doubles) * __builtin_convertvector(b, doubles);
    return __builtin_convertvector(product + __builtin_convertvector(c, doubles), vec);
}
INLINE float fused_scalar(float a, float b, float c) { return (float)((double)a * b + c); }
#else
INLINE vec fused(vec a, vec b, vec c) { return __builtin_elementwise_fma(a, b, c); }
INLINE float fused_scalar(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#endif

static void blend(float *out, const float *a, const float *b, float fraction, size_t count) {
    const float rest = 1.0f - fraction;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(out + i, fused(load(a + i), (vec)rest, load(b + i) * fraction));
    for (; i < count; i++) out[i] = fused_scalar(a[i], rest, b[i] * fraction);
}

static void interpolate(
    float *out, const float *x, const int32_t *first, const float *fraction, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float *p = x + first[i];
        out[i] = fused_scalar(p[0], 1.0f - fraction[i], p[1] * fraction[i]);
    }
}

// Bit i says that lane i is over the limit, which NaN is not.
INLINE uint32_t lanes_over(vec v, float limit) {
#if LANES == 16
    return _mm512_cmp_ps_mask((__m512)v, _mm512_set1_ps(limit), _CMP_GT_OQ);
#elif LANES == 8
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_set1_ps(limit), _CMP_GT_OQ));
#elif defined(__SSE2__)
    return (uint32_t)_mm_movemask_ps(_mm_cmpgt_ps((__m128)v, _mm_set1_ps(limit)));
#else
    uint32_t bits = 0;
    for (int i = 0; i < LANES; i++) bits |= (uint32_t)(v[i] > limit) << i;
    return bits;
#endif
}

static uint64_t crossings(const float *x, float upper, float lower) {
    uint64_t over = 0, under = 0;
    for (size_t i = 0; i < 64; i += LANES) {
        const vec v = load(x + i);
        over |= (uint64_t)lanes_over(v, upper) << i;
        under |= (uint64_t)lanes_over(v, lower) << i;
    }
    under = ~under;
    const uint64_t over_next = over >> 1 | (uint64_t)(x[64] > upper) << 63;
    const uint64_t under_next = under >> 1 | (uint64_t)!(x[64] > lower) << 63;
    return ~(over & over_next) & ~(under & under_next);
}
