// Products by the matrix tiles of the processor (AMX): one instruction adds the product of 16 rows of 16 pairs
// with 16 pairs of 16 columns. A panel of pairs stands in memory as the instruction reads it.

/// Rows, pairs and columns of a tile, at most, and rows of the two tiles that are multiplied together.
#define MATRIX_TILE 16
#define MATRIX_ROWS (2 * MATRIX_TILE)
/// Pairs of k for which the tiles of two panels stay in the nearest cache while the rows pass by.
#define MATRIX_STEPS 256

/// What the instruction that loads the shapes of tiles reads.
struct matrix_shapes {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} __attribute__((aligned(64)));
/// Tiles 0 to 3 are sums, two of the upper rows and two of the lower; 4 and 5 are rows, 6 and 7 panels. Loading
/// takes longer than looking whether they are these already, hence they are never released.
INLINE void shape_matrix_tiles(int64_t upper, int64_t lower) {
  struct matrix_shapes shapes = {.palette = 1}, current;
  const int64_t rows[] = {upper, upper, lower, lower, upper, lower, MATRIX_TILE, MATRIX_TILE};
  for (int i = 0; i < 8; i++) {
    shapes.row_bytes[i] = rows[i] > 0 ? 64 : 0;
    shapes.rows[i] = (uint8_t)rows[i];
  }
  _tile_storeconfig(&current);
  if (memcmp(&shapes, &current, sizeof shapes) != 0) _tile_loadconfig(&shapes);
}

/// One or two tiles of rows by one or two panels over k pairs, a multiple of MATRIX_TILE. Every element is
/// summed in the same order, whatever stands beside it. The sums that are `ahead` are fetched meanwhile; the
/// processor itself fetches panels.
INLINE void matrix_tiles(const bool has_lower, const bool has_second, int64_t height, int64_t k,
                         const REAL *a, int64_t a_row, const REAL *panel, int64_t panel_stride, REAL *c,
                         int64_t leading_c, bool accumulate, const REAL *ahead) {
  const int64_t upper = (height + 1) / 2;
  const int64_t a_bytes = a_row * (int64_t)sizeof(REAL), c_bytes = leading_c * (int64_t)sizeof(REAL);
  const REAL *a_lower = a + upper * a_row, *second = panel + panel_stride;
  REAL *c_lower = c + upper * leading_c;
#define SUMS(OPERATION)                                                                          \
  OPERATION(0, c);                                                                               \
  if (has_second) OPERATION(1, c + RECUR_PANEL);                                                 \
  if (has_lower) OPERATION(2, c_lower);                                                          \
  if (has_lower && has_second) OPERATION(3, c_lower + RECUR_PANEL)
#define LOADED(tile, at) _tile_loadd(tile, at, c_bytes)
#define CLEARED(tile, at) _tile_zero(tile)
#define STORED(tile, at) _tile_stored(tile, at, c_bytes)
  if (accumulate) {
    SUMS(LOADED);
  } else {
    SUMS(CLEARED);
  }
  for (int64_t i = 0; i < k; i += MATRIX_TILE) {
    for (int64_t row = i / 8; row < i / 8 + 2 && row < height; row++) {
      __builtin_prefetch(ahead + row * leading_c, 1, 2);
      if (has_second) __builtin_prefetch(ahead + row * leading_c + RECUR_PANEL, 1, 2);
    }
    _tile_loadd(6, panel + i * RECUR_PANEL, 64);
    if (has_second) _tile_loadd(7, second + i * RECUR_PANEL, 64);
    _tile_loadd(4, a + i, a_bytes);
    _tile_dpbf16ps(0, 4, 6);
    if (has_second) _tile_dpbf16ps(1, 4, 7);
    if (has_lower) {
      _tile_loadd(5, a_lower + i, a_bytes);
      _tile_dpbf16ps(2, 5, 6);
      if (has_second) _tile_dpbf16ps(3, 5, 7);
    }
  }
  SUMS(STORED);
#undef SUMS
#undef LOADED
#undef CLEARED
#undef STORED
}

