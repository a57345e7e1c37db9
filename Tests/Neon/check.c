// Holds the kernels of 64-bit ARM to those in double precision, which the tests of the package hold to
// central differences. Run by `make neon`, under emulation where the processor is another.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static int failures = 0;

static void expect(bool holds, const char *what, double found) {
  if (holds) return;
  failures++;
  printf("FAILED: %s (%g)\n", what, found);
}

/// Numbers between -1 and 1, the same on every machine.
static double drawn(void) {
  static uint32_t state = 1;
  state = state * 1664525u + 1013904223u;
  return (double)(int32_t)state / 2147483648.0;
}

/// The same numbers in both precisions. They are never freed: the program is short.
struct pair {
  size_t count;
  float *single;
  double *twice;
};
static struct pair numbers(int64_t count, double scale) {
  struct pair pair = {(size_t)count, calloc((size_t)count, 4), calloc((size_t)count, 8)};
  for (int64_t i = 0; i < count; i++) {
    pair.single[i] = (float)(scale * drawn());
    pair.twice[i] = (double)pair.single[i];
  }
  return pair;
}
/// Numbers that bfloat16 holds as they are.
static struct pair coarse_numbers(int64_t count) {
  struct pair pair = numbers(count, 64);
  for (int64_t i = 0; i < count; i++) {
    pair.twice[i] = (double)(pair.single[i] = rintf(pair.single[i]) / 64);
  }
  return pair;
}
static double difference(struct pair pair) {
  double most = 0, scale = 1;
  for (size_t i = 0; i < pair.count; i++) {
    if (!isfinite(pair.single[i])) return INFINITY;
    most = fmax(most, fabs((double)pair.single[i] - pair.twice[i]));
    scale = fmax(scale, fabs(pair.twice[i]));
  }
  return most / scale;
}

/// The numbers of rows, which bfloat16 holds as they are, in pairs; the last of a row is filled up.
static float *in_pairs(const float *numbers, int64_t rows, int64_t width) {
  uint16_t *pairs = calloc((size_t)(rows * recur_pairs(width)), 2 * sizeof *pairs);
  for (int64_t i = 0; i < rows * width; i++) {
    uint32_t bits;
    memcpy(&bits, numbers + i, sizeof bits);
    pairs[i / width * 2 * recur_pairs(width) + i % width] = (uint16_t)(bits >> 16);
  }
  return (float *)pairs;
}

static void check_products(const struct recur_kernels_f32 *f, const struct recur_kernels_f64 *d) {
  const bool rounds = f->rounds_factors;
  for (int64_t rows = 1; rows <= 13; rows++) {
    const int64_t widths[] = {1, 16, 35, 64, 83}, depths[] = {1, 7, 32, 353, 520};
    for (int w = 0; w < 5; w++) {
      for (int s = 0; s < 5; s++) {
        const int64_t n = widths[w], k = depths[s], panels = (n + 15) / 16;
        struct pair a = rounds ? coarse_numbers(rows * k) : numbers(rows * k, 1);
        struct pair b = rounds ? coarse_numbers(n * k) : numbers(n * k, 1), c = numbers(rows * n, 1);
        struct pair large = numbers(rows * n, 1), packed = numbers(panels * k * 16, 1);
        f->pack_rows(packed.single, b.single, n, k, k, 0, panels, 1);
        d->pack_rows(packed.twice, b.twice, n, k, k, 0, panels, 1);
        if (!rounds) expect(difference(packed) == 0, "packed rows", difference(packed));
        f->product(rows, n, k, a.single, k, packed.single, recur_panel_size(rounds, k), c.single, n, true);
        d->product(rows, n, k, a.twice, k, packed.twice, k * 16, c.twice, n, true);
        expect(difference(c) < 1e-5, "a product", difference(c));
        f->large_product(rows, n, k, a.single, false, 1, rows, packed.single, large.single, n, false);
        d->large_product(rows, n, k, a.twice, false, 1, rows, packed.twice, large.twice, n, false);
        expect(difference(large) < 1e-5, "a large product of a transpose", difference(large));
        if (!rounds) continue;
        f->large_product(rows, n, k, in_pairs(a.single, k, rows), true, 1, 2 * recur_pairs(rows),
                         packed.single, large.single, n, false);
        expect(difference(large) < 1e-5, "a large product of a transpose in pairs", difference(large));
        d->product(rows, n, k, a.twice, k, packed.twice, k * 16, large.twice, n, false);
        f->large_product(rows, n, k, in_pairs(a.single, rows, k), true, 2 * recur_pairs(k), 1,
                         packed.single, large.single, n, false);
        expect(difference(large) < 1e-5, "a large product in pairs", difference(large));
      }
    }
  }
}

