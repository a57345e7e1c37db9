// Large products. Of the left matrix BLOCK_ROWS rows, and where it is packed BLOCK_STEPS steps of k, stay in the
// second-level cache while the panels pass by.
#ifdef MATRIX_TILES
#define BLOCK_STEPS MATRIX_STEPS
#define PAIRED_STEPS MATRIX_STEPS
#define ROWS_TOGETHER MATRIX_ROWS
#else
#define BLOCK_STEPS (352 / TILE_STEPS(1))
#define PAIRED_STEPS GROUP_STEPS
#define ROWS_TOGETHER 12
#endif

static void product(int64_t rows, int64_t n, int64_t k, const REAL *a, int64_t a_row,
                    const REAL *panels, int64_t panel_stride, REAL *c, int64_t leading_c,
                    bool accumulate) {
#if BFLOAT16
  REAL pairs[BLOCK_ROWS * APART(PAIRED_STEPS)] __attribute__((aligned(64)));
  for (int64_t first = 0; first < rows; first += BLOCK_ROWS) {
    const int64_t height = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;
    for (int64_t step = 0; step < PAIRS(k); step += PAIRED_STEPS) {
      const int64_t left = k - 2 * step, count = left < 2 * PAIRED_STEPS ? left : 2 * PAIRED_STEPS;
      for (int64_t r = 0; r < height; r++) {
        pair_row(pairs + r * APART(PAIRED_STEPS), a + (first + r) * a_row + 2 * step, count);
      }
      packed_product(height, n, PAIRS(count), pairs, APART(PAIRED_STEPS), panels + step * RECUR_PANEL,
                     panel_stride, c + first * leading_c, leading_c, accumulate || step > 0);
    }
  }
#else
  packed_product(rows, n, k, a, a_row, panels, panel_stride, c, leading_c, accumulate);
#endif
}

#ifdef MATRIX_TILES
#define BLOCK_SIZE (BLOCK_ROWS * APART(BLOCK_STEPS))

/// Packs `rows` by `k` elements of a transpose as rows of pairs.
INLINE void pack_block(REAL *packed, int64_t rows, int64_t k, const REAL *a, bool in_pairs, int64_t a_step) {
  transpose_pairs(packed, APART(BLOCK_STEPS), rows, k, a, in_pairs, a_step);
}
/// c (rows, n) = the packed block over k elements, or pairs of elements, times as many steps of all panels.
static void block_product(int64_t rows, int64_t n, int64_t k, const REAL *packed, const REAL *panels,
                          int64_t panel_stride, REAL *c, int64_t leading_c, bool accumulate) {
  packed_product(rows, n, k, packed, APART(BLOCK_STEPS), panels, panel_stride, c, leading_c, accumulate);
}
#else
#define BLOCK_SIZE (BLOCK_ROWS * TILE_STEPS(BLOCK_STEPS))

/// Packs `rows` by `k` elements of a transpose tile by tile: its rows are neighbours.
INLINE void pack_block(REAL *packed, int64_t rows, int64_t k, const REAL *a, bool in_pairs, int64_t a_step) {
  const int64_t whole = rows / TILE_ROWS * TILE_ROWS, rest = rows - whole;
  const int64_t steps = TILE_STEPS(PAIRS(k)), together = WIDENS ? 1 : STEPS_TOGETHER;
  for (int64_t i = 0, step = 0; step < steps; i += together, step++) {
    const REAL *line = behind(a, in_pairs, i * a_step);
    // Each step is on a page of its own, which no processor fetches unasked.
    for (int64_t ahead = 0; ahead < together; ahead++) {
      for (int64_t row = 0; row < rows; row += (in_pairs ? 128 : 64) / (int64_t)sizeof(REAL)) {
        __builtin_prefetch(behind(line, in_pairs, (48 + ahead) * a_step + row), 0, 2);
      }
    }
#if BFLOAT16
    REAL factors[BLOCK_ROWS + LANES];
    for (int64_t row = 0, left = rows; left > 0; row += LANES, left -= LANES) {
      const REAL *first = behind(line, in_pairs, row);
#if WIDENS
      store(factors + row, i < k ? rounded_elements(first, in_pairs, left) : splat(0));
#else
      store(factors + row, paired_rows(first, i + 1 < k ? behind(first, in_pairs, a_step) : NULL, in_pairs, left));
#endif
    }
    line = factors;
#endif
    for (int64_t row = 0; row < whole; row += TILE_ROWS) {
      memcpy(packed + row * steps + step * TILE_ROWS, line + row, TILE_ROWS * sizeof(REAL));
    }
    memcpy(packed + whole * steps + step * rest, line + whole, (size_t)rest * sizeof(REAL));
  }
}
/// The same, tile by tile.
static void block_product(int64_t rows, int64_t n, int64_t k, const REAL *packed, const REAL *panels,
                          int64_t panel_stride, REAL *c, int64_t leading_c, bool accumulate) {
  const int64_t whole = n / RECUR_PANEL, rest = n % RECUR_PANEL;
  packed_rows_product(rows, whole, k, packed, panels, panel_stride, c, leading_c, accumulate);
  if (rest > 0) {
    part_panel(PACKED, rows, rest, k, packed, 0, panels + whole * panel_stride, c + whole * RECUR_PANEL,
               leading_c, accumulate);
  }
}
#endif

/// A large product with a transpose on the left: element (r, i) of it is the one r + i * a_step behind the first.
static __attribute__((noinline)) void transposed_product(int64_t rows, int64_t n, int64_t k, const REAL *a,
                                                         bool in_pairs, int64_t a_step, const REAL *panels,
                                                         REAL *c, int64_t leading_c, bool accumulate) {
  REAL packed[BLOCK_SIZE] __attribute__((aligned(64)));
  for (int64_t first = 0; first < rows; first += BLOCK_ROWS) {
    const int64_t height = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;
    for (int64_t step = 0; step < PAIRS(k); step += BLOCK_STEPS) {
      const int64_t steps = PAIRS(k) - step < BLOCK_STEPS ? PAIRS(k) - step : BLOCK_STEPS;
      const int64_t begin = step * STEPS_TOGETHER, left = k - begin;
      const int64_t count = left < steps * STEPS_TOGETHER ? left : steps * STEPS_TOGETHER;
      const REAL *block = behind(a, in_pairs, first + begin * a_step);
      if (BFLOAT16 && in_pairs) {
        pack_block(packed, height, count, block, true, a_step);
      } else {
        pack_block(packed, height, count, block, false, a_step);
      }
      block_product(height, n, steps, packed, panels + step * RECUR_PANEL, PANEL_SIZE(k),
                    c + first * leading_c, leading_c, accumulate || step > 0);
    }
  }
}

static void large_product(int64_t rows, int64_t n, int64_t k, const REAL *a, bool in_pairs, int64_t a_row,
                          int64_t a_step, const REAL *panels, REAL *c, int64_t leading_c,
                          bool accumulate) {
  if (a_step != 1) {
    transposed_product(rows, n, k, a, in_pairs, a_step, panels, c, leading_c, accumulate);
  } else if (BFLOAT16 && in_pairs) {
    packed_product(rows, n, PAIRS(k), a, a_row / 2, panels, PANEL_SIZE(k), c, leading_c, accumulate);
  } else {
    product(rows, n, k, a, a_row, panels, PANEL_SIZE(k), c, leading_c, accumulate);
  }
}
