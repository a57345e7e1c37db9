// What every kernel with AVX-512 in single precision has: its vectors and tiles.
#define REAL float
#define NAMED(name) name##_f32
#define LANES 16
#define FUSED_MULTIPLY_ADD 1
#define LIBRARY_FUNCTIONS 0
#define TILE_ROWS 6
#define MOST_ROWS 12
#define ROWS_BESIDE(count) ((count) <= 2 ? 12 : (count) == 3 ? 8 : 6)
#define FETCHES_AHEAD(rows) 1
