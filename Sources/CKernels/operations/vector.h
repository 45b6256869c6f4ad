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

// What joins the halves of a vector joins those of the result, which takes fewer steps than lane after lane; a sum is rounded
// less.
typedef float quarter __attribute__((ext_vector_type(4)));

#if LANES == 16
#define QUARTER(v, join)                               \
    ({                                                 \
        const __typeof__((v).lo) half = join((v).lo, (v).hi); \
        (quarter) join(half.lo, half.hi);              \
    })
#elif LANES == 8
#define QUARTER(v, join) ((quarter)join((v).lo, (v).hi))
#else
#define QUARTER(v, join) (v)
#endif
#define SUM(a, b) ((a) + (b))
#define LARGER(a, b) ((a) > (b) ? (a) : (b))

INLINE float sum_of_lanes(vec v) {
    const quarter four = QUARTER(v, SUM);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE float maximum_of_lanes(vec v) {
    const quarter four = QUARTER(v, LARGER);
    return LARGER(LARGER(four[0], four[2]), LARGER(four[1], four[3]));
}

// The matrix whose rows are v, transposed: the rows of its halves are interleaved as often as they can be halved.
#if LANES == 16
#define INTERLEAVED_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVED_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES == 8
#define INTERLEAVED_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVED_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVED_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVED_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

#define UNROLL _Pragma("clang loop unroll(full)")

INLINE void transpose(vec v[LANES]) {
    UNROLL for (int halvings = 1; halvings < LANES; halvings *= 2) {
        vec t[LANES];
        UNROLL for (int i = 0; i < LANES / 2; i++) {
            t[2 * i] = INTERLEAVED_LOW(v[i], v[i + LANES / 2]);
            t[2 * i + 1] = INTERLEAVED_HIGH(v[i], v[i + LANES / 2]);
        }
        UNROLL for (int i = 0; i < LANES; i++) v[i] = t[i];
    }
}
