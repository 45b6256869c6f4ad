// The kernels for x86-64 with AVX2 and FMA.
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 8
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "operations/table.h"
#pragma clang attribute pop
TABLE(avx2)
#endif
