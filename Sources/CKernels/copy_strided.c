// Any view of an array to row-major order. See ckernels.h.
#include <string.h>

#include "ckernels.h"

// Copies the axes from `axis` on and returns where the output continues. The recursion is as deep as the rank.
static float *copy_axis(
    float *out, const float *x, size_t axis, size_t rank, const ptrdiff_t *shape, const ptrdiff_t *strides) {
    if (axis == rank) {
        *out = *x;
        return out + 1;
    }
    const ptrdiff_t length = shape[axis], stride = strides[axis];
    if (axis + 1 < rank) {
        for (ptrdiff_t i = 0; i < length; i++)
            out = copy_axis(out, x + i * stride, axis + 1, rank, shape, strides);
        return out;
    }
    if (stride == 1)
        memcpy(out, x, (size_t)length * sizeof(float));
    else
        for (ptrdiff_t i = 0; i < length; i++) out[i] = x[i * stride];
    return out + length;
}

void fovea_copy_strided(
    float *out, const float *x, size_t rank, const ptrdiff_t *shape, const ptrdiff_t *strides) {
    copy_axis(out, x, 0, rank, shape, strides);
}
