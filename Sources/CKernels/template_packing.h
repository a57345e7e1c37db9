// Matrices are packed in panels of 16 columns.

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
