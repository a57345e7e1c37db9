// Single precision for any processor; on 64-bit ARM these are the NEON kernels.
#define REAL float
#define NAMED(name) name##_f32
#define LANES 4
#define LIBRARY_FUNCTIONS 0
#define BFLOAT16 0
#define VARIANT recur_portable_f32
#if defined(__aarch64__)
#define FUSED_MULTIPLY_ADD 1
#define TILE_ROWS 6
#define VARIANT_NAME "neon"
#else
#define FUSED_MULTIPLY_ADD 0
#define TILE_ROWS 3
#define VARIANT_NAME "portable"
#endif
#define MOST_ROWS TILE_ROWS
#define ROWS_BESIDE(count) ((count) == 1 ? TILE_ROWS : 1)
#define FETCHES_AHEAD(rows) 1
#include "template_kernels.h"
