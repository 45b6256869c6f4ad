// Resizing of rows of 8-bit RGB with weights of 22 bits after the point, exactly as 32-bit integers. See ckernels.h.
//
// A weight is two 16-bit halves, weight = high * 2^16 + low, so that one instruction multiplies pairs of neighbouring
// samples with a pair of halves and adds the two products: sum = (sum of high products) * 2^16 + sum of low products.
// All of it is arithmetic modulo 2^32, in which the order of the terms does not matter.
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef int16_t halves __attribute__((ext_vector_type(2 * LANES)));
typedef int32_t sums __attribute__((ext_vector_type(LANES)));
typedef int32_t sums4 __attribute__((ext_vector_type(4)));
typedef uint8_t bytes16 __attribute__((ext_vector_type(16)));
typedef uint8_t bytes16_in_memory __attribute__((ext_vector_type(16), aligned(1), may_alias));

// Lane by lane the sum of the products of two neighbours.
INLINE sums sums_of_products(halves a, halves b) {
#if LANES == 16
    return (sums)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif LANES == 8
    return (sums)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (sums)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    return __builtin_convertvector(a.even, sums) * __builtin_convertvector(b.even, sums) +
           __builtin_convertvector(a.odd, sums) * __builtin_convertvector(b.odd, sums);
#endif
}

INLINE sums joined(sums high, sums low) { return (sums)((vec_bits)high << 16) + low; }

// A sum of products as a level, not yet limited to 0...255.
#define ROUNDED(sum) (((sum) + (1 << (FOVEA_WEIGHT_BITS - 1))) >> FOVEA_WEIGHT_BITS)

// Sixteen sums as levels of 0...255.
INLINE bytes16 levels(sums4 a, sums4 b, sums4 c, sums4 d) {
#if defined(__SSE2__)
    const __m128i ab = _mm_packs_epi32((__m128i)a, (__m128i)b), cd = _mm_packs_epi32((__m128i)c, (__m128i)d);
    return (bytes16)_mm_packus_epi16(ab, cd);
#else
    typedef int32_t sums8 __attribute__((ext_vector_type(8)));
    typedef int32_t sums16 __attribute__((ext_vector_type(16)));
    const sums8 ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    const sums8 cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
    const sums16 all = __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const sums16 least = 0, most = 255;
    return __builtin_convertvector(__builtin_elementwise_min(__builtin_elementwise_max(all, least), most), bytes16);
#endif
}

// ---- Across: TAPS neighbouring pixels at a time, as (R0 R1 G0 G1 B0 B1 0 0) for each two of them.
#define TAPS (LANES / 2)

#if LANES == 16
INLINE halves pixel_pairs(const uint8_t *p) {
    // Two pixels are six bytes: each quarter takes the eight bytes that hold them, then picks.
    const __m512i part = _mm512_setr_epi32(0, 1, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 4, 5, 0, 0);
    const __m512i quarters =
        _mm512_permutexvar_epi32(part, _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)p)));
    const __m128i even = _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
    const __m128i odd = _mm_setr_epi8(2, -1, 5, -1, 3, -1, 6, -1, 4, -1, 7, -1, -1, -1, -1, -1);
    const __m512i pick = _mm512_broadcast_i64x4(_mm256_setr_m128i(even, odd));
    return (halves)_mm512_shuffle_epi8(quarters, pick);
}
#elif LANES == 8
INLINE halves pixel_pairs(const uint8_t *p) {
    const __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)p));
    const __m256i pick = _mm256_setr_epi8(
        0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, //
        6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
    return (halves)_mm256_shuffle_epi8(both, pick);
}
#else
INLINE halves pixel_pairs(const uint8_t *p) {
    typedef uint8_t bytes8 __attribute__((ext_vector_type(8), aligned(1), may_alias));
    const halves pixels = __builtin_convertvector(*(const bytes8 *)p, halves);
    const halves next = __builtin_shufflevector(pixels, pixels, 3, 4, 5, -1, -1, -1, -1, -1);
    return __builtin_shufflevector(pixels, next, 0, 8, 1, 9, 2, 10, -1, -1);
}
#endif

