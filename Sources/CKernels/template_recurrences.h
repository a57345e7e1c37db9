// The recurrences. Each call runs all steps for its own batch rows, so that threads never wait for
// one another inside a window. For every block of units the gate products land in a scratch that
// stays in the first-level cache, and the gates are finished from there.

#define ROW_BLOCK RECUR_STEP_ROWS
#define RUN const struct NAMED(recur_recurrence) * run

INLINE bool counts(RUN, int64_t t, int64_t row) {
  return run->lengths == NULL || t < run->lengths[row];
}
INLINE bool is_last(RUN, int64_t t, int64_t row) {
  return run->lengths == NULL ? t == run->steps - 1 : t == run->lengths[row] - 1;
}
/// The gates of one row.
INLINE REAL *gates_of(RUN, int64_t t, int64_t row) {
  return run->gates + t * run->gates_step + row * run->gates_leading;
}
/// The input part of the pre-activations of one row: from the table, or where it stands.
INLINE const REAL *input_part(RUN, int64_t t, int64_t row, int64_t input_gates, REAL *gates) {
  if (run->table == NULL) return gates;
  return run->table + (int64_t)run->tokens[t * run->batch + row] * input_gates * run->hidden;
}
/// A pre-activation: input part, bias and recurrent product.
INLINE vector sum_at(RUN, const REAL *input, int64_t at, const REAL *product, int64_t left) {
  return load_up_to(input + at, left) + load_up_to(run->input_bias + at, left) + load(product);
}
/// What stands in a sequence (T, B, H) one step before t, or in the initial state.
INLINE const REAL *before(RUN, const REAL *sequence, const REAL *initial, int64_t t) {
  const int64_t size = run->batch * run->hidden;
  return t > 0 ? sequence + (t - 1) * size : initial;
}

/// Calls BODY for each vector of a row of units; `j` is the offset in the row, `left` what remains.
#define FOR_UNITS(begin, end)                                                                   \
  _Pragma("clang loop unroll_count(2)") for (int64_t j = (begin), left = (end) - (begin);       \
                                             left > 0; j += LANES, left -= LANES)

/// Fetches the input parts of a block of rows and units while its products are computed: into the nearest cache, or
/// into the second-level one where they are fetched again.
INLINE void fetch_inputs(RUN, int64_t t, int64_t first, int64_t rows, const int gate_count,
                         int64_t unit, int64_t width, const bool again) {
  for (int64_t r = first; r < first + rows; r++) {
    const REAL *input = input_part(run, t, r, gate_count, gates_of(run, t, r)) + unit;
    for (int64_t at = 0; at < width; at += RECUR_PANEL) {
      for (int gate = 0; gate < gate_count; gate++) {
        const REAL *line = input + gate * run->hidden + at;
        if (again) {
          __builtin_prefetch(line, 0, 2);
        } else {
          __builtin_prefetch(line, 0, 3);
        }
      }
    }
  }
}

/// Rows between the one that is finished and the one whose memory is fetched.
#define ROWS_AHEAD 4

/// Fetches into the nearest cache what a row of a block of units is finished from and written to: each gate is on a
/// page of its own, which no processor fetches unasked, and products have gone through that cache meanwhile.
INLINE void fetch_row(RUN, int64_t t, int64_t row, const int gate_count, int64_t unit, int64_t width) {
  const int64_t hidden = run->hidden, at = t * run->batch + row;
  REAL *gates = gates_of(run, t, row);
  const REAL *input = input_part(run, t, row, gate_count, gates);
  const REAL *cell = run->cell_sequence != NULL ? before(run, run->cell_sequence, run->initial_cell, t) : NULL;
  for (int64_t j = unit; j < unit + width; j += RECUR_PANEL) {
    if (cell != NULL) __builtin_prefetch(cell + row * hidden + j, 0, 3);
    for (int gate = 0; gate < gate_count; gate++) {
      __builtin_prefetch(gates + gate * hidden + j, 1, 3);
      if (input != gates) __builtin_prefetch(input + gate * hidden + j, 0, 3);
    }
    __builtin_prefetch(run->hidden_sequence + at * hidden + j, 1, 3);
    if (run->cell_sequence != NULL) __builtin_prefetch(run->cell_sequence + at * hidden + j, 1, 3);
  }
}

