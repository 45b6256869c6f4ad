// Loops that keep one part of a core busy and do nothing else: what the machine can do at most.
//
// Every loop runs on the thread that calls it and returns when it is done; who calls it takes the time.
#ifndef FOVEA_CROOFLINE_H
#define FOVEA_CROOFLINE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Multiplications with additions in independent chains, in one instruction set and one type.
typedef struct {
    const char *isa;   // as FOVEA_ISA names it
    const char *type;  // of the factors: "f32", "bf16"
    int bits;          // of a vector
    double operations;  // floating-point operations of one round
    void (*run)(uint64_t rounds);
} roofline_arithmetic;

// What this machine can compute with, one after the other by number; NULL behind the last.
const roofline_arithmetic *_Nullable roofline_arithmetic_at(size_t number);

// Passes over memory with the widest vectors of this machine. `bytes` is a multiple of 1024, arrays are aligned to 64
// bytes.
void roofline_read(const void *from, size_t bytes);
void roofline_write(void *to, size_t bytes);
void roofline_copy(void *to, const void *from, size_t bytes);

// `rounds` times a hundred additions of integers, each waiting for the one before: one a clock cycle.
void roofline_dependent_additions(uint64_t rounds);

#pragma clang assume_nonnull end
#endif
