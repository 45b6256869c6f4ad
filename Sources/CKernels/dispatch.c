// Which instruction set to use on this machine.
#include <string.h>

#include "tables.h"

const fovea_kernels *fovea_kernels_for(const char *wanted) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    const int has_bf16 = has_avx512 && __builtin_cpu_supports("avx512bf16");
    const fovea_kernels *const best_first[] = {
        &fovea_kernels_avx512bf16, &fovea_kernels_avx512, &fovea_kernels_avx2, &fovea_kernels_baseline};
    const int is_possible[] = {has_bf16, has_avx512, has_avx2, 1};
    // Intel's take four times as long to multiply pairs of bf16 as to multiply floats, which halves the speed.
    int first = has_bf16 && __builtin_cpu_is("intel") ? 1 : 0;
    for (int i = 0; wanted && i < 4; i++)
        if (strcmp(wanted, best_first[i]->name) == 0) first = i;
    for (int i = first; i < 4; i++)
        if (is_possible[i]) return best_first[i];
#else
    (void)wanted;
#endif
    return &fovea_kernels_baseline;
}
