// Matrix products on packed panels of 16 columns.

/// The left matrix of a tile: rows of their own, or packed so that the rows of a step are neighbours, or rows of pairs
/// that the tile widens, as it does the panels.
enum layout { ROWS, PACKED, PAIRED_ROWS };

/// The most rows of a tile, as many as there are registers for.
#define MOST_BESIDE(layout, count)                                                               \
  ((layout) == PACKED                                                ? TILE_ROWS                 \
   : (layout) == PAIRED_ROWS && PAIRED_TILE_ROWS < ROWS_BESIDE(count) ? PAIRED_TILE_ROWS         \
                                                                      : ROWS_BESIDE(count))

/// `rows` by `count` panels over k elements, or pairs of elements; all accumulators in registers. Every element is
/// summed over k from the first to the last, whatever the tile, so that a row's result does not depend on its
/// neighbours.
INLINE void tile(const enum layout layout, const int rows, const int count, int64_t k,
                 const REAL *a, int64_t a_row, const REAL *panels, int64_t panel_stride,
                 const REAL *ahead, REAL *c, int64_t leading_c, bool accumulate) {
  vector sum[MOST_ROWS][4 * VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < count * VECTORS; v++) {
      sum[r][v] = accumulate ? load(c + r * leading_c + v * LANES) : splat(0);
    }
  }
  for (int64_t i = 0; i < k; i++) {
    if (FETCHES_AHEAD(rows)) __builtin_prefetch(ahead + i * RECUR_PANEL, 0, 2);
    vector b[4 * VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < count * VECTORS; v++) {
      b[v] = load(panels + (v / VECTORS) * panel_stride + i * RECUR_PANEL + (v % VECTORS) * LANES);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      vector x = splat(layout == PACKED ? a[i * rows + r] : a[r * a_row + i]);
#pragma clang loop unroll(full)
      for (int v = 0; v < count * VECTORS; v++) {
        sum[r][v] = layout == PAIRED_ROWS ? MULTIPLY_ADD_HALVES(x, b[v], sum[r][v]) : MULTIPLY_ADD(x, b[v], sum[r][v]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < count * VECTORS; v++) store(c + r * leading_c + v * LANES, sum[r][v]);
  }
}

// Tiles that no registers are left for are never asked for, and the compiler drops them.
#define CASE(layout, rows, count)                                                                \
  case layout * 64 + rows * 4 + count - 1:                                                       \
    if (rows > MOST_BESIDE(layout, count)) break;                                                \
    tile(layout, rows, count, k, a, a_row, panels, panel_stride, ahead, c, leading_c, accumulate); \
    break;
#define CASES_OF_ROWS(layout, rows)                                                              \
  CASE(layout, rows, 1) CASE(layout, rows, 2) CASE(layout, rows, 3) CASE(layout, rows, 4)
#define CASES(rows) CASES_OF_ROWS(ROWS, rows) CASES_OF_ROWS(PACKED, rows) CASES_OF_ROWS(PAIRED_ROWS, rows)
static __attribute__((noinline)) void tile_of(enum layout layout, int rows, int count, int64_t k,
                                              const REAL *a, int64_t a_row, const REAL *panels,
                                              int64_t panel_stride, const REAL *ahead, REAL *c,
                                              int64_t leading_c, bool accumulate) {
  switch (layout * 64 + rows * 4 + count - 1) {
    CASES(1) CASES(2) CASES(3) CASES(4) CASES(5) CASES(6)
    CASES(7) CASES(8) CASES(9) CASES(10) CASES(11) CASES(12)
  }
}
#undef CASES
#undef CASES_OF_ROWS
#undef CASE

/// The distance of rows that are multiplied together, of `count` each: a power of two would leave them few places
/// in the nearest cache.
#define APART(count) ((count) + 64 / (int64_t)sizeof(REAL))

/// How many of `count` panels a tile takes that is to have `rows` rows, or as many as there can be.
INLINE int panels_beside(int64_t rows, int64_t count) {
  int together = count < 4 ? (int)count : 4;
  while (together > 1 && ROWS_BESIDE(together) < rows && ROWS_BESIDE(together) < TILE_ROWS) together--;
  return together;
}

/// Steps of k, or pairs of them, that a group of panels stays in a cache for while the rows pass by.
#ifndef GROUP_STEPS
#define GROUP_STEPS 512
#endif

#ifdef MATRIX_TILES
#include "template_matrix_tiles.h"
#endif

/// Rows by a group of panels that a tile takes together. The rows are cut into tiles of nearly equal height, because
/// a last tile of one row would wait for its few accumulators. What comes next is fetched meanwhile, a panel of `next`
/// by each tile; a few tiles have no time for it.
INLINE void group_product(const enum layout layout, int64_t rows, int count, int64_t k, const REAL *a, int64_t a_row,
                          const REAL *group, int64_t panel_stride, const REAL *next, int64_t next_stride, REAL *c,
                          int64_t leading_c, bool accumulate) {
  const int most = MOST_BESIDE(layout, count);
  const int64_t tiles = (rows + most - 1) / most;
  int64_t row = 0;
  for (int64_t t = 0; t < tiles; t++) {
    const int height = (int)((rows - row + tiles - t - 1) / (tiles - t));
    const REAL *ahead = tiles < count ? group : next + t % count * next_stride;
    tile_of(layout, height, count, k, a + row * a_row, a_row, group, panel_stride, ahead, c + row * leading_c,
            leading_c, accumulate);
    row += height;
  }
}

/// Rows of a large product that stay in the second-level cache while the panels pass by.
#define BLOCK_ROWS 96

#if WIDENS
/// Scalars of what is widened at a time of a panel and of a row.
#define WIDENED_PANEL (2 * WIDENED_STEPS * RECUR_PANEL)
#define WIDENED_ROW APART(2 * WIDENED_STEPS)

/// Widens `count` panels over k pairs.
INLINE void widen_panels(REAL *wide, int64_t count, int64_t k, const REAL *panels, int64_t panel_stride) {
  for (int64_t panel = 0; panel < count; panel++) {
    for (int64_t j = 0; j < k * RECUR_PANEL; j += RECUR_PANEL) {
      for (int v = 0; v < RECUR_PANEL; v += LANES) {
        const vector pair = load(panels + panel * panel_stride + j + v);
        REAL *at = wide + panel * WIDENED_PANEL + 2 * j + v;
        store(at, lower_half(pair));
        store(at + RECUR_PANEL, upper_half(pair));
      }
    }
  }
}

/// Rows of pairs by a whole number of panels.
static void widened_panels(int64_t rows, int64_t count, int64_t k, const REAL *a, int64_t a_row, const REAL *panels,
                           int64_t panel_stride, REAL *c, int64_t leading_c, bool accumulate) {
  REAL wide_rows[BLOCK_ROWS * WIDENED_ROW] __attribute__((aligned(64)));
  REAL wide_panels[4 * WIDENED_PANEL] __attribute__((aligned(64)));
  const int64_t blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  for (int64_t block = 0, row = 0, height; block < blocks; block++, row += height) {
    height = (rows - row + blocks - block - 1) / (blocks - block);
    for (int64_t step = 0; step < k; step += WIDENED_STEPS) {
      const int64_t steps = k - step < WIDENED_STEPS ? k - step : WIDENED_STEPS;
      for (int64_t r = 0; r < height; r++) {
        const REAL *pairs = a + (row + r) * a_row + step;
        for (int64_t j = 0; j < 2 * steps; j += LANES) {
          store(wide_rows + r * WIDENED_ROW + j, elements(pairs + j / 2, true, 2 * steps - j));
        }
      }
      int together;
      for (int64_t panel = 0; panel < count; panel += together) {
        together = panels_beside(height, count - panel);
        widen_panels(wide_panels, together, steps, panels + panel * panel_stride + step * RECUR_PANEL, panel_stride);
        const int64_t after = panel + together;
        const REAL *next = after < count      ? panels + after * panel_stride + step * RECUR_PANEL
                           : step + steps < k ? panels + (step + steps) * RECUR_PANEL
                                              : panels + count * panel_stride;
        group_product(ROWS, height, together, 2 * steps, wide_rows, WIDENED_ROW, wide_panels, WIDENED_PANEL, next,
                      panel_stride, c + row * leading_c + panel * RECUR_PANEL, leading_c, accumulate || step > 0);
      }
    }
  }
}
#endif

/// Rows by a whole number of panels.
static void whole_panels(int64_t rows, int64_t count, int64_t k, const REAL *a, int64_t a_row,
                         const REAL *panels, int64_t panel_stride, REAL *c, int64_t leading_c,
                         bool accumulate) {
#ifdef MATRIX_TILES
  const int64_t multiple = k / MATRIX_TILE * MATRIX_TILE;
  if (multiple > 0) {
    whole_matrix_tiles(rows, count, multiple, a, a_row, panels, panel_stride, c, leading_c, accumulate);
    // What is left of k is added as everywhere.
    a += multiple;
    panels += multiple * RECUR_PANEL;
    k -= multiple;
    accumulate = true;
  }
#endif
#if WIDENS
  if (rows > FEW_ROWS) {
    widened_panels(rows, count, k, a, a_row, panels, panel_stride, c, leading_c, accumulate);
    return;
  }
#endif
  const enum layout layout = WIDENS ? PAIRED_ROWS : ROWS;
  int64_t panel = 0;
  while (panel < count) {
    const int together = panels_beside(rows, count - panel);
    for (int64_t step = 0; step < k; step += GROUP_STEPS) {
      const int64_t steps = k - step < GROUP_STEPS ? k - step : GROUP_STEPS;
      const REAL *group = panels + panel * panel_stride + step * RECUR_PANEL;
      const REAL *next = step + steps < k ? group + steps * RECUR_PANEL
                                          : panels + (panel + together) * panel_stride;
      group_product(layout, rows, together, steps, a + step, a_row, group, panel_stride, next, panel_stride,
                    c + panel * RECUR_PANEL, leading_c, accumulate || step > 0);
    }
    panel += together;
  }
}

#if WIDENS
/// Steps of a tile over k elements, or pairs of elements, and of a group of panels beside packed rows.
#define TILE_STEPS(k) (2 * (k))
#define PACKED_STEPS WIDENED_STEPS
#else
#define TILE_STEPS(k) (k)
#define PACKED_STEPS GROUP_STEPS
#endif

/// Rows that are packed tile by tile, by a whole number of panels.
static void packed_rows_product(int64_t rows, int64_t count, int64_t k, const REAL *packed, const REAL *panels,
                                int64_t panel_stride, REAL *c, int64_t leading_c, bool accumulate) {
#if WIDENS
  REAL wide_panels[4 * WIDENED_PANEL] __attribute__((aligned(64)));
#endif
  int64_t panel = 0;
  while (panel < count) {
    const int together = panels_beside(TILE_ROWS, count - panel);
    for (int64_t step = 0; step < k; step += PACKED_STEPS) {
      const int64_t steps = k - step < PACKED_STEPS ? k - step : PACKED_STEPS, tile_steps = TILE_STEPS(steps);
      const REAL *group = panels + panel * panel_stride + step * RECUR_PANEL;
      // The panels come from the third-level cache or from beyond: each tile fetches one of the next.
      const REAL *next = step + steps < k           ? group + steps * RECUR_PANEL
                         : panel + together < count ? panels + (panel + together) * panel_stride
                                                    : panels + k * RECUR_PANEL;
      int64_t group_stride = panel_stride;
#if WIDENS
      widen_panels(wide_panels, together, steps, group, panel_stride);
      group = wide_panels;
      group_stride = WIDENED_PANEL;
#endif
      for (int64_t row = 0; row < rows; row += TILE_ROWS) {
        const int height = rows - row < TILE_ROWS ? (int)(rows - row) : TILE_ROWS;
        const REAL *ahead = next + row / TILE_ROWS % 4 * panel_stride;
        tile_of(PACKED, height, together, tile_steps, packed + row * TILE_STEPS(k) + TILE_STEPS(step) * height, 0,
                group, group_stride, ahead, c + row * leading_c + panel * RECUR_PANEL, leading_c,
                accumulate || step > 0);
      }
    }
    panel += together;
  }
}

/// One panel of which only `columns` columns exist in c.
static void part_panel(enum layout layout, int64_t rows, int64_t columns, int64_t k, const REAL *a,
                       int64_t a_row, const REAL *panel, REAL *c, int64_t leading_c,
                       bool accumulate) {
  for (int64_t row = 0; row < rows; row += BLOCK_ROWS) {
    const int64_t height = rows - row < BLOCK_ROWS ? rows - row : BLOCK_ROWS;
    REAL wide[BLOCK_ROWS * RECUR_PANEL];
    if (accumulate) memset(wide, 0, (size_t)(height * RECUR_PANEL) * sizeof(REAL));
    for (int64_t r = 0; accumulate && r < height; r++) {
      for (int64_t j = 0; j < columns; j++) wide[r * RECUR_PANEL + j] = c[(row + r) * leading_c + j];
    }
    if (layout == PACKED) {
      packed_rows_product(height, 1, k, a + row * TILE_STEPS(k), panel, 0, wide, RECUR_PANEL, accumulate);
    } else {
      whole_panels(height, 1, k, a + row * a_row, a_row, panel, 0, wide, RECUR_PANEL, accumulate);
    }
    for (int64_t r = 0; r < height; r++) {
      for (int64_t j = 0; j < columns; j++) c[(row + r) * leading_c + j] = wide[r * RECUR_PANEL + j];
    }
  }
}

INLINE void packed_product(int64_t rows, int64_t n, int64_t k, const REAL *a, int64_t a_row,
                           const REAL *panels, int64_t panel_stride, REAL *c, int64_t leading_c,
                           bool accumulate) {
  const int64_t whole = n / RECUR_PANEL, rest = n % RECUR_PANEL;
  whole_panels(rows, whole, k, a, a_row, panels, panel_stride, c, leading_c, accumulate);
  if (rest > 0) {
    part_panel(ROWS, rows, rest, k, a, a_row, panels + whole * panel_stride, c + whole * RECUR_PANEL,
               leading_c, accumulate);
  }
}