// The halves of TAPS weights, each pair of them four times.
INLINE halves spread(const int16_t *weights) {
#if LANES == 16
    typedef int32_t pairs __attribute__((ext_vector_type(4), aligned(2), may_alias));
    const pairs p = *(const pairs *)weights;
    return (halves)__builtin_shufflevector(p, p, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
#elif LANES == 8
    typedef int32_t pairs __attribute__((ext_vector_type(2), aligned(2), may_alias));
    const pairs p = *(const pairs *)weights;
    return (halves)__builtin_shufflevector(p, p, 0, 0, 0, 0, 1, 1, 1, 1);
#else
    typedef int32_t pair __attribute__((aligned(2), may_alias));
    return (halves)(sums)(*(const pair *)weights);
#endif
}

// Red, green and blue of one output, and a lane that means nothing.
INLINE sums4 pixel_across(const uint8_t *p, const int16_t *high, const int16_t *low, size_t taps) {
    sums highs = 0, lows = 0;
    for (size_t t = 0; t < taps; t += TAPS) {
        const halves pixels = pixel_pairs(p + 3 * t);
        highs += sums_of_products(pixels, spread(high + t));
        lows += sums_of_products(pixels, spread(low + t));
    }
    const sums all = joined(highs, lows);
#if LANES == 16
    return all.lo.lo + all.lo.hi + (all.hi.lo + all.hi.hi);
#elif LANES == 8
    return all.lo + all.hi;
#else
    return all;
#endif
}

static void resize_across(uint8_t *out, const uint8_t *row, const fovea_axis_weights *axis) {
    for (size_t o = 0; o < axis->outputs; o += 4) {
        sums4 pixels[4] = {0, 0, 0, 0};
        const size_t count = axis->outputs - o < 4 ? axis->outputs - o : 4;
        for (size_t i = 0; i < count; i++) {
            const size_t first = (o + i) * axis->stride;
            pixels[i] = ROUNDED(pixel_across(
                row + 3 * (size_t)axis->starts[o + i], axis->high + first, axis->low + first, axis->taps));
        }
        const bytes16 four = levels(pixels[0], pixels[1], pixels[2], pixels[3]);
        *(bytes16_in_memory *)(out + 3 * o) =
            __builtin_shufflevector(four, four, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15);
    }
}

// ---- Down: 2 * LANES neighbouring bytes at a time, as pairs from two rows.
typedef uint8_t row_bytes __attribute__((ext_vector_type(2 * LANES)));
typedef uint8_t row_bytes_in_memory __attribute__((ext_vector_type(2 * LANES), aligned(1), may_alias));

INLINE halves widened(const uint8_t *p) {
    return __builtin_convertvector(*(const row_bytes_in_memory *)p, halves);
}

// Pairs of a and b, in two vectors, and their sums as levels in the order of a and b. Wider vectors do both within each
// quarter.
#if LANES == 16
INLINE halves first_pairs(halves a, halves b) { return (halves)_mm512_unpacklo_epi16((__m512i)a, (__m512i)b); }
INLINE halves second_pairs(halves a, halves b) { return (halves)_mm512_unpackhi_epi16((__m512i)a, (__m512i)b); }
INLINE row_bytes levels_of_pairs(sums first, sums second) {
    const __m512i both = _mm512_packs_epi32((__m512i)first, (__m512i)second);
    return (row_bytes)_mm512_cvtusepi16_epi8(_mm512_max_epi16(both, _mm512_setzero_si512()));
}
#elif LANES == 8
INLINE halves first_pairs(halves a, halves b) { return (halves)_mm256_unpacklo_epi16((__m256i)a, (__m256i)b); }
INLINE halves second_pairs(halves a, halves b) { return (halves)_mm256_unpackhi_epi16((__m256i)a, (__m256i)b); }
INLINE row_bytes levels_of_pairs(sums first, sums second) {
    const __m256i both = _mm256_packs_epi32((__m256i)first, (__m256i)second);
    return (row_bytes)_mm_packus_epi16(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
}
#else
INLINE halves first_pairs(halves a, halves b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
INLINE halves second_pairs(halves a, halves b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
INLINE row_bytes levels_of_pairs(sums first, sums second) { return levels(first, second, first, second).lo; }
#endif

// Two neighbouring weights, in every lane.
INLINE halves pair_of_weights(const int16_t *weights) {
    typedef int32_t pair __attribute__((aligned(2), may_alias));
    return (halves)(sums)(*(const pair *)weights);
}

static void resize_down(
    uint8_t *out, const uint8_t *const *rows, const int16_t *high, const int16_t *low, size_t taps, size_t count) {
    for (size_t i = 0; i < count; i += 2 * LANES) {
        sums high0 = 0, high1 = 0, low0 = 0, low1 = 0;
        for (size_t t = 0; t < taps; t += 2) {
            const halves a = widened(rows[t] + i), b = widened(rows[t + 1] + i);
            const halves first = first_pairs(a, b), second = second_pairs(a, b);
            const halves h = pair_of_weights(high + t), l = pair_of_weights(low + t);
            high0 += sums_of_products(first, h);
            high1 += sums_of_products(second, h);
            low0 += sums_of_products(first, l);
            low1 += sums_of_products(second, l);
        }
        *(row_bytes_in_memory *)(out + i) =
            levels_of_pairs(ROUNDED(joined(high0, low0)), ROUNDED(joined(high1, low1)));
    }
}
