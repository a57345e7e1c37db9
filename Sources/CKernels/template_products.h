// Matrix products on packed panels of 16 columns.

#if BFLOAT16
// Two steps of k stand in one REAL, as bfloat16, the first in the lower half: a row of k elements is a
// row of PAIRS(k) of these, and a tile treats a pair as it treats an element in single precision.
#define PAIRS(k) recur_pairs(k)
#define STEPS_TOGETHER 2

typedef uint32_t bits __attribute__((ext_vector_type(LANES)));

/// The upper half of each element, rounded to the nearest, ties to even; NaN stays NaN.
INLINE bits rounded(vector x) {
  const bits whole = (bits)x;
  const bits up = whole + 0x7fff + ((whole >> 16) & 1);
  return ((integers)(whole & 0x7fffffff) > 0x7f800000 ? whole | 0x400000 : up) & 0xffff0000;
}
#ifndef PAIRED
/// The pairs of two vectors, and of the neighbours in two vectors that stand one behind the other.
#define PAIRED(first, second) ((vector)((rounded(first) >> 16) | rounded(second)))
#define PAIRED_NEIGHBOURS(low, high) PAIRED(every_second(low, high, 0), every_second(low, high, 1))
#endif
INLINE vector every_second(vector low, vector high, const int first) {
  vector x;
  for (int i = 0; i < LANES; i++) {
    const int at = 2 * i + first;
    x[i] = at < LANES ? low[at % LANES] : high[at % LANES];
  }
  return x;
}
/// The pairs of a row; they may take its place, or a place before it.
INLINE void pair_row(REAL *pairs, const REAL *row, int64_t k) {
  int64_t i = 0;
  for (; i + 2 * LANES <= k; i += 2 * LANES) {
    const vector low = load(row + i), high = load(row + i + LANES);
    store(pairs + i / 2, PAIRED_NEIGHBOURS(low, high));
  }
  for (; i < k; i += 2) {
    const vector first = splat(row[i]), second = splat(i + 1 < k ? row[i + 1] : 0);
    pairs[i / 2] = PAIRED(first, second)[0];
  }
}
typedef uint16_t halves __attribute__((ext_vector_type(LANES)));
typedef uint16_t halves_in_memory __attribute__((ext_vector_type(LANES), aligned(2), may_alias));
/// The bits of the next elements of a row of pairs, each in the lower half; zeros behind the last of `left`.
INLINE bits halves_of(const REAL *pairs, int64_t left) {
  halves x = 0;
  if (left >= LANES) {
    x = *(const halves_in_memory *)pairs;
  } else {
    memcpy(&x, pairs, (size_t)left * sizeof(uint16_t));
  }
  return __builtin_convertvector(x, bits);
}
/// The next elements of a row; zeros behind the last of `left`.
INLINE vector elements(const REAL *row, bool in_pairs, int64_t left) {
  return in_pairs ? (vector)(halves_of(row, left) << 16) : load_up_to(row, left);
}
/// The pairs of two rows that stand one above the other, the second zeros where it is null.
INLINE vector paired_rows(const REAL *first, const REAL *second, bool in_pairs, int64_t left) {
  if (!in_pairs) return PAIRED(load_up_to(first, left), second ? load_up_to(second, left) : splat(0));
  return (vector)(halves_of(first, left) | (second ? halves_of(second, left) : 0) << 16);
}
#ifndef MULTIPLY_ADD_PAIRS
INLINE vector multiply_add_pairs(vector a, vector b, vector sum) {
  const bits x = (bits)a, y = (bits)b;
  sum = multiply_add((vector)(x & 0xffff0000), (vector)(y & 0xffff0000), sum);
  return multiply_add((vector)(x << 16), (vector)(y << 16), sum);
}
#define MULTIPLY_ADD_PAIRS multiply_add_pairs
#endif
#define MULTIPLY_ADD MULTIPLY_ADD_PAIRS
#else
#define PAIRS(k) (k)
#define STEPS_TOGETHER 1
#define MULTIPLY_ADD multiply_add
INLINE vector elements(const REAL *row, bool in_pairs, int64_t left) {
  (void)in_pairs;
  return load_up_to(row, left);
}
#endif

/// Scalars of a panel of k steps.
#define PANEL_SIZE(k) recur_panel_size(BFLOAT16, k)

/// What stands `distance` elements behind another, an even number of them where they are pairs.
INLINE const REAL *behind(const REAL *a, bool in_pairs, int64_t distance) {
  return a + (in_pairs ? distance / 2 : distance);
}

static void pack_rows(REAL *panels, const REAL *w, int64_t n, int64_t k, int64_t leading,
                      int64_t begin, int64_t end, int64_t stride) {
  for (int64_t panel = begin; panel < end; panel++) {
    REAL *out = panels + panel * stride * PANEL_SIZE(k);
    int64_t columns = n - panel * RECUR_PANEL < RECUR_PANEL ? n - panel * RECUR_PANEL : RECUR_PANEL;
    const REAL *row = w + panel * RECUR_PANEL * leading;
    // Some columns at a time, so that what is written stays in the nearest cache.
    for (int64_t first = 0; first < k; first += 64) {
      const int64_t count = k - first < 64 ? k - first : 64;
      REAL *block = out + first / STEPS_TOGETHER * RECUR_PANEL;
      for (int64_t j = 0; j < RECUR_PANEL; j++) {
        if (j >= columns) {
          for (int64_t i = 0; i < PAIRS(count); i++) block[i * RECUR_PANEL + j] = 0;
          continue;
        }
#if BFLOAT16
        REAL pairs[32];
        pair_row(pairs, row + j * leading + first, count);
        for (int64_t i = 0; i < PAIRS(count); i++) block[i * RECUR_PANEL + j] = pairs[i];
#else
        for (int64_t i = 0; i < count; i++) block[i * RECUR_PANEL + j] = row[j * leading + first + i];
#endif
      }
    }
  }
}

