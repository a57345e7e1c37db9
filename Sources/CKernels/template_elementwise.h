// Elementwise functions, sums, softmax and optimizer updates.

#define FOR_VECTORS(count) for (int64_t j = 0, left = (count); left > 0; j += LANES, left -= LANES)

static void sigmoid(REAL *y, const REAL *x, int64_t count) {
  const vector one = splat(1);
  FOR_VECTORS(count) {
    store_up_to(y + j, one / (one + vector_exp_of_any(-load_up_to(x + j, left))), left);
  }
}
static void hyperbolic_tangent(REAL *y, const REAL *x, int64_t count) {
  FOR_VECTORS(count) store_up_to(y + j, vector_tanh(load_up_to(x + j, left)), left);
}
static void exponential(REAL *y, const REAL *x, int64_t count) {
  FOR_VECTORS(count) store_up_to(y + j, vector_exp_of_any(load_up_to(x + j, left)), left);
}
static void add(REAL *y, const REAL *x, int64_t count) {
  FOR_VECTORS(count) store_up_to(y + j, load_up_to(y + j, left) + load_up_to(x + j, left), left);
}
static void add_scaled(REAL *y, REAL scale, const REAL *x, int64_t count) {
  FOR_VECTORS(count) {
    vector sum = multiply_add(splat(scale), load_up_to(x + j, left), load_up_to(y + j, left));
    store_up_to(y + j, sum, left);
  }
}
static void multiply(REAL *y, const REAL *a, const REAL *b, int64_t count) {
  FOR_VECTORS(count) store_up_to(y + j, load_up_to(a + j, left) * load_up_to(b + j, left), left);
}
static void scale(REAL *y, REAL factor, const REAL *x, int64_t count) {
  FOR_VECTORS(count) store_up_to(y + j, splat(factor) * load_up_to(x + j, left), left);
}

/// Two rounds of a 32-bit mixing function (Mueller's finaliser) on key and position, of which `high` are the upper bits.
INLINE uint32_t mixed(uint64_t key, uint32_t high, uint32_t low) {
  uint32_t x = low * 0x9e3779b9u + (uint32_t)key;
  x ^= x >> 16;
  x *= 0x21f0aaadu;
  x ^= x >> 15;
  x ^= (uint32_t)(key >> 32) + high;
  x *= 0x735a2d97u;
  x ^= x >> 15;
  x *= 0x21f0aaadu;
  x ^= x >> 16;
  return x;
}
static void dropout(REAL *y, const REAL *x, int64_t count, REAL probability, uint64_t key,
                    int64_t offset) {
  const uint32_t threshold = (uint32_t)((double)probability * 4294967295.0);
  const REAL kept = 1 / (1 - probability);
  // Blocks of their own memory, in which the upper bits stay: loops that the compiler makes vectors of.
  REAL block[256];
  for (int64_t first = 0, size; first < count; first += size) {
    const uint64_t position = (uint64_t)(offset + first);
    const uint32_t high = (uint32_t)(position >> 32), low = (uint32_t)position;
    const int64_t same = (int64_t)0x100000000 - low, left = count - first;
    size = left < 256 ? left : 256;
    if (size > same) size = same;
    memcpy(block, x + first, (size_t)size * sizeof(REAL));
    for (int64_t i = 0; i < size; i++) {
      block[i] = mixed(key, high, low + (uint32_t)i) < threshold ? 0 : block[i] * kept;
    }
    memcpy(y + first, block, (size_t)size * sizeof(REAL));
  }
}

/// Rows between those that are added and those that are fetched: wide ones are on pages of their own, which no
/// processor fetches unasked.
#define ADDED_ROWS_AHEAD 16

INLINE void add_columns(REAL *sums, const REAL *m, const bool in_pairs, int64_t rows, int64_t columns,
                        int64_t leading) {
  // A strip of columns stays in registers while the rows pass by.
  for (int64_t first = 0; first < columns; first += 4 * LANES) {
    vector sum[4];
    for (int v = 0; v < 4; v++) {
      const int64_t j = first + v * LANES;
      sum[v] = j < columns ? load_up_to(sums + j, columns - j) : splat(0);
    }
    if (columns - first >= 4 * LANES) {
      for (int64_t i = 0; i < rows; i++) {
        for (int v = 0; v < 4; v++) {
          const REAL *next = behind(m, in_pairs, i * leading + first + v * LANES);
          __builtin_prefetch(behind(next, in_pairs, ADDED_ROWS_AHEAD * leading), 0, 2);
          sum[v] += elements(next, in_pairs, LANES);
        }
      }
    } else {
      for (int64_t i = 0; i < rows; i++) {
        for (int v = 0; v < 4; v++) {
          const int64_t j = first + v * LANES;
          if (j < columns) sum[v] += elements(behind(m, in_pairs, i * leading + j), in_pairs, columns - j);
        }
      }
    }
    for (int v = 0; v < 4; v++) {
      const int64_t j = first + v * LANES;
      if (j < columns) store_up_to(sums + j, sum[v], columns - j);
    }
  }
}
static void add_column_sums(REAL *sums, const REAL *m, bool in_pairs, int64_t rows, int64_t columns,
                            int64_t leading) {
  if (BFLOAT16 && in_pairs) {
    add_columns(sums, m, true, rows, columns, leading);
  } else {
    add_columns(sums, m, false, rows, columns, leading);
  }
}

