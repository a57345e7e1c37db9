// The cells: how each finishes its gates, and their derivatives, in the scaffold of template_recurrences.h.

// MARK: Elman network: h' = tanh(W x + b + U h)

INLINE void rnn_finish(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                        const REAL *products) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  REAL *gates = gates_of(run, t, row);
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
INLINE void rnn_differentiate(RUN, int64_t t, int64_t row, const REAL *next) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  const bool last = is_last(run, t, row);
  REAL *gates = gates_of(run, t, row);
  FOR_UNITS(0, hidden) {
    fetch_gates(next, hidden, 1, j);
    vector dh = hidden_gradient_at(run, t, row, last, j, left);
    vector h = load_up_to(run->hidden_sequence + at + j, left);
    vector slope = splat(1) - h * h;
    if (run->rectified) slope = h > splat(0) ? splat(1) : splat(0);
    store_up_to(gates + j, dh * slope, left);
  }
}
INLINE void rnn_carry(RUN, int64_t rows, REAL *gates, REAL *hidden_gradient) {
  const int64_t hidden = run->hidden;
  packed_product(rows, hidden, PAIRS(hidden), gates, run->gates_leading, run->panels,
                 PANEL_SIZE(hidden), hidden_gradient, hidden, false);
}
static void rnn_forward(RUN, int64_t begin, int64_t end) {
  forward(run, begin, end, 1, rnn_finish, NULL);
}
static void rnn_backward(RUN, int64_t begin, int64_t end) {
  backward(run, begin, end, 1, 1, rnn_differentiate, rnn_carry);
}

// MARK: LSTM: i f g o

INLINE void lstm_finish(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                        const REAL *products) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  REAL *gates = gates_of(run, t, row);
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
  const REAL *o = gates_of(run, t, row) + 3 * hidden;
  FOR_UNITS(unit, unit + width) {
    const vector squashed = vector_tanh(load_up_to(run->cell_sequence + at + j, left));
    store_up_to(run->hidden_sequence + at + j, load_up_to(o + j, left) * squashed, left);
  }
}
INLINE void lstm_differentiate(RUN, int64_t t, int64_t row, const REAL *next) {
  const int64_t hidden = run->hidden, at = (t * run->batch + row) * hidden;
  const bool last = is_last(run, t, row);
  REAL *gates = gates_of(run, t, row);
  const REAL *previous = before(run, run->cell_sequence, run->initial_cell, t);
  REAL *cell_gradient = run->cell_gradient + row * hidden;
  const vector one = splat(1);
  FOR_UNITS(0, hidden) {
    fetch_gates(next, hidden, 4, j);
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
  packed_product(rows, hidden, PAIRS(4 * hidden), gates, run->gates_leading, run->panels,
                 PANEL_SIZE(4 * hidden), hidden_gradient, hidden, false);
}
static void lstm_forward(RUN, int64_t begin, int64_t end) {
  forward(run, begin, end, 4, lstm_finish, lstm_emit);
}
static void lstm_backward(RUN, int64_t begin, int64_t end) {
  backward(run, begin, end, 4, 4, lstm_differentiate, lstm_carry);
}

// MARK: GRU, reset after the recurrent product: r z n, and s = U_n h + b_hn in a fourth column

INLINE void gru_finish(RUN, int64_t t, int64_t row, int64_t unit, int64_t width,
                        const REAL *products) {
  const int64_t hidden = run->hidden;
  REAL *gates = gates_of(run, t, row);
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
  REAL *gates = gates_of(run, t, row);
  const REAL *previous = before(run, run->hidden_sequence, run->initial_hidden, t);
  FOR_UNITS(unit, unit + width) {
    vector z = load_up_to(gates + hidden + j, left);
    vector n = vector_tanh(load_up_to(gates + 2 * hidden + j, left));
    vector old = previous != NULL ? load_up_to(previous + row * hidden + j, left) : splat(0);
    store_up_to(gates + 2 * hidden + j, n, left);
    store_up_to(run->hidden_sequence + at + j, multiply_add(z, old - n, n), left);
  }
}
INLINE void gru_differentiate(RUN, int64_t t, int64_t row, const REAL *next) {
  const int64_t hidden = run->hidden;
  const bool last = is_last(run, t, row);
  REAL *gates = gates_of(run, t, row);
  const REAL *previous = before(run, run->hidden_sequence, run->initial_hidden, t);
  const vector one = splat(1);
  FOR_UNITS(0, hidden) {
    fetch_gates(next, hidden, 4, j);
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
  const int64_t hidden = run->hidden, stride = PANEL_SIZE(3 * hidden);
  packed_product(rows, hidden, PAIRS(2 * hidden), gates, run->gates_leading, run->panels, stride,
                 hidden_gradient, hidden, true);
  packed_product(rows, hidden, PAIRS(hidden), gates + PAIRS(3 * hidden), run->gates_leading,
                 run->panels + PAIRS(2 * hidden) * RECUR_PANEL, stride, hidden_gradient, hidden, true);
}
static void gru_forward(RUN, int64_t begin, int64_t end) {
  forward(run, begin, end, 3, gru_finish, gru_emit);
}
static void gru_backward(RUN, int64_t begin, int64_t end) {
  backward(run, begin, end, 4, 3, gru_differentiate, gru_carry);
}

