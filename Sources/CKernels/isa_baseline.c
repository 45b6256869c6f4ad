// The kernels for any machine: SSE2 on x86-64, NEON on arm64.
#include "tables.h"

#define LANES 4
#include "operations/table.h"
TABLE(baseline)
