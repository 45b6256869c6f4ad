// Dot products of pairs of bfloat16, added up in float32 (vdpbf16ps), for x86-64 with AVX512_BF16.
#include "loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { chains = 12 };
#define USED(v) __asm__ volatile("" : : "x"(v))

__attribute__((target("avx512f,avx512bf16"))) static void dot_products(uint64_t rounds) {
    __m512i bits = _mm512_set1_epi32(0x3A803A80);  // 2^-10 twice
    __asm__ volatile("" : "+x"(bits));
    const __m512bh a = (__m512bh)bits;
    __m512 s[chains];
    for (int i = 0; i < chains; i++) s[i] = _mm512_setzero_ps();
    for (uint64_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
        for (int i = 0; i < chains; i++) s[i] = _mm512_dpbf16_ps(s[i], a, a);
    for (int i = 0; i < chains; i++) USED(s[i]);
}

const roofline_arithmetic roofline_bf16_avx512 = {"avx512", "bf16", 512, 2.0 * 2 * 16 * chains, dot_products};
#endif