/// The scaffold of a forward pass: for every step, block of rows and block of units, the recurrent
/// products of `gate_count` gates, then `finish` for each row, and `emit` (where not null) once the
/// gates of all rows are there: a row's chain of operations is long, and a processor overlaps more
/// rows when it is cut in two. With one gate a tile takes the panels of four blocks of units, else
/// the panels of the gates.
INLINE void forward(RUN, int64_t begin, int64_t end, const int gate_count,
                    void (*finish)(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                                   const REAL *products),
                    void (*emit)(RUN, int64_t t, int64_t row, int64_t unit, int64_t width)) {
  const int64_t hidden = run->hidden, batch = run->batch;
  const int64_t panel_size = PANEL_SIZE(hidden);
  const int64_t panel_count = (hidden + RECUR_PANEL - 1) / RECUR_PANEL * gate_count;
  const int64_t together = gate_count == 1 ? 4 : gate_count;
  const int64_t units = together / gate_count * RECUR_PANEL, scratch_width = together * RECUR_PANEL;
  REAL products[ROW_BLOCK * 4 * RECUR_PANEL];
  for (int64_t t = 0; t < run->steps; t++) {
    const REAL *previous = before(run, run->hidden_sequence, run->initial_hidden, t);
    for (int64_t first = begin; first < end; first += ROW_BLOCK) {
      const int64_t rows = end - first < ROW_BLOCK ? end - first : ROW_BLOCK;
      const REAL *left = previous != NULL ? previous + first * hidden : NULL;
#if BFLOAT16
      REAL *pairs = run->pairs + first * PAIRS(hidden);
      for (int64_t r = 0; left != NULL && r < rows; r++) {
        pair_row(pairs + r * PAIRS(hidden), left + r * hidden, hidden);
      }
      left = left != NULL ? pairs : NULL;
#endif
      for (int64_t unit = 0, panel = 0; unit < hidden; unit += units, panel += together) {
        const int64_t width = hidden - unit < units ? hidden - unit : units;
        fetch_inputs(run, t, first, rows, gate_count, unit, width, true);
        if (left != NULL) {
          whole_panels(rows, panel_count - panel < together ? panel_count - panel : together,
                       PAIRS(hidden), left, PAIRS(hidden), run->panels + panel * panel_size,
                       panel_size, products, scratch_width, false);
        } else {
          memset(products, 0, (size_t)(rows * scratch_width) * sizeof(REAL));
        }
        for (int64_t r = 0; r < rows; r++) {
          if (r + ROWS_AHEAD < rows) fetch_row(run, t, first + r + ROWS_AHEAD, gate_count, unit, width);
          if (counts(run, t, first + r)) {
            // With a constant width the compiler drops everything that short rows need.
            if (width == units) {
              finish(run, t, first + r, unit, units, products + r * scratch_width);
            } else {
              finish(run, t, first + r, unit, width, products + r * scratch_width);
            }
          } else {
            const int64_t at = (t * batch + first + r) * hidden + unit;
            memset(run->hidden_sequence + at, 0, (size_t)width * sizeof(REAL));
            if (run->cell_sequence != NULL) {
              memset(run->cell_sequence + at, 0, (size_t)width * sizeof(REAL));
            }
          }
        }
        for (int64_t r = 0; emit != NULL && r < rows; r++) {
          if (!counts(run, t, first + r)) continue;
          if (width == units) {
            emit(run, t, first + r, unit, units);
          } else {
            emit(run, t, first + r, unit, width);
          }
        }
      }
    }
  }
}

/// Fetches what stands in the gates of the next row where this one's are read and written.
INLINE void fetch_gates(const REAL *next, int64_t hidden, const int gate_count, int64_t unit) {
  if (unit % RECUR_PANEL != 0) return;
  for (int gate = 0; gate < gate_count; gate++) __builtin_prefetch(next + gate * hidden + unit, 1, 3);
}

/// The scaffold of a backward pass: for every step from the last, `differentiate` for each row turns
/// activations into gradients of pre-activations, which become pairs where factors are rounded, and `carry`
/// takes them to the step before; `next` are the gates of the row that follows, or others of this part. Behind the
/// `input_gates` come the others of all that are stored, which are factors of a product of their own and so begin with
/// a pair of their own.
INLINE void backward(RUN, int64_t begin, int64_t end, const int stored_gates, const int input_gates,
                     void (*differentiate)(RUN, int64_t t, int64_t row, const REAL *next),
                     void (*carry)(RUN, int64_t rows, REAL *gates, REAL *hidden_gradient)) {
  const int64_t hidden = run->hidden;
  const int64_t inputs = input_gates * hidden, others = stored_gates * hidden - inputs;
  const size_t row_size = (size_t)hidden * sizeof(REAL);
  memset(run->hidden_gradient + begin * hidden, 0, (size_t)(end - begin) * row_size);
  if (run->cell_gradient != NULL) {
    memset(run->cell_gradient + begin * hidden, 0, (size_t)(end - begin) * row_size);
  }
  for (int64_t t = run->steps - 1; t >= 0; t--) {
    for (int64_t row = begin; row < end; row++) {
      REAL *gates = gates_of(run, t, row);
      if (counts(run, t, row)) {
        const REAL *next = row + 1 < end ? gates_of(run, t, row + 1) : gates_of(run, t > 0 ? t - 1 : t, begin);
        differentiate(run, t, row, next);
#if BFLOAT16
        pair_row(gates, gates, inputs);
        pair_row(gates + PAIRS(inputs), gates + inputs, others);
#endif
      } else {
        memset(gates, 0, (size_t)(inputs + others) * sizeof(REAL));
      }
    }
    carry(run, end - begin, gates_of(run, t, begin), run->hidden_gradient + begin * hidden);
  }
}

/// The gradient that reaches the hidden state of a row: from later steps, the output, and the end.
INLINE vector hidden_gradient_at(RUN, int64_t t, int64_t row, bool last, int64_t j, int64_t left) {
  const int64_t at = row * run->hidden + j;
  vector sum = load_up_to(run->hidden_gradient + at, left);
  if (run->output_gradient != NULL) {
    sum += load_up_to(run->output_gradient + t * run->batch * run->hidden + at, left);
  }
  if (last && run->final_hidden_gradient != NULL) {
    sum += load_up_to(run->final_hidden_gradient + at, left);
  }
  return sum;
}
