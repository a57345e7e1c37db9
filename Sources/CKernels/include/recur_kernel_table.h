// Included once for each precision with RECUR_REAL and RECUR_NAMED defined; see CKernels.h.

/// One run of a recurrence over all steps of a window. Sizes: T steps, B batch rows, H units.
/// `width` is what a row of `gates` holds: H (RNN), 4H (LSTM: i f g o; GRU: r z n and the recurrent
/// part of n). A null pointer means zeros for a state and "nothing arrives" for a gradient.
struct RECUR_NAMED(recur_recurrence) {
  int64_t steps, batch, hidden;
  /// Input part of the pre-activations, (T, B, width); activations after the forward pass, gradients
  /// of the pre-activations after the backward pass: as pairs where the kernels round factors, and then those of
  /// the GRU's inner part begin with a pair of their own behind the others.
  RECUR_REAL *gates;
  /// The distance between the starts of two rows of `gates`: at least `width`.
  int64_t gates_leading;
  /// That between two steps: 0 where the input part is in `table` and no backward pass needs the activations.
  int64_t gates_step;
  /// Where not null, the input part is row `tokens[t * B + b]` of this (V, input gates * H) table.
  const RECUR_REAL *table;
  const int32_t *tokens;  // (T, B)
  /// Added to the input part: (input gates * H).
  const RECUR_REAL *input_bias;
  /// Packed recurrent weights: by unit block and gate (forward), by column (backward).
  const RECUR_REAL *panels;
  const RECUR_REAL *recurrent_bias;  // (H): b_hn of the GRU
  const RECUR_REAL *initial_hidden, *initial_cell;  // (B, H)
  RECUR_REAL *hidden_sequence, *cell_sequence;       // (T, B, H)
  const int32_t *lengths;                     // (B): steps of each row that count; null: all
  const RECUR_REAL *output_gradient;                // (T, B, H)
  const RECUR_REAL *final_hidden_gradient, *final_cell_gradient;  // (B, H)
  /// Gradients that flow to the step before; of the initial state at the end.
  RECUR_REAL *hidden_gradient, *cell_gradient;  // (B, H)
  /// (B, pairs of H), for kernels that round factors to bfloat16.
  RECUR_REAL *pairs;
  /// RNN only: rectified linear instead of tanh.
  bool rectified;
};

/// The settings of one optimizer update, with everything that does not depend on the element folded.
struct RECUR_NAMED(recur_update) {
  /// Every gradient is multiplied by this first (clipping by norm), then held within ± `limit`.
  RECUR_REAL gradient_scale, limit;
  RECUR_REAL learning_rate;
  /// Decay added to the gradient (L2), and decay multiplied onto the weight (decoupled).
  RECUR_REAL gradient_decay, weight_factor;
  RECUR_REAL beta1, beta2, epsilon;
  /// 1 / (1 - beta1^step) and 1 / sqrt(1 - beta2^step).
  RECUR_REAL correction1, correction2;
};

/// The weights (n, k) of a product x · wᵀ, packed once for inference: as panels of the kernels, or as
/// whole numbers of 8 bits.
struct RECUR_NAMED(recur_weights) {
  int64_t width;  // k
  const RECUR_REAL *panels;  // (⌈n/16⌉, k or pairs of k, 16); null where the others count
  /// (⌈n/16⌉, ⌈k/4⌉, 16, 4), -127 to 127: four steps of a column stand together, zeros fill them up.
  const int8_t *int8_panels;
  const RECUR_REAL *units;  // (16 ⌈n/16⌉): what 1 stands for in each column
  const int32_t *offsets;   // (16 ⌈n/16⌉): 128 times the sum of each column
  const struct recur_int8_kernels *int8_kernels;
};

struct RECUR_NAMED(recur_kernels) {
  const char *name;
  /// Whether factors of products are rounded to bfloat16. Neighbours in a row then stand in pairs, each in the place of
  /// one number. Only such kernels take matrices `in_pairs`: their distances count elements, and are even from row to
  /// row.
  bool rounds_factors;
  /// The rows of a large product that a training is fastest with, and what rows are best a multiple of.
  int64_t block_rows, rows_together;

