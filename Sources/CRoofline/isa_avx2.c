// The loops for x86-64 with AVX2 and FMA.
#include "loops.h"

#if defined(__x86_64__)
#define BITS 256
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "loops/chains.h"
#pragma clang attribute pop
LOOPS(avx2)
#endif
