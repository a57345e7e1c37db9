// Single precision for any processor; on 64-bit ARM these are the NEON kernels; factors of products rounded to
// bfloat16.
#define REAL float
#define NAMED(name) name##_f32
#define LANES 4
#define LIBRARY_FUNCTIONS 0
#define BFLOAT16 1
#define VARIANT recur_portable_bfloat16_f32
#if defined(__aarch64__)
#define FUSED_MULTIPLY_ADD 1
#define TILE_ROWS 6
#define VARIANT_NAME "neon-bfloat16"
#else
#define FUSED_MULTIPLY_ADD 0
#define TILE_ROWS 3
#define VARIANT_NAME "portable-bfloat16"
#endif
#define MOST_ROWS TILE_ROWS
#define ROWS_BESIDE(count) ((count) == 1 ? TILE_ROWS : 1)
#define FETCHES_AHEAD(rows) 1
#define WIDENED_STEPS 64
#include "template_kernels.h"
