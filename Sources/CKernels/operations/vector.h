// The vector of one instruction set: LANES floats. Each isa_*.c defines LANES and includes the operations once.
//
// Plain operators work on these types lane by lane; the compiler contracts a * b + c to a fused multiply-add where
// the instruction set has one.
typedef float vec __attribute__((ext_vector_type(LANES)));
typedef float vec_in_memory __attribute__((ext_vector_type(LANES), aligned(4), may_alias));
typedef uint32_t vec_bits __attribute__((ext_vector_type(LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p) { return *(const vec_in_memory *)p; }
INLINE void store(float *p, vec v) { *(vec_in_memory *)p = v; }

// The first n < LANES floats, the other lanes zero; nothing behind them is touched.
#if LANES == 16
INLINE vec load_first(const float *p, size_t n) { return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
INLINE void store_first(float *p, vec v, size_t n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v); }
#else
#if LANES == 8
INLINE vec load_first(const float *p, size_t n) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lane));
}
#else
INLINE vec load_first(const float *p, size_t n) {
    vec v = 0.0f;
    for (size_t i = 0; i < LANES; i++)
        if (i < n) v[i] = p[i];
    return v;
}
#endif
// Lane by lane: a masked store of AVX2 is slower than that on AMD.
INLINE void store_first(float *p, vec v, size_t n) {
    for (size_t i = 0; i < LANES; i++)
        if (i < n) p[i] = v[i];
}
#endif

// Both give the second argument where one is NaN, so that a NaN in the data comes through.
INLINE vec maximum(vec limit, vec x) { return x < limit ? limit : x; }
INLINE vec minimum(vec limit, vec x) { return x > limit ? limit : x; }

// Halves are added up, which takes fewer steps than lane after lane and rounds less.
INLINE float sum_of_lanes(vec v) {
    typedef float quarter __attribute__((ext_vector_type(4)));
#if LANES == 16
    const __typeof__(v.lo) half = v.lo + v.hi;
    const quarter four = half.lo + half.hi;
#elif LANES == 8
    const quarter four = v.lo + v.hi;
#else
    const quarter four = v;
#endif
    return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE float maximum_of_lanes(vec v) {
    float best = v[0];
    for (int i = 1; i < LANES; i++) best = v[i] > best ? v[i] : best;
    return best;
}
