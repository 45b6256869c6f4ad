// The body of a parallel loop, a Swift closure, as two words that another thread can call. See ckernels.h.
//
// A Swift function value is the address of its code and that of what it captured. Swift passes them side by side, and
// calls the code with the second in the register that clang knows as the context of a "swiftcall".
#include "ckernels.h"

#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))

typedef SWIFT void (*loop_body)(ptrdiff_t first, ptrdiff_t last, CONTEXT void *captured);

void fovea_call(fovea_body body, ptrdiff_t first, ptrdiff_t last) {
    ((loop_body)body.code)(first, last, body.captured);
}

// Declared where it is called, in ComputePool+Parallel.swift.
SWIFT void fovea_lend_body(
    void *code, void *_Nullable captured, void (*use)(fovea_body body, void *argument), void *argument);

SWIFT void fovea_lend_body(
    void *code, void *_Nullable captured, void (*use)(fovea_body body, void *argument), void *argument) {
    use((fovea_body){code, captured}, argument);
}
