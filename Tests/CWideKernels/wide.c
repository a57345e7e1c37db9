#include "CWideKernels.h"

#if defined(__x86_64__)
// Every function that passes a vector is inlined, so the calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define REAL float
#define NAMED(name) name##_f32
#define LANES 16
#define FUSED_MULTIPLY_ADD 1
#define LIBRARY_FUNCTIONS 0
#define BFLOAT16 0
#define TILE_ROWS 6
#define MOST_ROWS 12
#define ROWS_BESIDE(count) ((count) <= 2 ? 12 : (count) == 3 ? 8 : 6)
#define FETCHES_AHEAD(rows) 1
#define VARIANT recur_wide_f32
#define VARIANT_NAME "wide"
#include "template_kernels.h"
#pragma clang attribute pop

const struct recur_kernels_f32 *recur_wide_kernels(void) {
  return recur_kernels_named_f32("avx2") == NULL ? NULL : &recur_wide_f32;
}
#else
const struct recur_kernels_f32 *recur_wide_kernels(void) { return NULL; }
#endif
