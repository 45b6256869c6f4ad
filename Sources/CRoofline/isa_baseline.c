// The loops for any machine: SSE2 on x86-64 (multiplications and additions apart), NEON on arm64.
#include "loops.h"

#define BITS 128
#include "loops/chains.h"
LOOPS(baseline)
