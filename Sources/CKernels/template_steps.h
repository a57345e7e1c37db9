// Single steps for inference, cut by output units and not by rows: each thread reads its own part of
// the weights, the same at every step. The weights are panels as everywhere, or whole numbers of 8 bits.

/// 1.5 · 2^23 for float, 1.5 · 2^52 for double: adding it rounds to a whole number, ties to even, that
/// then stands in the low bits.
#define ROUNDING_SHIFT (sizeof(REAL) == 4 ? (REAL)12582912.0 : (REAL)6755399441055744.0)
#define INFINITY_BITS (sizeof(REAL) == 4 ? (word)0x7f800000 : (word)0x7ff0000000000000)

typedef uint8_t bytes_of_vector __attribute__((ext_vector_type(LANES)));

/// What a row's whole numbers stand for: `unit` for 1, and its inverse. The greatest size in the row
/// becomes 127. A row with a number that is not finite has NaN, so that it is seen; one that is nearly
/// nothing has 0.
struct quantum {
  REAL unit, inverse;
};
static struct quantum quantum_of(const REAL *x, int64_t count) {
  // The bits of sizes are in the order of the sizes, and NaN comes last.
  words most = (words)splat(0);
  for (int64_t j = 0, left = count; left > 0; j += LANES, left -= LANES) {
    const words size = (words)load_up_to(x + j, left) & ~(words)splat((REAL)-0.0);
    most = size > most ? size : most;
  }
  word greatest = 0;
  for (int i = 0; i < LANES; i++) greatest = most[i] > greatest ? most[i] : greatest;
  REAL size;
  memcpy(&size, &greatest, sizeof size);
  if (greatest >= INFINITY_BITS) return (struct quantum){(REAL)NAN, 0};
  if (size < (REAL)1e-30) return (struct quantum){0, 0};
  return (struct quantum){size / 127, 127 / size};
}
/// The whole numbers of a row, 128 added to each: 1 to 255.
static void quantize(uint8_t *bytes, const REAL *x, int64_t count, REAL inverse) {
  const vector shift = splat(ROUNDING_SHIFT), factor = splat(inverse);
  for (int64_t j = 0, left = count; left > 0; j += LANES, left -= LANES) {
    // Two statements: nothing may be fused, or the whole numbers would depend on the processor.
    const vector scaled = load_up_to(x + j, left) * factor;
    const vector rounded = scaled + shift;
    const words whole = (words)rounded + 128;
    const bytes_of_vector low = __builtin_convertvector(whole, bytes_of_vector);
    memcpy(bytes + j, &low, left >= LANES ? LANES : (size_t)left);
  }
}

static void pack_int8(int8_t *panels, REAL *units, int32_t *offsets, const REAL *w, int64_t n,
                      int64_t k, int64_t leading, int64_t begin, int64_t end, int64_t stride) {
  const int64_t size = RECUR_QUADS(k) * 4 * RECUR_PANEL;
  for (int64_t panel = begin; panel < end; panel++) {
    int8_t *out = panels + panel * stride * size;
    memset(out, 0, (size_t)size);
    for (int64_t j = 0; j < RECUR_PANEL; j++) {
      const int64_t row = panel * RECUR_PANEL + j, at = panel * stride * RECUR_PANEL + j;
      struct quantum quantum = {0, 0};
      int32_t sum = 0;
      if (row < n) {
        quantum = quantum_of(w + row * leading, k);
        for (int64_t first = 0; first < k; first += 256) {
          uint8_t bytes[256];
          const int64_t count = k - first < 256 ? k - first : 256;
          quantize(bytes, w + row * leading + first, count, quantum.inverse);
          for (int64_t i = 0; i < count; i++) {
            const int8_t whole = (int8_t)(bytes[i] - 128);
            out[((first + i) / 4 * RECUR_PANEL + j) * 4 + (first + i) % 4] = whole;
            sum += whole;
          }
        }
      }
      units[at] = quantum.unit;
      offsets[at] = 128 * sum;
    }
  }
}