  /// Packs rows of `w` (n, k) so that each becomes a column: y = a · wᵀ. Panels (⌈n/16⌉, k or pairs of k, 16),
  /// those from `begin` to `end`; `stride` panels lie between two that are written.
  void (*pack_rows)(RECUR_REAL *panels, const RECUR_REAL *w, int64_t n, int64_t k, int64_t leading,
                    int64_t begin, int64_t end, int64_t stride);
  /// Packs columns of `w` (k, n) as they are: y = a · w. Panels (⌈n/16⌉, k or pairs of k, 16).
  void (*pack_columns)(RECUR_REAL *panels, const RECUR_REAL *w, int64_t k, int64_t n, int64_t leading,
                       int64_t begin, int64_t end);
  /// c (rows, n) = a (rows, k) · panels, or += where `accumulate`. The panels lie
  /// `panel_stride` scalars apart: recur_panel_size, or more where they are a part of longer ones.
  void (*product)(int64_t rows, int64_t n, int64_t k, const RECUR_REAL *a, int64_t leading_a,
                  const RECUR_REAL *panels, int64_t panel_stride, RECUR_REAL *c, int64_t leading_c,
                  bool accumulate);

  /// The same for many rows and steps, block by block for the caches; element (r, i) of the left
  /// matrix is the one r * a_row + i * a_step behind the first, where one of the two is 1: it may be a transpose.
  /// Where its elements are `in_pairs` and a row of k is odd, the second of the last pair is 0. The panels lie one
  /// behind the other.
  void (*large_product)(int64_t rows, int64_t n, int64_t k, const RECUR_REAL *a, bool in_pairs,
                        int64_t a_row, int64_t a_step, const RECUR_REAL *panels, RECUR_REAL *c,
                        int64_t leading_c, bool accumulate);

  /// Recurrences over the batch rows from `begin` to `end`.
  void (*rnn_forward)(const struct RECUR_NAMED(recur_recurrence) * run, int64_t begin, int64_t end);
  void (*rnn_backward)(const struct RECUR_NAMED(recur_recurrence) * run, int64_t begin, int64_t end);
  void (*lstm_forward)(const struct RECUR_NAMED(recur_recurrence) * run, int64_t begin, int64_t end);
  void (*lstm_backward)(const struct RECUR_NAMED(recur_recurrence) * run, int64_t begin, int64_t end);
  void (*gru_forward)(const struct RECUR_NAMED(recur_recurrence) * run, int64_t begin, int64_t end);
  void (*gru_backward)(const struct RECUR_NAMED(recur_recurrence) * run, int64_t begin, int64_t end);

  /// Packs rows of `w` (n, k) as whole numbers: each row divided by the unit that makes its greatest
  /// size 127, rounded to the nearest, ties to even. Panels from `begin` to `end`, `stride` apart.
  void (*pack_int8)(int8_t *panels, RECUR_REAL *units, int32_t *offsets, const RECUR_REAL *w, int64_t n,
                    int64_t k, int64_t leading, int64_t begin, int64_t end, int64_t stride);
  /// One step of inference, from `initial_hidden` to `hidden_sequence`, of all rows and of the groups of
  /// units from `begin` to `end`: 16 units with all gates (LSTM, GRU), 64 units (RNN). `input` are the
  /// input weights for `vectors` (B, k), packed as the recurrent ones; null where the input part is in a
  /// table. `workspace` has room for recur_workspace of both widths and belongs to one thread.
  void (*rnn_step)(const struct RECUR_NAMED(recur_recurrence) * run,
                   const struct RECUR_NAMED(recur_weights) * recurrent,
                   const struct RECUR_NAMED(recur_weights) * input, const RECUR_REAL *vectors,
                   int64_t begin, int64_t end, RECUR_REAL *workspace);
  void (*lstm_step)(const struct RECUR_NAMED(recur_recurrence) * run,
                    const struct RECUR_NAMED(recur_weights) * recurrent,
                    const struct RECUR_NAMED(recur_weights) * input, const RECUR_REAL *vectors,
                    int64_t begin, int64_t end, RECUR_REAL *workspace);
  void (*gru_step)(const struct RECUR_NAMED(recur_recurrence) * run,
                   const struct RECUR_NAMED(recur_weights) * recurrent,
                   const struct RECUR_NAMED(recur_weights) * input, const RECUR_REAL *vectors,
                   int64_t begin, int64_t end, RECUR_REAL *workspace);
  /// y (rows, n) = x (rows, k) · wᵀ + bias, the panels of columns from `begin` to `end`.
  void (*affine)(const struct RECUR_NAMED(recur_weights) * weights, int64_t rows, int64_t n,
                 const RECUR_REAL *x, const RECUR_REAL *bias, RECUR_REAL *y, int64_t begin, int64_t end,
                 RECUR_REAL *workspace);

