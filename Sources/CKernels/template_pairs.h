// What the elements of a row stand in: one by one, or as pairs of bfloat16.

#if BFLOAT16
// Two steps of k stand in one REAL, as bfloat16, the first in the lower half: a row of k elements is a
// row of PAIRS(k) of these.
#define PAIRS(k) recur_pairs(k)
#define STEPS_TOGETHER 2

typedef uint32_t bits __attribute__((ext_vector_type(LANES)));

/// The upper half of each element, rounded to the nearest, ties to even; NaN stays NaN.
INLINE bits rounded(vector x) {
  const bits whole = (bits)x;
  const bits up = whole + 0x7fff + ((whole >> 16) & 1);
  return ((integers)(whole & 0x7fffffff) > 0x7f800000 ? whole | 0x400000 : up) & 0xffff0000;
}
#ifndef PAIRED
/// The pairs of two vectors, and of the neighbours in two vectors that stand one behind the other.
#define PAIRED(first, second) ((vector)((rounded(first) >> 16) | rounded(second)))
#define PAIRED_NEIGHBOURS(low, high) PAIRED(every_second(low, high, 0), every_second(low, high, 1))
#endif
INLINE vector every_second(vector low, vector high, const int first) {
  vector x;
  for (int i = 0; i < LANES; i++) {
    const int at = 2 * i + first;
    x[i] = at < LANES ? low[at % LANES] : high[at % LANES];
  }
  return x;
}
/// The pairs of a row; they may take its place, or a place before it.
INLINE void pair_row(REAL *pairs, const REAL *row, int64_t k) {
  int64_t i = 0;
  for (; i + 2 * LANES <= k; i += 2 * LANES) {
    const vector low = load(row + i), high = load(row + i + LANES);
    store(pairs + i / 2, PAIRED_NEIGHBOURS(low, high));
  }
  for (; i < k; i += 2) {
    const vector first = splat(row[i]), second = splat(i + 1 < k ? row[i + 1] : 0);
    pairs[i / 2] = PAIRED(first, second)[0];
  }
}
typedef uint16_t halves __attribute__((ext_vector_type(LANES)));
typedef uint16_t halves_in_memory __attribute__((ext_vector_type(LANES), aligned(2), may_alias));
/// The bits of the next elements of a row of pairs, each in the lower half; zeros behind the last of `left`.
INLINE bits halves_of(const REAL *pairs, int64_t left) {
  halves x = 0;
  if (left >= LANES) {
    x = *(const halves_in_memory *)pairs;
  } else {
    memcpy(&x, pairs, (size_t)left * sizeof(uint16_t));
  }
  return __builtin_convertvector(x, bits);
}
/// The next elements of a row; zeros behind the last of `left`.
INLINE vector elements(const REAL *row, bool in_pairs, int64_t left) {
  return in_pairs ? (vector)(halves_of(row, left) << 16) : load_up_to(row, left);
}
/// The pairs of two rows that stand one above the other, the second zeros where it is null.
INLINE vector paired_rows(const REAL *first, const REAL *second, bool in_pairs, int64_t left) {
  if (!in_pairs) return PAIRED(load_up_to(first, left), second ? load_up_to(second, left) : splat(0));
  return (vector)(halves_of(first, left) | (second ? halves_of(second, left) : 0) << 16);
}
#ifdef MULTIPLY_ADD_PAIRS
#define WIDENS 0
#define MULTIPLY_ADD MULTIPLY_ADD_PAIRS
#else
// Where no instruction multiplies pairs they are widened to single precision: a group of panels, and the rows beside
// it, once for all tiles, which then multiply as in single precision. Few rows do not repay it: their tiles widen as
// they go, and add in the same order.
#define WIDENS 1
#define MULTIPLY_ADD multiply_add
#define FEW_ROWS (2 * PAIRED_TILE_ROWS)
/// The halves of pairs need registers too.
#define PAIRED_TILE_ROWS (LANES == RECUR_PANEL ? 6 : 4)
#define MULTIPLY_ADD_HALVES multiply_add_halves
INLINE vector lower_half(vector pair) { return (vector)((bits)pair << 16); }
INLINE vector upper_half(vector pair) { return (vector)((bits)pair & 0xffff0000); }
INLINE vector multiply_add_halves(vector a, vector b, vector sum) {
  sum = multiply_add(lower_half(a), lower_half(b), sum);
  return multiply_add(upper_half(a), upper_half(b), sum);
}
/// The next elements of a row, rounded.
INLINE vector rounded_elements(const REAL *row, bool in_pairs, int64_t left) {
  return in_pairs ? elements(row, true, left) : (vector)rounded(load_up_to(row, left));
}
#endif
#else
#define PAIRS(k) (k)
#define STEPS_TOGETHER 1
#define WIDENS 0
#define MULTIPLY_ADD multiply_add
INLINE vector elements(const REAL *row, bool in_pairs, int64_t left) {
  (void)in_pairs;
  return load_up_to(row, left);
}
#endif
#if !WIDENS
#define PAIRED_TILE_ROWS 0
#define MULTIPLY_ADD_HALVES MULTIPLY_ADD
#endif
