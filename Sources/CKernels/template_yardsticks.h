// What a processor can do at most: multiply-adds on registers, and reading.

#ifndef MATRIX_TILES
static double burn(int64_t rounds) {
  vector sum[12];
  for (int i = 0; i < 12; i++) sum[i] = splat((REAL)i);
  volatile REAL source = (REAL)0.999;
  vector factor = splat(source), step = splat(source * (REAL)1e-3);
  for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) sum[i] = MULTIPLY_ADD(factor, step, sum[i]);
  }
  vector total = sum[0];
  for (int i = 1; i < 12; i++) total += sum[i];
  source = total[0];
  return 2.0 * 12 * LANES * (WIDENS ? 1 : STEPS_TOGETHER) * (double)rounds;
}
#endif

static REAL read_vectors(const REAL *x, int64_t count) {
  vector sum[8];
  for (int j = 0; j < 8; j++) sum[j] = splat(0);
  for (int64_t i = 0; i + 8 * LANES <= count; i += 8 * LANES) {
#pragma clang loop unroll(full)
    for (int j = 0; j < 8; j++) sum[j] += load(x + i + j * LANES);
  }
  for (int j = 1; j < 8; j++) sum[0] += sum[j];
  return sum[0][0];
}