#define WEIGHTS const struct NAMED(recur_weights) * weights
/// The left side of a product with some weights: at most ROW_BLOCK rows, as these need them.
struct left_side {
  const REAL *rows;
  const uint8_t *bytes;
  const REAL *units;  // what 1 stands for, of each row
  int64_t leading;
};
static struct left_side prepared(WEIGHTS, int64_t rows, const REAL *x, REAL *workspace) {
  const int64_t k = weights->width;
  if (weights->int8_panels != NULL) {
    const int64_t leading = 4 * RECUR_QUADS(k);
    uint8_t *bytes = (uint8_t *)(workspace + ROW_BLOCK);
    for (int64_t r = 0; r < rows; r++) {
      const struct quantum quantum = quantum_of(x + r * k, k);
      workspace[r] = quantum.unit;
      quantize(bytes + r * leading, x + r * k, k, quantum.inverse);
      // Weights of 0 meet what fills the last four up.
      memset(bytes + r * leading + k, 0, (size_t)(leading - k));
    }
    return (struct left_side){NULL, bytes, workspace, leading};
  }
#if BFLOAT16
  for (int64_t r = 0; r < rows; r++) pair_row(workspace + r * PAIRS(k), x + r * k, k);
  return (struct left_side){workspace, NULL, NULL, PAIRS(k)};
#else
  // A product comes to the lines of its only row one by one, and other threads have written some of them.
  for (int64_t j = 0; rows == 1 && j < k; j += 64 / (int64_t)sizeof(REAL)) __builtin_prefetch(x + j, 0, 3);
  return (struct left_side){x, NULL, NULL, k};
#endif
}

/// products (rows, 16 count): the product of all rows with at most four panels.
static void multiply_panels(WEIGHTS, const struct left_side *left, int64_t rows, int64_t panel,
                            int64_t count, REAL *products) {
  const int64_t k = weights->width;
  if (weights->int8_panels == NULL) {
    whole_panels(rows, count, PAIRS(k), left->rows, left->leading,
                 weights->panels + panel * PANEL_SIZE(k), PANEL_SIZE(k), products,
                 count * RECUR_PANEL, false);
    return;
  }
  const int64_t size = RECUR_QUADS(k) * 4 * RECUR_PANEL, width = count * RECUR_PANEL;
  int32_t sums[ROW_BLOCK * 4 * RECUR_PANEL];
  weights->int8_kernels->multiply(rows, count, RECUR_QUADS(k), left->bytes, left->leading,
                                  weights->int8_panels + panel * size, size,
                                  weights->offsets + panel * RECUR_PANEL, sums);
  const REAL *units = weights->units + panel * RECUR_PANEL;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t j = 0; j < width; j++) {
      const REAL unit = left->units[r] * units[j];
      products[r * width + j] = (REAL)sums[r * width + j] * unit;
    }
  }
}

