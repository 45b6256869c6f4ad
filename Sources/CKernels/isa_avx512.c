// The kernels for x86-64 with AVX-512 (F, BW, DQ, VL).
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 16
#pragma clang attribute push(                                                                            \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "operations/table.h"
#pragma clang attribute pop
TABLE(avx512)
#endif
