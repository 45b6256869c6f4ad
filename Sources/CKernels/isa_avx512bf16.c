// The kernels for x86-64 with AVX-512 (F, BW, DQ, VL) and its products of bf16.
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 16
#define HAS_BF16
#pragma clang attribute push(                                                                            \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#include "operations/table.h"
#pragma clang attribute pop
TABLE(avx512bf16)
#endif
