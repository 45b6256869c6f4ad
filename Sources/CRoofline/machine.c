// Which loops this machine can run. See croofline.h.
#include "loops.h"

#if defined(__x86_64__)
static int has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
}
#endif

const roofline_arithmetic *roofline_arithmetic_at(size_t number) {
    const roofline_arithmetic *all[5] = {&roofline_f32_baseline};
#if defined(__x86_64__)
    size_t count = 1;
    if (has_avx2()) all[count++] = &roofline_f32_avx2;
    if (has_avx512()) all[count++] = &roofline_f32_avx512;
    if (has_avx512() && __builtin_cpu_supports("avx512bf16")) all[count++] = &roofline_bf16_avx512;
#endif
    return number < sizeof all / sizeof *all ? all[number] : NULL;
}

static const roofline_memory *widest(void) {
#if defined(__x86_64__)
    if (has_avx512()) return &roofline_memory_avx512;
    if (has_avx2()) return &roofline_memory_avx2;
#endif
    return &roofline_memory_baseline;
}

void roofline_read(const void *from, size_t bytes) { widest()->read(from, bytes); }
void roofline_write(void *to, size_t bytes) { widest()->write(to, bytes); }
void roofline_copy(void *to, const void *from, size_t bytes) { widest()->copy(to, from, bytes); }

void roofline_dependent_additions(uint64_t rounds) {
    // Register to register: some cores fold the addition of a small constant into the next instruction.
    uint64_t sum = 0, one = 1;
    for (uint64_t i = 0; i < rounds; i++)
#if defined(__x86_64__)
        __asm__ volatile(".rept 100\n add %1, %0\n .endr" : "+r"(sum) : "r"(one));
#elif defined(__aarch64__)
        __asm__ volatile(".rept 100\n add %0, %0, %1\n .endr" : "+r"(sum) : "r"(one));
#else
        for (int j = 0; j < 100; j++) {
            sum += one;
            __asm__ volatile("" : "+r"(sum));
        }
#endif
}
