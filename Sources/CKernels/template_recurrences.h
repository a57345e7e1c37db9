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

/// Fetches the input parts of a block of rows and units while its products are computed.
INLINE void fetch_inputs(RUN, int64_t t, int64_t first, int64_t rows, const int gate_count,
                         int64_t unit, int64_t width) {
  for (int64_t r = first; r < first + rows; r++) {
    REAL *gates = run->gates + (t * run->batch + r) * run->gates_leading;
    const REAL *input = input_part(run, t, r, gate_count, gates) + unit;
    for (int64_t at = 0; at < width; at += RECUR_PANEL) {
      for (int gate = 0; gate < gate_count; gate++) {
        __builtin_prefetch(input + gate * run->hidden + at, 0, 3);
      }
    }
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
  const int64_t panel_size = hidden * RECUR_PANEL;
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
        pair_row(pairs + r * PAIRS(hidden), left + r * hidden, hidden, 1);
      }
      left = left != NULL ? pairs : NULL;
#endif
      for (int64_t unit = 0, panel = 0; unit < hidden; unit += units, panel += together) {
        const int64_t width = hidden - unit < units ? hidden - unit : units;
        fetch_inputs(run, t, first, rows, gate_count, unit, width);
        if (left != NULL) {
          whole_panels(rows, panel_count - panel < together ? panel_count - panel : together,
                       PAIRS(hidden), left, PAIRS(hidden), run->panels + panel * panel_size,
                       panel_size, products, scratch_width, false);
        } else {
          memset(products, 0, (size_t)(rows * scratch_width) * sizeof(REAL));
        }
        for (int64_t r = 0; r < rows; r++) {
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

/// The scaffold of a backward pass: for every step from the last, `differentiate` for each row turns
/// activations into gradients of pre-activations, and `carry` takes them to the step before.
INLINE void backward(RUN, int64_t begin, int64_t end, const int gate_width,
                     void (*differentiate)(RUN, int64_t t, int64_t row),
                     void (*carry)(RUN, int64_t rows, REAL *gates, REAL *hidden_gradient)) {
  const int64_t hidden = run->hidden, batch = run->batch, width = gate_width * hidden;
  const int64_t leading = run->gates_leading;
  const size_t row_size = (size_t)hidden * sizeof(REAL);
  memset(run->hidden_gradient + begin * hidden, 0, (size_t)(end - begin) * row_size);
  if (run->cell_gradient != NULL) {
    memset(run->cell_gradient + begin * hidden, 0, (size_t)(end - begin) * row_size);
  }
  for (int64_t t = run->steps - 1; t >= 0; t--) {
    for (int64_t row = begin; row < end; row++) {
      if (counts(run, t, row)) {
        differentiate(run, t, row);
      } else {
        memset(run->gates + (t * batch + row) * leading, 0, (size_t)width * sizeof(REAL));
      }
    }
    carry(run, end - begin, run->gates + (t * batch + begin) * leading,
          run->hidden_gradient + begin * hidden);
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

// MARK: Elman network: h' = tanh(W x + b + U h)

INLINE void rnn_finish(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                        const REAL *products) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  REAL *gates = run->gates + (t * run->batch + row) * run->gates_leading;
  const REAL *input = input_part(run, t, row, 1, gates);
  FOR_UNITS(unit, unit + width) {
    vector sum = sum_at(run, input, j, products + (j - unit), left);
    vector h;
    if (run->rectified) {
      h = sum < splat(0) ? splat(0) : sum;
    } else {
      h = vector_tanh(sum);
    }
    store_up_to(run->hidden_sequence + at + j, h, left);
  }
}
INLINE void rnn_differentiate(RUN, int64_t t, int64_t row) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  const bool last = is_last(run, t, row);
  REAL *gates = run->gates + (t * run->batch + row) * run->gates_leading;
  FOR_UNITS(0, hidden) {
    vector dh = hidden_gradient_at(run, t, row, last, j, left);
    vector h = load_up_to(run->hidden_sequence + at + j, left);
    vector slope = splat(1) - h * h;
    if (run->rectified) slope = h > splat(0) ? splat(1) : splat(0);
    store_up_to(gates + j, dh * slope, left);
  }
}
INLINE void rnn_carry(RUN, int64_t rows, REAL *gates, REAL *hidden_gradient) {
  const int64_t hidden = run->hidden;
  product(rows, hidden, hidden, gates, run->gates_leading, run->panels, hidden * RECUR_PANEL,
          hidden_gradient, hidden, false);
}
static void rnn_forward(RUN, int64_t begin, int64_t end) {
  forward(run, begin, end, 1, rnn_finish, NULL);
}
static void rnn_backward(RUN, int64_t begin, int64_t end) {
  backward(run, begin, end, 1, rnn_differentiate, rnn_carry);
}

// MARK: LSTM: i f g o

INLINE void lstm_finish(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                        const REAL *products) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  REAL *gates = run->gates + (t * run->batch + row) * run->gates_leading;
  const REAL *input = input_part(run, t, row, 4, gates);
  const REAL *previous = before(run, run->cell_sequence, run->initial_cell, t);
  FOR_UNITS(unit, unit + width) {
    const REAL *p = products + (j - unit);
    vector i = vector_sigmoid(sum_at(run, input, j, p, left));
    vector f = vector_sigmoid(sum_at(run, input, hidden + j, p + RECUR_PANEL, left));
    vector g = vector_tanh(sum_at(run, input, 2 * hidden + j, p + 2 * RECUR_PANEL, left));
    vector o = vector_sigmoid(sum_at(run, input, 3 * hidden + j, p + 3 * RECUR_PANEL, left));
    vector c = i * g;
    if (previous != NULL) c = multiply_add(f, load_up_to(previous + row * hidden + j, left), c);
    store_up_to(gates + j, i, left);
    store_up_to(gates + hidden + j, f, left);
    store_up_to(gates + 2 * hidden + j, g, left);
    store_up_to(gates + 3 * hidden + j, o, left);
    store_up_to(run->cell_sequence + at + j, c, left);
  }
}
INLINE void lstm_emit(RUN, int64_t t, int64_t row, int64_t unit, int64_t width) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  const REAL *o = run->gates + (t * run->batch + row) * run->gates_leading + 3 * hidden;
  FOR_UNITS(unit, unit + width) {
    const vector squashed = vector_tanh(load_up_to(run->cell_sequence + at + j, left));
    store_up_to(run->hidden_sequence + at + j, load_up_to(o + j, left) * squashed, left);
  }
}
INLINE void lstm_differentiate(RUN, int64_t t, int64_t row) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  const bool last = is_last(run, t, row);
  REAL *gates = run->gates + (t * run->batch + row) * run->gates_leading;
  const REAL *previous = before(run, run->cell_sequence, run->initial_cell, t);
  REAL *cell_gradient = run->cell_gradient + row * hidden;
  const vector one = splat(1);
  FOR_UNITS(0, hidden) {
    vector dh = hidden_gradient_at(run, t, row, last, j, left);
    vector i = load_up_to(gates + j, left), f = load_up_to(gates + hidden + j, left);
    vector g = load_up_to(gates + 2 * hidden + j, left);
    vector o = load_up_to(gates + 3 * hidden + j, left);
    vector squashed = vector_tanh(load_up_to(run->cell_sequence + at + j, left));
    vector dc = load_up_to(cell_gradient + j, left);
    if (last && run->final_cell_gradient != NULL) {
      dc += load_up_to(run->final_cell_gradient + row * hidden + j, left);
    }
    dc = multiply_add(dh * o, one - squashed * squashed, dc);
    vector old = previous != NULL ? load_up_to(previous + row * hidden + j, left) : splat(0);
    store_up_to(gates + j, dc * g * i * (one - i), left);
    store_up_to(gates + hidden + j, dc * old * f * (one - f), left);
    store_up_to(gates + 2 * hidden + j, dc * i * (one - g * g), left);
    store_up_to(gates + 3 * hidden + j, dh * squashed * o * (one - o), left);
    store_up_to(cell_gradient + j, dc * f, left);
  }
}
INLINE void lstm_carry(RUN, int64_t rows, REAL *gates, REAL *hidden_gradient) {
  const int64_t hidden = run->hidden;
  product(rows, hidden, 4 * hidden, gates, run->gates_leading, run->panels,
          4 * hidden * RECUR_PANEL, hidden_gradient, hidden, false);
}
static void lstm_forward(RUN, int64_t begin, int64_t end) {
  forward(run, begin, end, 4, lstm_finish, lstm_emit);
}
static void lstm_backward(RUN, int64_t begin, int64_t end) {
  backward(run, begin, end, 4, lstm_differentiate, lstm_carry);
}