static void pack_columns(REAL *panels, const REAL *w, int64_t k, int64_t n, int64_t leading,
                         int64_t begin, int64_t end) {
  // Some rows at a time, so that both sides are read and written in runs.
  for (int64_t first = 0; first < k; first += 64) {
    const int64_t last = k - first < 64 ? k : first + 64;
    for (int64_t panel = begin; panel < end; panel++) {
      REAL *out = panels + panel * PANEL_SIZE(k);
      const int64_t left = n - panel * RECUR_PANEL;
      for (int64_t i = first; i < last; i += STEPS_TOGETHER) {
        const REAL *in = w + i * leading + panel * RECUR_PANEL;
        for (int64_t j = 0; j < RECUR_PANEL; j += LANES) {
          vector x = left > j ? load_up_to(in + j, left - j) : splat(0);
#if BFLOAT16
          const bool second = left > j && i + 1 < k;
          x = PAIRED(x, second ? load_up_to(in + leading + j, left - j) : splat(0));
          store(out + i / 2 * RECUR_PANEL + j, x);
#else
          store(out + i * RECUR_PANEL + j, x);
#endif
        }
      }
    }
  }
}

/// The left matrix of a tile: rows of their own, or packed so that the rows of a step are neighbours.
enum layout { ROWS, PACKED };

/// `rows` by `count` panels over k elements, or pairs of elements; all accumulators in registers. Every element is summed over k from the
/// first to the last, whatever the tile, so that a row's result does not depend on its neighbours.
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
      for (int v = 0; v < count * VECTORS; v++) sum[r][v] = MULTIPLY_ADD(x, b[v], sum[r][v]);
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
    if (rows > (layout == PACKED ? TILE_ROWS : ROWS_BESIDE(count))) break;                       \
    tile(layout, rows, count, k, a, a_row, panels, panel_stride, ahead, c, leading_c, accumulate); \
    break;
#define CASES_OF_ROWS(layout, rows)                                                              \
  CASE(layout, rows, 1) CASE(layout, rows, 2) CASE(layout, rows, 3) CASE(layout, rows, 4)
#define CASES(rows) CASES_OF_ROWS(ROWS, rows) CASES_OF_ROWS(PACKED, rows)
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

/// Rows by a whole number of panels. The rows are cut into tiles of nearly equal height, because a
/// last tile of one row would wait for its few accumulators.
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
  int64_t panel = 0;
  while (panel < count) {
    const int together = panels_beside(rows, count - panel);
    const int64_t tiles = (rows + ROWS_BESIDE(together) - 1) / ROWS_BESIDE(together);
    for (int64_t step = 0; step < k; step += GROUP_STEPS) {
      const int64_t steps = k - step < GROUP_STEPS ? k - step : GROUP_STEPS;
      const REAL *group = panels + panel * panel_stride + step * RECUR_PANEL;
      // What comes next is fetched meanwhile, a panel by each tile; a few tiles have no time for it.
      const REAL *next = step + steps < k ? group + steps * RECUR_PANEL
                                          : panels + (panel + together) * panel_stride;
      int64_t row = 0;
      for (int64_t t = 0; t < tiles; t++) {
        const int height = (int)((rows - row + tiles - t - 1) / (tiles - t));
        const REAL *ahead = tiles < together ? group : next + t % together * panel_stride;
        tile_of(ROWS, height, together, steps, a + row * a_row + step, a_row, group, panel_stride,
                ahead, c + row * leading_c + panel * RECUR_PANEL, leading_c, accumulate || step > 0);
        row += height;
      }
    }
    panel += together;
  }
}

/// Rows that are multiplied together with a panel of which only some columns exist.
#ifdef MATRIX_TILES
#define PART_ROWS MATRIX_ROWS
#else
#define PART_ROWS TILE_ROWS
#endif

/// One panel of which only `columns` columns exist in c.
static void part_panel(enum layout layout, int64_t rows, int64_t columns, int64_t k, const REAL *a,
                       int64_t a_row, const REAL *panel, REAL *c, int64_t leading_c,
                       bool accumulate) {
  for (int64_t row = 0; row < rows; row += PART_ROWS) {
    const int height = rows - row < PART_ROWS ? (int)(rows - row) : PART_ROWS;
    REAL wide[PART_ROWS * RECUR_PANEL] = {0};
    for (int r = 0; accumulate && r < height; r++) {
      for (int64_t j = 0; j < columns; j++) wide[r * RECUR_PANEL + j] = c[(row + r) * leading_c + j];
    }
    if (layout == PACKED) {
      tile_of(PACKED, height, 1, k, a + row * k, 0, panel, 0, panel, wide, RECUR_PANEL, accumulate);
    } else {
      whole_panels(height, 1, k, a + row * a_row, a_row, panel, 0, wide, RECUR_PANEL, accumulate);
    }
    for (int r = 0; r < height; r++) {
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