static void check_sums(const struct recur_kernels_f32 *f, const struct recur_kernels_f64 *d) {
  enum { ROWS = 23, COLUMNS = 35 };
  const struct pair m = coarse_numbers(ROWS * COLUMNS);
  struct pair columns = numbers(COLUMNS, 1), rows = numbers(3 * COLUMNS, 1);
  const float *matrix = f->rounds_factors ? in_pairs(m.single, ROWS, COLUMNS) : m.single;
  const int64_t leading = f->rounds_factors ? 2 * recur_pairs(COLUMNS) : COLUMNS;
  int32_t targets[ROWS];
  for (int row = 0; row < ROWS; row++) targets[row] = row * 7 % 3;
  f->add_column_sums(columns.single, matrix, f->rounds_factors, ROWS, COLUMNS, leading);
  d->add_column_sums(columns.twice, m.twice, false, ROWS, COLUMNS, COLUMNS);
  expect(difference(columns) < 1e-6, "sums of columns", difference(columns));
  f->add_rows(rows.single, COLUMNS, targets, matrix, f->rounds_factors, ROWS, COLUMNS, leading);
  d->add_rows(rows.twice, COLUMNS, targets, m.twice, false, ROWS, COLUMNS, COLUMNS);
  expect(difference(rows) < 1e-6, "sums of rows", difference(rows));
}

static void check_int8(const struct recur_kernels_f32 *f) {
  const struct recur_int8_kernels *kernels = recur_int8_kernels_named(NULL);
  enum { ROWS = 3, N = 21, K = 37, PANELS = 2, QUADS = RECUR_QUADS(K) };
  struct pair x = numbers(ROWS * K, 1), w = numbers(N * K, 1), bias = numbers(N, 1);
  int8_t *panels = calloc(PANELS * QUADS * 64, 1);
  int32_t offsets[16 * PANELS];
  float units[16 * PANELS], y[ROWS * N];
  f->pack_int8(panels, units, offsets, w.single, N, K, K, 0, PANELS, 1);
  const struct recur_weights_f32 weights = {K, NULL, panels, units, offsets, kernels};
  float *workspace = calloc((size_t)recur_workspace(K, ROWS), sizeof *workspace);
  f->affine(&weights, ROWS, N, x.single, bias.single, y, 0, PANELS, workspace);
  for (int r = 0; r < ROWS; r++) {
    for (int j = 0; j < N; j++) {
      // The definition: both rows divided by their units and rounded, the sum exact.
      float most[2] = {0, 0};
      for (int i = 0; i < K; i++) {
        most[0] = fmaxf(most[0], fabsf(x.single[r * K + i]));
        most[1] = fmaxf(most[1], fabsf(w.single[j * K + i]));
      }
      int32_t sum = 0;
      for (int i = 0; i < K; i++) {
        sum += (int32_t)rintf(x.single[r * K + i] * (127 / most[0])) *
               (int32_t)rintf(w.single[j * K + i] * (127 / most[1]));
      }
      const float unit = (most[0] / 127) * (most[1] / 127), product = (float)sum * unit;
      volatile float whole = product;
      expect(y[r * N + j] == whole + bias.single[j], "a map with whole numbers", (double)y[r * N + j]);
    }
  }
}