  /// Elementwise functions; `y` may be `x`.
  void (*sigmoid)(RECUR_REAL *y, const RECUR_REAL *x, int64_t count);
  void (*tanh)(RECUR_REAL *y, const RECUR_REAL *x, int64_t count);
  void (*exp)(RECUR_REAL *y, const RECUR_REAL *x, int64_t count);
  void (*add)(RECUR_REAL *y, const RECUR_REAL *x, int64_t count);                           // y += x
  void (*add_scaled)(RECUR_REAL *y, RECUR_REAL scale, const RECUR_REAL *x, int64_t count);        // y += scale x
  void (*multiply)(RECUR_REAL *y, const RECUR_REAL *a, const RECUR_REAL *b, int64_t count);       // y = a b
  void (*scale)(RECUR_REAL *y, RECUR_REAL scale, const RECUR_REAL *x, int64_t count);             // y = scale x
  /// y = x / (1 - probability) for the elements that stay, 0 for those that are dropped; which those
  /// are depends on the key and on the element's position from `offset` on alone.
  void (*dropout)(RECUR_REAL *y, const RECUR_REAL *x, int64_t count, RECUR_REAL probability, uint64_t key,
                  int64_t offset);
  /// sums[j] += Σ m[i][j] over the rows, top to bottom.
  void (*add_column_sums)(RECUR_REAL *sums, const RECUR_REAL *m, bool in_pairs, int64_t rows,
                          int64_t columns, int64_t leading);
  /// Row targets[i] of the sums += row i of m, in the order of i. The rows of the sums lie `leading_sums` apart.
  void (*add_rows)(RECUR_REAL *sums, int64_t leading_sums, const int32_t *targets, const RECUR_REAL *m,
                   bool in_pairs, int64_t rows, int64_t columns, int64_t leading);
  /// Σ x² in blocks of fixed size, each summed in double where that in REAL overflows: finite for finite x.
  double (*sum_of_squares)(const RECUR_REAL *x, int64_t count);

  /// For each row: losses[row] = -log softmax(logits)[target] in nats, and the logits become
  /// scale · (softmax - one-hot), their gradient. A negative target gives loss 0 and gradient 0.
  void (*softmax_cross_entropy)(RECUR_REAL *logits, const int32_t *targets, double *losses, int64_t rows,
                                int64_t columns, RECUR_REAL scale);

  /// Optimizer updates in one pass: weight, gradient, state.
  void (*adam)(const struct RECUR_NAMED(recur_update) * u, RECUR_REAL *w, const RECUR_REAL *g, RECUR_REAL *m, RECUR_REAL *v,
               int64_t count);
  /// beta1: momentum.
  void (*sgd)(const struct RECUR_NAMED(recur_update) * u, RECUR_REAL *w, const RECUR_REAL *g, RECUR_REAL *m, int64_t count);
  /// beta2: smoothing constant.
  void (*rmsprop)(const struct RECUR_NAMED(recur_update) * u, RECUR_REAL *w, const RECUR_REAL *g, RECUR_REAL *v,
                  int64_t count);

  /// `rounds` rounds of independent multiply-adds; returns the operations done.
  double (*burn)(int64_t rounds);
  /// Reads all of x but less than eight vectors at its end; what it returns is of all of them, so that they are
  /// read.
  RECUR_REAL (*read)(const RECUR_REAL *x, int64_t count);
};