INLINE void add_each_row(REAL *sums, int64_t leading_sums, const int32_t *targets, const REAL *m,
                         const bool in_pairs, int64_t rows, int64_t columns, int64_t leading) {
  for (int64_t i = 0; i < rows; i++) {
    REAL *sum = sums + targets[i] * leading_sums;
    FOR_VECTORS(columns) {
      const REAL *next = behind(m, in_pairs, i * leading + j);
      __builtin_prefetch(behind(next, in_pairs, ADDED_ROWS_AHEAD * leading), 0, 2);
      store_up_to(sum + j, load_up_to(sum + j, left) + elements(next, in_pairs, left), left);
    }
  }
}
static void add_rows(REAL *sums, int64_t leading_sums, const int32_t *targets, const REAL *m, bool in_pairs,
                     int64_t rows, int64_t columns, int64_t leading) {
  if (BFLOAT16 && in_pairs) {
    add_each_row(sums, leading_sums, targets, m, true, rows, columns, leading);
  } else {
    add_each_row(sums, leading_sums, targets, m, false, rows, columns, leading);
  }
}

static double sum_of_squares(const REAL *x, int64_t count) {
  double total = 0;
  for (int64_t first = 0; first < count; first += 4096) {
    const int64_t size = count - first < 4096 ? count - first : 4096;
    vector sum = splat(0);
    FOR_VECTORS(size) {
      vector part = load_up_to(x + first + j, left);
      sum = multiply_add(part, part, sum);
    }
    const double before = total;
    for (int i = 0; i < LANES; i++) total += (double)sum[i];
    if (isfinite(total)) continue;
    // Squares overflow sooner than what is squared.
    total = before;
    for (int64_t i = first; i < first + size; i++) total += (double)x[i] * (double)x[i];
  }
  return total;
}

/// The largest element; NaN may be passed over, which the exponentials then meet.
INLINE REAL largest(const REAL *x, int64_t count) {
  REAL most = x[0];
  int64_t i = 0;
  if (count >= LANES) {
    vector each = load(x);
    for (i = LANES; i + LANES <= count; i += LANES) {
      const vector next = load(x + i);
      each = next > each ? next : each;
    }
    for (int lane = 0; lane < LANES; lane++) most = each[lane] > most ? each[lane] : most;
  }
  for (; i < count; i++) most = x[i] > most ? x[i] : most;
  return most;
}
/// Turns a row into exp(x - max) and returns the sum.
INLINE double exponentials(REAL *row, int64_t columns, REAL most) {
  vector sum = splat(0);
  FOR_VECTORS(columns) {
    vector e = vector_exp_of_any(load_up_to(row + j, left) - splat(most));
    if (left < LANES) {
      REAL whole[LANES];
      store(whole, e);
      for (int64_t i = left; i < LANES; i++) whole[i] = 0;
      e = load(whole);
    }
    store_up_to(row + j, e, left);
    sum += e;
  }
  double total = 0;
  for (int i = 0; i < LANES; i++) total += (double)sum[i];
  return total;
}
static void softmax_cross_entropy(REAL *logits, const int32_t *targets, double *losses,
                                  int64_t rows, int64_t columns, REAL factor) {
  for (int64_t i = 0; i < rows; i++) {
    REAL *row = logits + i * columns;
    if (targets[i] < 0) {
      losses[i] = 0;
      memset(row, 0, (size_t)columns * sizeof(REAL));
      continue;
    }
    const REAL most = largest(row, columns);
    const double target = (double)row[targets[i]] - (double)most;
    const double total = exponentials(row, columns, most);
    losses[i] = log(total) - target;
    scale(row, (REAL)((double)factor / total), row, columns);
    row[targets[i]] -= factor;
  }
}

#define UPDATE const struct NAMED(recur_update) * u

INLINE vector clipped(UPDATE, const REAL *g, const REAL *w, int64_t left) {
  vector gradient = clamp(load_up_to(g, left) * splat(u->gradient_scale), -u->limit, u->limit);
  return multiply_add(splat(u->gradient_decay), load_up_to(w, left), gradient);
}
static void adam(UPDATE, REAL *w, const REAL *g, REAL *m, REAL *v, int64_t count) {
  FOR_VECTORS(count) {
    vector gradient = clipped(u, g + j, w + j, left);
    vector first = load_up_to(m + j, left), second = load_up_to(v + j, left);
    first = multiply_add(splat(1 - u->beta1), gradient - first, first);
    second = multiply_add(splat(1 - u->beta2), gradient * gradient - second, second);
    vector root = __builtin_elementwise_sqrt(second) * splat(u->correction2);
    vector step = first * splat(u->correction1) / (root + splat(u->epsilon));
    vector weight = load_up_to(w + j, left) * splat(u->weight_factor);
    store_up_to(m + j, first, left);
    store_up_to(v + j, second, left);
    store_up_to(w + j, multiply_add(splat(-u->learning_rate), step, weight), left);
  }
}
static void sgd(UPDATE, REAL *w, const REAL *g, REAL *m, int64_t count) {
  FOR_VECTORS(count) {
    vector gradient = clipped(u, g + j, w + j, left);
    vector momentum = multiply_add(splat(u->beta1), load_up_to(m + j, left), gradient);
    vector weight = load_up_to(w + j, left) * splat(u->weight_factor);
    store_up_to(m + j, momentum, left);
    store_up_to(w + j, multiply_add(splat(-u->learning_rate), momentum, weight), left);
  }
}
static void rmsprop(UPDATE, REAL *w, const REAL *g, REAL *v, int64_t count) {
  FOR_VECTORS(count) {
    vector gradient = clipped(u, g + j, w + j, left);
    vector second = load_up_to(v + j, left);
    second = multiply_add(splat(1 - u->beta2), gradient * gradient - second, second);
    vector step = gradient / (__builtin_elementwise_sqrt(second) + splat(u->epsilon));
    vector weight = load_up_to(w + j, left) * splat(u->weight_factor);
    store_up_to(v + j, second, left);
    store_up_to(w + j, multiply_add(splat(-u->learning_rate), step, weight), left);
  }
}
#undef UPDATE
#undef FOR_VECTORS