/// One step of all rows for the groups of units from `begin` to `end`. A group is what a tile takes:
/// a block of 16 units with all its gates, or four blocks where there is one gate.
INLINE void step(RUN, WEIGHTS, const struct NAMED(recur_weights) * input, const REAL *vectors,
                 int64_t begin, int64_t end, REAL *workspace, const int gate_count,
                 void (*finish)(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                                const REAL *products),
                 void (*emit)(RUN, int64_t t, int64_t row, int64_t unit, int64_t width)) {
  const int64_t hidden = run->hidden, leading = run->gates_leading;
  const int64_t panel_count = (hidden + RECUR_PANEL - 1) / RECUR_PANEL * gate_count;
  const int64_t together = gate_count == 1 ? 4 : gate_count;
  const int64_t units = together / gate_count * RECUR_PANEL;
  REAL products[ROW_BLOCK * 4 * RECUR_PANEL];
  // Other threads have read what is written over: a line is asked for before it is needed.
  for (int64_t j = begin * units; run->batch == 1 && j < end * units && j < hidden; j += RECUR_PANEL) {
    __builtin_prefetch(run->hidden_sequence + j, 1, 3);
  }
  for (int64_t first = 0; first < run->batch; first += ROW_BLOCK) {
    const int64_t rows = run->batch - first < ROW_BLOCK ? run->batch - first : ROW_BLOCK;
    struct left_side x = {NULL, NULL, NULL, 0};
    if (input != NULL) {
      x = prepared(input, rows, vectors + first * input->width,
                   workspace + recur_workspace(hidden, run->batch));
    }
    const struct left_side h =
        prepared(weights, rows, run->initial_hidden + first * hidden, workspace);
    for (int64_t group = begin; group < end; group++) {
      const int64_t unit = group * units, panel = group * together;
      const int64_t width = hidden - unit < units ? hidden - unit : units;
      const int64_t count = panel_count - panel < together ? panel_count - panel : together;
      if (input != NULL) {
        multiply_panels(input, &x, rows, panel, count, products);
        for (int64_t r = 0; r < rows; r++) {
          REAL *gates = run->gates + (first + r) * leading + unit;
          const REAL *product = products + r * count * RECUR_PANEL;
          for (int gate = 0; gate < gate_count; gate++) {
            memcpy(gates + gate * hidden, product + gate * RECUR_PANEL, (size_t)width * sizeof(REAL));
          }
        }
      } else {
        fetch_inputs(run, 0, first, rows, gate_count, unit, width, false);
      }
      multiply_panels(weights, &h, rows, panel, count, products);
      if (width == units) {
        // With a constant width the compiler drops everything that short rows need.
        for (int64_t r = 0; r < rows; r++) {
          finish(run, 0, first + r, unit, units, products + r * together * RECUR_PANEL);
        }
        for (int64_t r = 0; emit != NULL && r < rows; r++) emit(run, 0, first + r, unit, units);
      } else {
        for (int64_t r = 0; r < rows; r++) {
          finish(run, 0, first + r, unit, width, products + r * count * RECUR_PANEL);
        }
        for (int64_t r = 0; emit != NULL && r < rows; r++) emit(run, 0, first + r, unit, width);
      }
    }
  }
}
#define STEP(cell, gate_count, emit)                                                             \
  static void cell##_step(RUN, WEIGHTS, const struct NAMED(recur_weights) * input,               \
                          const REAL *vectors, int64_t begin, int64_t end, REAL *workspace) {    \
    step(run, weights, input, vectors, begin, end, workspace, gate_count, cell##_finish, emit);  \
  }
STEP(rnn, 1, NULL)
STEP(lstm, 4, lstm_emit)
STEP(gru, 3, gru_emit)
#undef STEP

static void affine(WEIGHTS, int64_t rows, int64_t n, const REAL *x, const REAL *bias, REAL *y,
                   int64_t begin, int64_t end, REAL *workspace) {
  REAL products[ROW_BLOCK * 4 * RECUR_PANEL];
  for (int64_t first = 0; first < rows; first += ROW_BLOCK) {
    const int64_t height = rows - first < ROW_BLOCK ? rows - first : ROW_BLOCK;
    const struct left_side left = prepared(weights, height, x + first * weights->width, workspace);
    for (int64_t panel = begin; panel < end; panel += 4) {
      const int64_t count = end - panel < 4 ? end - panel : 4, column = panel * RECUR_PANEL;
      const int64_t columns =
          n - column < count * RECUR_PANEL ? n - column : count * RECUR_PANEL;
      multiply_panels(weights, &left, height, panel, count, products);
      for (int64_t r = 0; r < height; r++) {
        for (int64_t j = 0; j < columns; j++) {
          y[(first + r) * n + column + j] = products[r * count * RECUR_PANEL + j] + bias[column + j];
        }
      }
    }
  }
}

#undef WEIGHTS
#undef RUN
#undef ROW_BLOCK
