// The loops for x86-64 with AVX-512.
#include "loops.h"

#if defined(__x86_64__)
#define BITS 512
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx2,fma"))), apply_to = function)
#include "loops/chains.h"
#pragma clang attribute pop
LOOPS(avx512)
#endif
