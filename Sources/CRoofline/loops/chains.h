// The loops for one instruction set, compiled for the file that includes this. BITS is the length of a vector.
//
// What a loop computes goes into an empty assembler statement at its end, so that the compiler can't leave it out;
// the factors come out of one, so that it can't know them.
#define LANES (BITS / 32)
typedef float vec __attribute__((ext_vector_type(LANES)));

#if defined(__x86_64__)
#define REGISTER "x"
#else
#define REGISTER "w"
#endif
#define OPAQUE(v) __asm__ volatile("" : "+" REGISTER(v))
#define USED(v) __asm__ volatile("" : : REGISTER(v))

// Twelve chains: more than any core's latency times its pipes, and they leave registers for the factors in a file of
// 16. The compiler contracts each line to a fused multiply-add where the instruction set has one.
static void multiply_add(uint64_t rounds) {
    vec a = 0.999f, b = 0.001f;
    OPAQUE(a);
    OPAQUE(b);
    vec s0 = 0.0f, s1 = 0.1f, s2 = 0.2f, s3 = 0.3f, s4 = 0.4f, s5 = 0.5f;
    vec s6 = 0.6f, s7 = 0.7f, s8 = 0.8f, s9 = 0.9f, s10 = 1.0f, s11 = 1.1f;
    for (uint64_t i = 0; i < rounds; i++) {
        s0 = s0 * a + b, s1 = s1 * a + b, s2 = s2 * a + b, s3 = s3 * a + b;
        s4 = s4 * a + b, s5 = s5 * a + b, s6 = s6 * a + b, s7 = s7 * a + b;
        s8 = s8 * a + b, s9 = s9 * a + b, s10 = s10 * a + b, s11 = s11 * a + b;
    }
    USED(s0); USED(s1); USED(s2); USED(s3); USED(s4); USED(s5);
    USED(s6); USED(s7); USED(s8); USED(s9); USED(s10); USED(s11);
}

enum { chains = 12, vectors_per_kilobyte = 1024 / (BITS / 8) };

static void read_memory(const void *from, size_t bytes) {
    const vec *p = from;
    for (const vec *end = p + bytes / sizeof(vec); p < end; p += vectors_per_kilobyte)
#pragma clang loop unroll(full)
        for (int i = 0; i < vectors_per_kilobyte; i++) USED(p[i]);
}

static void write_memory(void *to, size_t bytes) {
    vec v = 1.0f;
    OPAQUE(v);
    vec *p = to;
    for (vec *end = p + bytes / sizeof(vec); p < end; p += vectors_per_kilobyte)
#pragma clang loop unroll(full)
        for (int i = 0; i < vectors_per_kilobyte; i++) p[i] = v;
}

static void copy_memory(void *to, const void *from, size_t bytes) {
    vec *q = to;
    const vec *p = from;
    for (const vec *end = p + bytes / sizeof(vec); p < end; p += vectors_per_kilobyte, q += vectors_per_kilobyte)
#pragma clang loop unroll(full)
        for (int i = 0; i < vectors_per_kilobyte; i++) {
            vec v = p[i];
            OPAQUE(v);  // else this is a call of memcpy
            q[i] = v;
        }
}

#define LOOPS(name)                                                                                             \
    const roofline_arithmetic roofline_f32_##name = {#name, "f32", BITS, 2.0 * chains * LANES, multiply_add};   \
    const roofline_memory roofline_memory_##name = {read_memory, write_memory, copy_memory};