/// What whole_panels computes, where k is a multiple of MATRIX_TILE.
static __attribute__((noinline)) void whole_matrix_tiles(int64_t rows, int64_t count, int64_t k,
                                                         const REAL *a, int64_t a_row, const REAL *panels,
                                                         int64_t panel_stride, REAL *c,
                                                         int64_t leading_c, bool accumulate) {
  const int64_t pairs = (rows + MATRIX_ROWS - 1) / MATRIX_ROWS;
  int64_t shaped = 0;
  for (int64_t step = 0; step < k; step += MATRIX_STEPS, accumulate = true) {
    const int64_t steps = k - step < MATRIX_STEPS ? k - step : MATRIX_STEPS;
    for (int64_t panel = 0; panel < count; panel += 2) {
      const bool has_second = panel + 1 < count;
      const REAL *group = panels + panel * panel_stride + step * RECUR_PANEL;
      for (int64_t pair = 0, row = 0; pair < pairs; pair++) {
        const int64_t height = (rows - row + pairs - pair - 1) / (pairs - pair);
        if (shaped != height) shape_matrix_tiles((height + 1) / 2, height / 2);
        shaped = height;
        const REAL *left = a + row * a_row + step;
        REAL *out = c + row * leading_c + panel * RECUR_PANEL;
        const REAL *ahead = pair + 1 < pairs ? out + height * leading_c
                                             : c + (panel + 2 < count ? panel + 2 : 0) * RECUR_PANEL;
#define MULTIPLY(has_lower, has_second)                                                          \
  matrix_tiles(has_lower, has_second, height, steps, left, a_row, group, panel_stride, out, leading_c, \
               accumulate, ahead)
        if (height > 1 && has_second) {
          MULTIPLY(true, true);
        } else if (height > 1) {
          MULTIPLY(true, false);
        } else if (has_second) {
          MULTIPLY(false, true);
        } else {
          MULTIPLY(false, false);
        }
#undef MULTIPLY
        row += height;
      }
    }
  }
}

// Where two vectors exchange lanes that lie `distance` apart: what the upper one keeps, and the lower one.
#define KEPT_ABOVE(lane, distance) ((lane) & (distance) ? 16 + (lane) - (distance) : (lane))
#define KEPT_BELOW(lane, distance) ((lane) & (distance) ? 16 + (lane) : (lane) + (distance))
#define LANES_OF(kept, d)                                                                        \
  kept(0, d), kept(1, d), kept(2, d), kept(3, d), kept(4, d), kept(5, d), kept(6, d), kept(7, d),  \
      kept(8, d), kept(9, d), kept(10, d), kept(11, d), kept(12, d), kept(13, d), kept(14, d), kept(15, d)
#define EXCHANGE(distance)                                                                       \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) {                              \
    if ((i & distance) != 0) continue;                                                           \
    const vector upper = x[i], lower = x[i + distance];                                          \
    x[i] = __builtin_shufflevector(upper, lower, LANES_OF(KEPT_ABOVE, distance));                \
    x[i + distance] = __builtin_shufflevector(upper, lower, LANES_OF(KEPT_BELOW, distance));     \
  }
/// Makes columns of 16 vectors.
INLINE void transpose(vector *x) { EXCHANGE(8) EXCHANGE(4) EXCHANGE(2) EXCHANGE(1) }
#undef EXCHANGE
#undef LANES_OF
#undef KEPT_BELOW
#undef KEPT_ABOVE

/// Rows of pairs, `leading` apart, of `rows` by `k` elements of a transpose, whose rows are neighbours.
INLINE void transpose_pairs(REAL *pairs, int64_t leading, int64_t rows, int64_t k, const REAL *a,
                            const bool in_pairs, int64_t a_step) {
  for (int64_t step = 0; step < PAIRS(k); step += LANES) {
    for (int64_t row = 0; row < rows; row += LANES) {
      vector x[LANES];
      for (int64_t i = 0; i < LANES; i++) {
        const int64_t first = 2 * (step + i);
        const REAL *line = behind(a, in_pairs, first * a_step + row);
        // Those of the next pairs: each is on a page of its own, which no processor fetches unasked. Of elements in
        // pairs 16 are half a line of the cache.
        for (int64_t ahead = 2 * LANES; ahead < 2 * LANES + 2 && (!in_pairs || row % (2 * LANES) == 0); ahead++) {
          __builtin_prefetch(behind(line, in_pairs, ahead * a_step), 0, 2);
        }
        x[i] = first >= k ? splat(0)
                          : paired_rows(line, first + 1 < k ? behind(line, in_pairs, a_step) : NULL, in_pairs,
                                        rows - row);
      }
      transpose(x);
      for (int64_t i = 0; i < LANES; i++) store(pairs + (row + i) * leading + step, x[i]);
    }
  }
}

static double burn(int64_t rounds) {
  REAL factors[MATRIX_TILE * MATRIX_TILE];
  for (int i = 0; i < MATRIX_TILE * MATRIX_TILE; i++) factors[i] = PAIRED(splat((REAL)i), splat((REAL)-i))[0];
  shape_matrix_tiles(MATRIX_TILE, MATRIX_TILE);
  _tile_loadd(4, factors, 64);
  _tile_loadd(5, factors, 64);
  _tile_loadd(6, factors, 64);
  _tile_loadd(7, factors, 64);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t round = 0; round < rounds; round++) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  return 4.0 * MATRIX_TILE * MATRIX_TILE * MATRIX_TILE * 2 * STEPS_TOGETHER * (double)rounds;
}
