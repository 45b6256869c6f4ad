// Which instruction set to use on this machine.
#include <string.h>

#include "tables.h"

const fovea_kernels *fovea_kernels_for(const char *wanted) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    const int at_most_baseline = wanted && strcmp(wanted, fovea_kernels_baseline.name) == 0;
    const int at_most_avx2 = wanted && strcmp(wanted, fovea_kernels_avx2.name) == 0;
    if (has_avx512 && !at_most_avx2 && !at_most_baseline) return &fovea_kernels_avx512;
    if (has_avx2 && !at_most_baseline) return &fovea_kernels_avx2;
#else
    (void)wanted;
#endif
    return &fovea_kernels_baseline;
}
