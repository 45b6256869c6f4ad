// What the isa_*.c files define.
#ifndef FOVEA_LOOPS_H
#define FOVEA_LOOPS_H
#include "croofline.h"

// The passes over memory with the vectors of one instruction set.
typedef struct {
    void (*read)(const void *from, size_t bytes);
    void (*write)(void *to, size_t bytes);
    void (*copy)(void *to, const void *from, size_t bytes);
} roofline_memory;

extern const roofline_arithmetic roofline_f32_baseline;
extern const roofline_memory roofline_memory_baseline;
#if defined(__x86_64__)
extern const roofline_arithmetic roofline_f32_avx2, roofline_f32_avx512, roofline_bf16_avx512;
extern const roofline_memory roofline_memory_avx2, roofline_memory_avx512;
#endif
#endif
