/// The arithmetic of Recur on raw buffers: matrix products on packed panels, the recurrences of RNN,
/// LSTM and GRU, activations, softmax, optimizers; and the team of threads that runs them.
///
/// Every kernel comes in one table per instruction set, chosen once at start. All versions are compiled from the
/// same source (`template_*.h`). Each sums an element in one order, whatever stands beside it: the first step of k
/// first, but matrix tiles in an order of their own.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Columns in a panel of packed weights, for every instruction set.
#define RECUR_PANEL 16

/// Groups of four in k steps, the last of which may be filled up.
#define RECUR_QUADS(k) (((k) + 3) / 4)
/// Pairs of bfloat16 that k elements fill; the second of the last is 0 where k is odd.
static inline int64_t recur_pairs(int64_t k) { return (k + 1) / 2; }
/// Scalars of a panel of k steps, which stand in pairs where factors are rounded.
static inline int64_t recur_panel_size(bool rounds_factors, int64_t k) {
  return (rounds_factors ? recur_pairs(k) : k) * RECUR_PANEL;
}
/// The most rows that a step takes together.
#define RECUR_STEP_ROWS 64
/// Scalars of memory that a step needs for `rows` rows (at most RECUR_STEP_ROWS count) of k scalars.
static inline int64_t recur_workspace(int64_t k, int64_t rows) {
  return RECUR_STEP_ROWS + (rows < RECUR_STEP_ROWS ? rows : RECUR_STEP_ROWS) * ((k + 15) / 16 * 16);
}

/// Sums of products of whole numbers of 8 bits, in 32 bits and exact.
struct recur_int8_kernels {
  const char *name;
  /// sums (rows, 16 count) = (a - 128), (rows, 4 quads), times at most four panels (quads, 16, 4), -127 to 127, which
  /// lie `stride` bytes apart; the rows of `a` lie `leading` bytes apart. `offsets` (16 count) are 128 times the
  /// sum of each column, for kernels that multiply `a` as it is.
  void (*multiply)(int64_t rows, int64_t count, int64_t quads, const uint8_t *a, int64_t leading,
                   const int8_t *panels, int64_t stride, const int32_t *offsets, int32_t *sums);
};
/// The kernels for `name` ("portable", "avx2", "avx512": with VNNI), or the best this processor has
/// where `name` is null; null where the processor cannot run `name` or the name is unknown.
const struct recur_int8_kernels *recur_int8_kernels_named(const char *name);

#define RECUR_REAL float
#define RECUR_NAMED(name) name##_f32
#include "recur_kernel_table.h"
#undef RECUR_REAL
#undef RECUR_NAMED
#define RECUR_REAL double
#define RECUR_NAMED(name) name##_f64
#include "recur_kernel_table.h"
#undef RECUR_REAL
#undef RECUR_NAMED

/// The kernels for `name` ("portable", "avx2", "avx512", "neon"), or the best this processor has
/// where `name` is null; null where the processor cannot run `name` or the name is unknown.
const struct recur_kernels_f32 *recur_kernels_named_f32(const char *name);
/// The same kernels with the factors of every product rounded to bfloat16 and summed in single
/// precision: "portable-bfloat16", "neon-bfloat16", "avx2-bfloat16", "avx512-bfloat16"; where the processor has
/// instructions for them, "avx512-dot-bfloat16" and "amx-bfloat16"; or the best.
const struct recur_kernels_f32 *recur_bfloat16_kernels_named_f32(const char *name);
/// Double precision exists as the portable version only: it checks gradients.
const struct recur_kernels_f64 *recur_kernels_named_f64(const char *name);

/// A comma-separated list of the vector features of this processor that Recur knows of.
const char *recur_cpu_features(void);

/// Processors that this process may run on, at least 1.
int recur_processor_count(void);

/// A persistent team of threads that runs the chunks of one job at a time.
struct recur_team;
/// A team of `threads` threads, the caller's included (at least 1); null without memory.
struct recur_team *recur_team_create(int threads);
/// Ends the threads and frees the team; no job may be running.
void recur_team_destroy(struct recur_team *team);
/// Threads in the team, the caller's included.
int recur_team_threads(const struct recur_team *team);
/// Runs `body(context, chunk)` once for each chunk in `0..<chunks` and returns when all are done.
/// The first chunks go to fixed threads, the rest to whoever is free. Denormals are flushed to zero
/// while a chunk runs. A job started inside a job, or while another thread's job runs, is done by
/// its caller alone.
void recur_team_run(struct recur_team *team, void (*body)(void *context, int64_t chunk),
                    void *context, int64_t chunks);

/// Floating-point operations per second of `seconds` of independent multiply-adds on registers.
double recur_peak_flops(const struct recur_kernels_f32 *kernels, double seconds);
/// Bytes per second read from a buffer of `bytes`, again and again for `seconds`.
double recur_read_bandwidth(const struct recur_kernels_f32 *kernels, const void *buffer, size_t bytes,
                            double seconds);