static void check_activations(const struct recur_kernels_f32 *f) {
  float x[1001], sigmoid[1001], tangent[1001], exponential[1001];
  for (int i = 0; i < 1001; i++) x[i] = (float)(i - 500) * 0.02f;
  f->sigmoid(sigmoid, x, 1001);
  f->tanh(tangent, x, 1001);
  f->exp(exponential, x, 1001);
  for (int i = 0; i < 1001; i++) {
    const double at = (double)x[i];
    const double wanted[] = {1 / (1 + exp(-at)), tanh(at), exp(at)};
    const float found[] = {sigmoid[i], tangent[i], exponential[i]};
    for (int j = 0; j < 3; j++) {
      const double error = fabs((double)found[j] - wanted[j]);
      expect(error <= 4e-7 * fabs(wanted[j]), "an activation within 4 ulp", at);
    }
  }
  float odd[] = {NAN, INFINITY, -INFINITY};
  f->tanh(odd, odd, 3);
  expect(isnan(odd[0]) && odd[1] == 1 && odd[2] == -1, "tanh of what is not finite", (double)odd[1]);
}

/// Writes the numbers of a row of pairs, and those that begin with a whole pair behind them, in their places.
static void unpair(float *row, int64_t first, int64_t second) {
  uint16_t *pairs = calloc((size_t)(first + second + 2), sizeof *pairs);
  memcpy(pairs, row, (size_t)(recur_pairs(first) + recur_pairs(second)) * sizeof *row);
  for (int64_t i = 0; i < first + second; i++) {
    const uint32_t bits = (uint32_t)pairs[i < first ? i : i + first % 2] << 16;
    memcpy(row + i, &bits, sizeof bits);
  }
  free(pairs);
}