// MARK: GRU, reset after the recurrent product: r z n, and s = U_n h + b_hn in a fourth column

INLINE void gru_finish(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                        const REAL *products) {
  const int64_t hidden = run->hidden;
  REAL *gates = run->gates + (t * run->batch + row) * run->gates_leading;
  const REAL *input = input_part(run, t, row, 3, gates);
  FOR_UNITS(unit, unit + width) {
    const REAL *p = products + (j - unit);
    vector r = vector_sigmoid(sum_at(run, input, j, p, left));
    vector z = vector_sigmoid(sum_at(run, input, hidden + j, p + RECUR_PANEL, left));
    vector s = load_up_to(run->recurrent_bias + j, left) + load(p + 2 * RECUR_PANEL);
    vector x = load_up_to(input + 2 * hidden + j, left);
    vector n = multiply_add(r, s, x + load_up_to(run->input_bias + 2 * hidden + j, left));
    store_up_to(gates + j, r, left);
    store_up_to(gates + hidden + j, z, left);
    store_up_to(gates + 2 * hidden + j, n, left);
    store_up_to(gates + 3 * hidden + j, s, left);
  }
}
INLINE void gru_emit(RUN, int64_t t, int64_t row, int64_t unit, int64_t width) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  REAL *gates = run->gates + (t * run->batch + row) * run->gates_leading;
  const REAL *previous = before(run, run->hidden_sequence, run->initial_hidden, t);
  FOR_UNITS(unit, unit + width) {
    vector z = load_up_to(gates + hidden + j, left);
    vector n = vector_tanh(load_up_to(gates + 2 * hidden + j, left));
    vector old = previous != NULL ? load_up_to(previous + row * hidden + j, left) : splat(0);
    store_up_to(gates + 2 * hidden + j, n, left);
    store_up_to(run->hidden_sequence + at + j, multiply_add(z, old - n, n), left);
  }
}
INLINE void gru_differentiate(RUN, int64_t t, int64_t row) {
  const int64_t hidden = run->hidden;
  const bool last = is_last(run, t, row);
  REAL *gates = run->gates + (t * run->batch + row) * run->gates_leading;
  const REAL *previous = before(run, run->hidden_sequence, run->initial_hidden, t);
  const vector one = splat(1);
  FOR_UNITS(0, hidden) {
    vector dh = hidden_gradient_at(run, t, row, last, j, left);
    vector r = load_up_to(gates + j, left), z = load_up_to(gates + hidden + j, left);
    vector n = load_up_to(gates + 2 * hidden + j, left);
    vector s = load_up_to(gates + 3 * hidden + j, left);
    vector old = previous != NULL ? load_up_to(previous + row * hidden + j, left) : splat(0);
    vector dn = dh * (one - z) * (one - n * n);
    store_up_to(gates + j, dn * s * r * (one - r), left);
    store_up_to(gates + hidden + j, dh * (old - n) * z * (one - z), left);
    store_up_to(gates + 2 * hidden + j, dn, left);
    store_up_to(gates + 3 * hidden + j, dn * r, left);
    // What goes straight to the state before; the gates' part is added to it.
    store_up_to(run->hidden_gradient + row * hidden + j, dh * z, left);
  }
}
INLINE void gru_carry(RUN, int64_t rows, REAL *gates, REAL *hidden_gradient) {
  const int64_t hidden = run->hidden, stride = 3 * hidden * RECUR_PANEL;
  product(rows, hidden, 2 * hidden, gates, run->gates_leading, run->panels, stride, hidden_gradient,
          hidden, true);
  product(rows, hidden, hidden, gates + 3 * hidden, run->gates_leading,
          run->panels + PAIRS(2 * hidden) * RECUR_PANEL, stride, hidden_gradient, hidden, true);
}
static void gru_forward(RUN, int64_t begin, int64_t end) {
  forward(run, begin, end, 3, gru_finish, gru_emit);
}
static void gru_backward(RUN, int64_t begin, int64_t end) {
  backward(run, begin, end, 4, gru_differentiate, gru_carry);
}

