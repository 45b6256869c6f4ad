// What Swift's view of the C library lacks. See ckernels.h.
#include <malloc.h>

#include "ckernels.h"

void fovea_trim_heap(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