static void check_recurrence(const struct recur_kernels_f32 *f, const struct recur_kernels_f64 *d,
                             int gates, int64_t steps, int64_t batch, int64_t hidden, double looser) {
  const int64_t stored = gates == 3 ? 4 : gates, blocks = (hidden + 15) / 16;
  struct pair weights = numbers(gates * hidden * hidden, 0.3);
  struct pair forward = numbers(blocks * gates * hidden * 16, 1);
  struct pair backward = numbers(blocks * gates * hidden * 16, 1);
  for (int64_t gate = 0; gate < gates; gate++) {
    const int64_t to = gate * recur_panel_size(f->rounds_factors, hidden), from = gate * hidden * hidden;
    f->pack_rows(forward.single + to, weights.single + from, hidden, hidden, hidden, 0, blocks, gates);
    d->pack_rows(forward.twice + gate * hidden * 16, weights.twice + from, hidden, hidden, hidden, 0, blocks, gates);
  }
  f->pack_columns(backward.single, weights.single, gates * hidden, hidden, hidden, 0, blocks);
  d->pack_columns(backward.twice, weights.twice, gates * hidden, hidden, hidden, 0, blocks);

  const int64_t state = batch * hidden, whole = steps * state;
  struct pair inputs = numbers(whole * stored, 1), bias = numbers(4 * hidden, 1);
  struct pair inner = numbers(hidden, 1), h0 = numbers(state, 1), c0 = numbers(state, 1);
  struct pair h = numbers(whole, 1), c = numbers(whole, 1), dy = numbers(whole, 1);
  struct pair dh = numbers(state, 1), dc = numbers(state, 1);
  float *pairs = calloc((size_t)(batch * ((hidden + 1) / 2)), sizeof *pairs);
#define RUN(part)                                                                                 \
  {.steps = steps, .batch = batch, .hidden = hidden, .gates = inputs.part,                        \
   .gates_leading = stored * hidden, .gates_step = batch * stored * hidden,                       \
   .input_bias = bias.part, .panels = forward.part,                                               \
   .recurrent_bias = inner.part, .initial_hidden = h0.part,                                       \
   .initial_cell = gates == 4 ? c0.part : NULL, .hidden_sequence = h.part,                        \
   .cell_sequence = gates == 4 ? c.part : NULL, .hidden_gradient = dh.part,                       \
   .cell_gradient = gates == 4 ? dc.part : NULL}
  struct recur_recurrence_f32 single = RUN(single);
  single.pairs = pairs;
  struct recur_recurrence_f64 twice = RUN(twice);
#define BOTH(pass)                                                                                \
  (gates == 1 ? f->rnn_##pass : gates == 4 ? f->lstm_##pass : f->gru_##pass)(&single, 0, batch);  \
  (gates == 1 ? d->rnn_##pass : gates == 4 ? d->lstm_##pass : d->gru_##pass)(&twice, 0, batch);
  BOTH(forward)
  expect(difference(h) < 2e-5 * looser, "hidden states", difference(h));
  if (gates == 4) expect(difference(c) < 2e-5 * looser, "cell states", difference(c));
  single.output_gradient = dy.single, twice.output_gradient = dy.twice;
  single.panels = backward.single, twice.panels = backward.twice;
  BOTH(backward)
  if (f->rounds_factors) {
    for (int64_t row = 0; row < steps * batch; row++) {
      unpair(inputs.single + row * stored * hidden, gates * hidden, (stored - gates) * hidden);
    }
  }
  expect(difference(inputs) < 5e-5 * looser, "gradients of the gates", difference(inputs));
  expect(difference(dh) < 5e-5 * looser, "the gradient of the first state", difference(dh));
  if (gates == 4) expect(difference(dc) < 5e-5 * looser, "the gradient of the first cell", difference(dc));
}

/// A step of inference, with the input part in a table (`width` 0) or from vectors of `width`.
static void check_step(const struct recur_kernels_f32 *f, const struct recur_kernels_f64 *d, int gates,
                       int64_t batch, int64_t hidden, int64_t width, double most) {
  const int64_t stored = gates == 3 ? 4 : gates, blocks = (hidden + 15) / 16, state = batch * hidden;
  const int64_t groups = gates == 1 ? (blocks + 3) / 4 : blocks;
  const int64_t widths[] = {hidden, width == 0 ? 1 : width};
  struct pair packed[2];
  for (int matrix = 0; matrix < 2; matrix++) {
    const int64_t k = widths[matrix];
    const struct pair weights = coarse_numbers(gates * hidden * k);
    packed[matrix] = numbers(blocks * gates * k * 16, 1);
    for (int64_t gate = 0; gate < gates; gate++) {
      const int64_t to = gate * recur_panel_size(f->rounds_factors, k), from = gate * hidden * k;
      f->pack_rows(packed[matrix].single + to, weights.single + from, hidden, k, k, 0, blocks, gates);
      d->pack_rows(packed[matrix].twice + gate * k * 16, weights.twice + from, hidden, k, k, 0, blocks, gates);
    }
  }
  struct pair gate_values = numbers(state * stored, 1), bias = numbers(4 * hidden, 1);
  struct pair inner = numbers(hidden, 1), table = numbers(5 * gates * hidden, 1);
  struct pair h0 = coarse_numbers(state), c0 = numbers(state, 1), x = coarse_numbers(batch * widths[1]);
  struct pair h = numbers(state, 1), c = numbers(state, 1);
  int32_t *tokens = calloc((size_t)batch, sizeof *tokens);
  for (int64_t row = 0; row < batch; row++) tokens[row] = (int32_t)(row * 3 % 5);
  const size_t room = (size_t)(recur_workspace(hidden, batch) + recur_workspace(widths[1], batch));
  float *workspace_single = calloc(room, sizeof *workspace_single);
  double *workspace_twice = calloc(room, sizeof *workspace_twice);
#define STEP(part, kernels, suffix)                                                               \
  {                                                                                               \
    const struct recur_weights_##suffix recurrent = {.width = hidden, .panels = packed[0].part};  \
    const struct recur_weights_##suffix input = {.width = width, .panels = packed[1].part};       \
    const struct recur_recurrence_##suffix run = {                                                \
        .steps = 1, .batch = batch, .hidden = hidden, .gates = gate_values.part,                  \
        .gates_leading = stored * hidden, .table = width == 0 ? table.part : NULL,                \
        .tokens = tokens, .input_bias = bias.part, .recurrent_bias = inner.part,                  \
        .initial_hidden = h0.part, .initial_cell = gates == 4 ? c0.part : NULL,                   \
        .hidden_sequence = h.part, .cell_sequence = gates == 4 ? c.part : NULL};                  \
    (gates == 1 ? kernels->rnn_step : gates == 4 ? kernels->lstm_step : kernels->gru_step)(       \
        &run, &recurrent, width == 0 ? NULL : &input, x.part, 0, groups, workspace_##part);       \
  }
  STEP(single, f, f32)
  STEP(twice, d, f64)
  expect(difference(h) < most, "hidden states of a step", difference(h));
  if (gates == 4) expect(difference(c) < most, "cell states of a step", difference(c));
}

static void check_optimizer(const struct recur_kernels_f32 *f, const struct recur_kernels_f64 *d) {
  struct pair w = numbers(77, 1), g = numbers(77, 1), m = numbers(77, 1), v = numbers(77, 1);
  for (int i = 0; i < 77; i++) v.twice[i] = (double)(v.single[i] = fabsf(v.single[i]));
#define UPDATE                                                                                    \
  {.gradient_scale = 1, .limit = 0.5, .learning_rate = 0.125, .gradient_decay = 0.25,             \
   .weight_factor = 0.75, .beta1 = 0.875, .beta2 = 0.96875, .correction1 = 2, .correction2 = 1.5, \
   .epsilon = 0.0009765625}
  const struct recur_update_f32 single = UPDATE;
  const struct recur_update_f64 twice = UPDATE;
  f->adam(&single, w.single, g.single, m.single, v.single, 77);
  d->adam(&twice, w.twice, g.twice, m.twice, v.twice, 77);
  expect(difference(w) < 1e-5, "weights after Adam", difference(w));
}

int main(void) {
  const struct recur_kernels_f32 *f = recur_kernels_named_f32(NULL);
  const struct recur_kernels_f32 *rounding = recur_bfloat16_kernels_named_f32(NULL);
  const struct recur_kernels_f64 *d = recur_kernels_named_f64(NULL);
  check_products(f, d);
  check_products(rounding, d);
  check_sums(f, d);
  check_sums(rounding, d);
  check_int8(f);
  check_activations(f);
  const int gates[] = {1, 4, 3};
  for (int i = 0; i < 3; i++) {
    check_recurrence(f, d, gates[i], 3, 1, 5, 1);
    check_recurrence(f, d, gates[i], 4, 7, 21, 1);
    check_recurrence(f, d, gates[i], 2, 13, 48, 1);
    // What is rounded on the way, states and gradients, differs by up to 2^-9 of its size.
    check_recurrence(rounding, d, gates[i], 4, 7, 21, 200);
    for (int rounds = 0; rounds < 2; rounds++) {
      const struct recur_kernels_f32 *kernels = rounds ? rounding : f;
      check_step(kernels, d, gates[i], 1, 48, 0, 1e-6);
      check_step(kernels, d, gates[i], 1, 21, 13, 1e-6);
      check_step(kernels, d, gates[i], 70, 33, 20, 1e-6);
    }
  }
  check_optimizer(f, d);
  printf("kernels %s and %s: %d failures\n", f->name, rounding->name, failures);
  return failures == 0 ? 0 : 1;
}
