// Double precision for any processor: it checks gradients, so its functions are the C library's.
#define REAL double
#define NAMED(name) name##_f64
#define LANES 2
#define FUSED_MULTIPLY_ADD 0
#define LIBRARY_FUNCTIONS 1
#define BFLOAT16 0
#define TILE_ROWS 3
#define MOST_ROWS TILE_ROWS
#define ROWS_BESIDE(count) ((count) == 1 ? TILE_ROWS : 1)
#define FETCHES_AHEAD(rows) 1
#define VARIANT recur_portable_f64
#define VARIANT_NAME "portable"
#include "template_kernels.h"
