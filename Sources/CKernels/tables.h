// The tables that the isa_*.c files define.
#ifndef FOVEA_TABLES_H
#define FOVEA_TABLES_H
#include <math.h>

#include "ckernels.h"

extern const fovea_kernels fovea_kernels_baseline;
#if defined(__x86_64__)
extern const fovea_kernels fovea_kernels_avx2, fovea_kernels_avx512, fovea_kernels_avx512bf16;
#endif
#endif
