// All kernels of one instruction set and precision. The includer defines REAL, NAMED, LANES,
// FUSED_MULTIPLY_ADD, LIBRARY_FUNCTIONS, BFLOAT16, VARIANT and VARIANT_NAME; TILE_ROWS, the rows of a tile of packed
// rows; ROWS_BESIDE(count), the most rows of a tile of `count` panels (as many as registers hold), and
// MOST_ROWS, the greatest of these; FETCHES_AHEAD(rows), whether a tile of so many fetches the next panel.
// It may define GROUP_STEPS, the steps that a group of panels stays in a cache for (default 512). For bfloat16 it
// defines MULTIPLY_ADD_PAIRS, PAIRED and PAIRED_NEIGHBOURS, where the processor has instructions for pairs, and
// MATRIX_TILES, where it has tiles that multiply them; or else WIDENED_STEPS, the pairs that are widened at a time.
#include <math.h>
#include <string.h>

#include "CKernels.h"

#include "template_vectors.h"

#include "template_pairs.h"
#include "template_packing.h"
#include "template_products.h"
#include "template_large_products.h"
#include "template_recurrences.h"
#include "template_cells.h"
#include "template_steps.h"
#include "template_elementwise.h"
#include "template_yardsticks.h"

const struct NAMED(recur_kernels) VARIANT = {
    .name = VARIANT_NAME,
    .rounds_factors = BFLOAT16,
    .block_rows = BLOCK_ROWS,
    .rows_together = ROWS_TOGETHER,
    .pack_rows = pack_rows,
    .pack_columns = pack_columns,
    .product = product,
    .large_product = large_product,
    .rnn_forward = rnn_forward,
    .rnn_backward = rnn_backward,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .gru_forward = gru_forward,
    .gru_backward = gru_backward,
    .pack_int8 = pack_int8,
    .rnn_step = rnn_step,
    .lstm_step = lstm_step,
    .gru_step = gru_step,
    .affine = affine,
    .sigmoid = sigmoid,
    .tanh = hyperbolic_tangent,
    .exp = exponential,
    .add = add,
    .add_scaled = add_scaled,
    .multiply = multiply,
    .scale = scale,
    .dropout = dropout,
    .add_column_sums = add_column_sums,
    .add_rows = add_rows,
    .sum_of_squares = sum_of_squares,
    .softmax_cross_entropy = softmax_cross_entropy,
    .adam = adam,
    .sgd = sgd,
    .rmsprop = rmsprop,
    .burn = burn,
    .read = read_vectors,
};
