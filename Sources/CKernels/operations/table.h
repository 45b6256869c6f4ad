// Every operation, compiled for the instruction set of the file that includes this, and their table.
#include "vector.h"

#include "activation.h"

#include "channels.h"
#include "product.h"

#include "attention.h"
#include "depthwise.h"
#include "elementwise.h"
#include "interpolate.h"
#include "layer_norm.h"
#include "normalise.h"
#include "pool.h"
#include "pool_region.h"
#include "resample.h"
#include "softmax.h"
#include "transposed_product.h"
#include "winograd.h"

#ifdef HAS_BF16
#define BF16_PRODUCTS .pack_bf16 = pack_bf16, .product_bf16 = product_bf16, .to_bf16 = to_bf16,
#else
#define BF16_PRODUCTS
#endif

#define TABLE(isa)                                                                                       \
    const fovea_kernels fovea_kernels_##isa = {                                                          \
        .name = #isa,                                                                                    \
        .panel_columns = 2 * LANES,                                                                      \
        .tile_rows = TILE_ROWS,                                                                          \
        .scale_packed = scale_packed,                                                                    \
        .pack = pack,                                                                                    \
        BF16_PRODUCTS                                                                                    \
        .product = product,                                                                              \
        .elementwise = elementwise,                                                                      \
        .scale = scale,                                                                                  \
        .mean = mean,                                                                                    \
        .depthwise = depthwise,                                                                          \
        .max_pool = max_pool,                                                                            \
        .pool_region = pool_region,                                                                      \
        .normalise = normalise,                                                                          \
        .softmax = softmax,                                                                              \
        .pack_tokens = pack_tokens,                                                                      \
        .softmax_block = softmax_block,                                                                  \
        .divide_rows = divide_rows,                                                                      \
        .softmax_columns = softmax_columns,                                                              \
        .layer_norm = layer_norm,                                                                        \
        .transposed_product = transposed_product,                                                        \
        .resize_across = resize_across,                                                                  \
        .resize_down = resize_down,                                                                      \
        .blend = blend,                                                                                  \
        .interpolate = interpolate,                                                                      \
        .crossings = crossings,                                                                          \
        .winograd_input = winograd_input,                                                                \
        .winograd_output = winograd_output,                                                              \
    };
