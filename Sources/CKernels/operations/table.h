// Every operation, compiled for the instruction set of the file that includes this, and their table.
#include "vector.h"

#include "activation.h"

#include "channels.h"
#include "depthwise.h"
#include "epilogue.h"
#include "resample.h"
#include "softmax.h"

#define TABLE(isa)                                                                                       \
    const fovea_kernels fovea_kernels_##isa = {                                                          \
        .name = #isa,                                                                                    \
        .epilogue = epilogue,                                                                            \
        .scale = scale,                                                                                  \
        .mean = mean,                                                                                    \
        .depthwise = depthwise,                                                                          \
        .softmax = softmax,                                                                              \
        .resize_across = resize_across,                                                                  \
        .resize_down = resize_down,                                                                      \
    };
