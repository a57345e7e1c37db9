// Matrix products on packed panels of 16 columns.

static void pack_rows(REAL *panels, const REAL *w, int64_t n, int64_t k, int64_t leading,
                      int64_t begin, int64_t end, int64_t stride) {
  for (int64_t panel = begin; panel < end; panel++) {
    REAL *out = panels + panel * stride * k * RECUR_PANEL;
    int64_t columns = n - panel * RECUR_PANEL < RECUR_PANEL ? n - panel * RECUR_PANEL : RECUR_PANEL;
    const REAL *row = w + panel * RECUR_PANEL * leading;
    for (int64_t j = 0; j < RECUR_PANEL; j++) {
      if (j < columns) {
        for (int64_t i = 0; i < k; i++) out[i * RECUR_PANEL + j] = row[j * leading + i];
      } else {
        for (int64_t i = 0; i < k; i++) out[i * RECUR_PANEL + j] = 0;
      }
    }
  }
}

static void pack_columns(REAL *panels, const REAL *w, int64_t k, int64_t n, int64_t leading,
                         int64_t begin, int64_t end) {
  for (int64_t panel = begin; panel < end; panel++) {
    REAL *out = panels + panel * k * RECUR_PANEL;
    int64_t columns = n - panel * RECUR_PANEL < RECUR_PANEL ? n - panel * RECUR_PANEL : RECUR_PANEL;
    for (int64_t i = 0; i < k; i++) {
      const REAL *in = w + i * leading + panel * RECUR_PANEL;
      for (int64_t j = 0; j < RECUR_PANEL; j++) {
        out[i * RECUR_PANEL + j] = j < columns ? in[j] : 0;
      }
    }
  }
}

/// `rows` by `count` panels, all accumulators in registers. Every element is summed over k from the
/// first to the last, whatever the tile, so that a row's result does not depend on its neighbours.
INLINE void tile(const int rows, const int count, int64_t k, const REAL *a, int64_t leading_a,
                 const REAL *panels, int64_t panel_stride, REAL *c, int64_t leading_c,
                 bool accumulate) {
  vector sum[TILE_ROWS][4 * VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < count * VECTORS; v++) {
      sum[r][v] = accumulate ? load(c + r * leading_c + v * LANES) : splat(0);
    }
  }
  for (int64_t i = 0; i < k; i++) {
    vector b[4 * VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < count * VECTORS; v++) {
      b[v] = load(panels + (v / VECTORS) * panel_stride + i * RECUR_PANEL + (v % VECTORS) * LANES);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      vector x = splat(a[r * leading_a + i]);
#pragma clang loop unroll(full)
      for (int v = 0; v < count * VECTORS; v++) sum[r][v] = multiply_add(x, b[v], sum[r][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < count * VECTORS; v++) store(c + r * leading_c + v * LANES, sum[r][v]);
  }
}

static __attribute__((noinline)) void tile_of(int rows, int count, int64_t k, const REAL *a,
                                              int64_t leading_a, const REAL *panels,
                                              int64_t panel_stride, REAL *c, int64_t leading_c,
                                              bool accumulate) {
#define CASE(rows, count)                                                                       \
  case rows * 8 + count:                                                                        \
    tile(rows, count, k, a, leading_a, panels, panel_stride, c, leading_c, accumulate);         \
    break;
  switch (rows * 8 + count) {
    CASE(1, 1) CASE(2, 1) CASE(3, 1)
#if TILE_ROWS > 3
    CASE(4, 1) CASE(5, 1) CASE(6, 1)
#endif
#if WIDE_TILE_ROWS > 0
    CASE(1, 4)
#endif
#if WIDE_TILE_ROWS > 1
    CASE(2, 4) CASE(3, 4) CASE(4, 4) CASE(5, 4) CASE(6, 4)
#endif
  }
#undef CASE
}

/// Rows by a whole number of panels. The rows are cut into tiles of nearly equal height, because a
/// last tile of one row would wait for its few accumulators.
static void whole_panels(int64_t rows, int64_t count, int64_t k, const REAL *a, int64_t leading_a,
                         const REAL *panels, int64_t panel_stride, REAL *c, int64_t leading_c,
                         bool accumulate) {
  const int64_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  int64_t panel = 0;
  while (panel < count) {
    const int together = (WIDE_TILE_ROWS == TILE_ROWS || rows <= WIDE_TILE_ROWS) && count - panel >= 4 ? 4 : 1;
    int64_t row = 0;
    for (int64_t t = 0; t < tiles; t++) {
      const int height = (int)((rows - row + tiles - t - 1) / (tiles - t));
      tile_of(height, together, k, a + row * leading_a, leading_a, panels + panel * panel_stride,
              panel_stride, c + row * leading_c + panel * RECUR_PANEL, leading_c, accumulate);
      row += height;
    }
    panel += together;
  }
}

static void product(int64_t rows, int64_t n, int64_t k, const REAL *a, int64_t leading_a,
                    const REAL *panels, int64_t panel_stride, REAL *c, int64_t leading_c,
                    bool accumulate) {
  const int64_t whole = n / RECUR_PANEL, rest = n % RECUR_PANEL;
  whole_panels(rows, whole, k, a, leading_a, panels, panel_stride, c, leading_c, accumulate);
  if (rest == 0) return;
  REAL *out = c + whole * RECUR_PANEL;
  const REAL *last = panels + whole * panel_stride;
  for (int64_t row = 0; row < rows; row += TILE_ROWS) {
    const int height = rows - row < TILE_ROWS ? (int)(rows - row) : TILE_ROWS;
    REAL wide[TILE_ROWS * RECUR_PANEL] = {0};
    for (int r = 0; accumulate && r < height; r++) {
      for (int64_t j = 0; j < rest; j++) wide[r * RECUR_PANEL + j] = out[(row + r) * leading_c + j];
    }
    tile_of(height, 1, k, a + row * leading_a, leading_a, last, panel_stride, wide, RECUR_PANEL,
            accumulate);
    for (int r = 0; r < height; r++) {
      for (int64_t j = 0; j < rest; j++) out[(row + r) * leading_c + j] = wide[r * RECUR_PANEL + j];
    }
  }
}

static double burn(int64_t rounds) {
  vector sum[12];
  for (int i = 0; i < 12; i++) sum[i] = splat((REAL)i);
  volatile REAL source = (REAL)0.999;
  vector factor = splat(source), step = splat(source * (REAL)1e-3);
  for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) sum[i] = multiply_add(sum[i], factor, step);
  }
  vector total = sum[0];
  for (int i = 1; i < 12; i++) total += sum[i];
  source = total[0];
  return 2.0 * 12 * LANES * (double)rounds;
}
