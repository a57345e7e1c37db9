// Single precision for x86-64 with AVX2 and fused multiply-add; factors of products rounded to bfloat16.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,prfchw"))), apply_to = function)
#define REAL float
#define NAMED(name) name##_f32
#define LANES 8
#define FUSED_MULTIPLY_ADD 1
#define LIBRARY_FUNCTIONS 0
#define BFLOAT16 1
#define TILE_ROWS 6
#define MOST_ROWS TILE_ROWS
#define ROWS_BESIDE(count) ((count) == 1 ? TILE_ROWS : 1)
// As in single precision.
#define FETCHES_AHEAD(rows) ((rows) >= 5)
#define WIDENED_STEPS 64
#define VARIANT recur_avx2_bfloat16_f32
#define VARIANT_NAME "avx2-bfloat16"
#include "template_kernels.h"
#pragma clang attribute pop
#endif
