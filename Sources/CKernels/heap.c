// What Swift's view of the C library lacks. See ckernels.h.
#include <malloc.h>

#include "ckernels.h"

void fovea_configure_heap(void) {
#if defined(__GLIBC__)
    // One heap per thread would keep the largest body that each thread ever read.
    mallopt(M_ARENA_MAX, 2);
    // Left alone, both grow with the largest block that was ever freed, and nothing is given back.
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_TRIM_THRESHOLD, 128 << 10);
#endif
}

ptrdiff_t fovea_heap_bytes(void) {
#if defined(__GLIBC__)
    const struct mallinfo2 heap = mallinfo2();
    return (ptrdiff_t)(heap.uordblks + heap.hblkhd);
#else
    return 0;
#endif
}

void fovea_trim_heap(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
