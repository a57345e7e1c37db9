// Sums of products of whole numbers of 8 bits. They are exact, so every version gives the same.
#include <string.h>

#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))
/// Bytes of four steps of k in a panel.
#define QUAD (4 * RECUR_PANEL)

static void portable(int64_t rows, int64_t count, int64_t quads, const uint8_t *a, int64_t leading,
                     const int8_t *panels, int64_t stride, const int32_t *offsets, int32_t *sums) {
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t v = 0; v < count; v++) {
      int32_t sum[RECUR_PANEL] = {0};
      for (int64_t i = 0; i < quads; i++) {
        const uint8_t *x = a + r * leading + 4 * i;
        const int8_t *w = panels + v * stride + i * QUAD;
        for (int j = 0; j < RECUR_PANEL; j++) {
          sum[j] += x[0] * w[4 * j] + x[1] * w[4 * j + 1] + x[2] * w[4 * j + 2] + x[3] * w[4 * j + 3];
        }
      }
      for (int j = 0; j < RECUR_PANEL; j++) {
        sums[(r * count + v) * RECUR_PANEL + j] = sum[j] - offsets[v * RECUR_PANEL + j];
      }
    }
  }
}
static const struct recur_int8_kernels portable_kernels = {"portable", portable};

#if defined(__x86_64__)
#include <immintrin.h>

// MARK: AVX2: the sign of the left side moves to the weights, and sums of two products then fit into 16 bits

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
/// Rows of a tile of one panel; a tile of one row takes up to four panels.
#define AVX2_ROWS 3
INLINE void avx2_tile(const int rows, const int count, int64_t quads, const uint8_t *a,
                      int64_t leading, const int8_t *panels, int64_t stride, int32_t *sums,
                      int64_t leading_sums) {
  __m256i sum[AVX2_ROWS][8];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < 2 * count; v++) sum[r][v] = _mm256_setzero_si256();
  }
  for (int64_t i = 0; i < quads; i++) {
    __m256i x[AVX2_ROWS], size[AVX2_ROWS];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      int32_t four;
      memcpy(&four, a + r * leading + 4 * i, 4);
      // Less 128.
      x[r] = _mm256_xor_si256(_mm256_set1_epi32(four), _mm256_set1_epi8(-128));
      size[r] = _mm256_abs_epi8(x[r]);
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < 2 * count; v++) {
      const int8_t *from = panels + v / 2 * stride + i * QUAD + v % 2 * QUAD / 2;
      const __m256i w = _mm256_loadu_si256((const __m256i *)from);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
        const __m256i twos = _mm256_maddubs_epi16(size[r], _mm256_sign_epi8(w, x[r]));
        const __m256i fours = _mm256_madd_epi16(twos, _mm256_set1_epi16(1));
        sum[r][v] = _mm256_add_epi32(sum[r][v], fours);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < 2 * count; v++) {
      _mm256_storeu_si256((__m256i *)(sums + r * leading_sums + 8 * v), sum[r][v]);
    }
  }
}
#define CASE(rows, count)                                                                        \
  case rows * 4 + count - 1:                                                                     \
    avx2_tile(rows, count, quads, x, leading, panel, stride, out, width);                        \
    break;
static void avx2(int64_t rows, int64_t count, int64_t quads, const uint8_t *a, int64_t leading,
                 const int8_t *panels, int64_t stride, const int32_t *offsets, int32_t *sums) {
  (void)offsets;
  const int64_t width = count * RECUR_PANEL;
  for (int64_t r = 0; r < rows; r += AVX2_ROWS) {
    const int64_t height = rows - r < AVX2_ROWS ? rows - r : AVX2_ROWS;
    const int64_t together = height == 1 ? count : 1;
    for (int64_t v = 0; v < count; v += together) {
      const uint8_t *x = a + r * leading;
      const int8_t *panel = panels + v * stride;
      int32_t *out = sums + r * width + v * RECUR_PANEL;
      switch (height * 4 + together - 1) {
        CASE(1, 1) CASE(1, 2) CASE(1, 3) CASE(1, 4) CASE(2, 1) CASE(3, 1)
      }
    }
  }
}
#undef CASE
static const struct recur_int8_kernels avx2_kernels = {"avx2", avx2};
#pragma clang attribute pop

// MARK: AVX-512 with VNNI

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))), \
                             apply_to = function)
#define VNNI_ROWS 6
/// Where sums are few, each is taken in several, so that additions need not wait for one another;
/// what comes next is fetched meanwhile, because memory is slower than the multiplication then.
INLINE void vnni_tile(const int rows, const int count, int64_t quads, const uint8_t *a,
                      int64_t leading, const int8_t *panels, int64_t stride, const int32_t *offsets,
                      int32_t *sums, int64_t leading_sums) {
  const int chains = rows * count <= 4 ? 4 : rows * count <= 8 ? 2 : 1;
  __m512i sum[4][VNNI_ROWS][4];
#pragma clang loop unroll(full)
  for (int c = 0; c < chains; c++) {
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < count; v++) sum[c][r][v] = _mm512_setzero_si512();
    }
  }
#define VNNI_STEP(c, i)                                                                          \
  {                                                                                              \
    __m512i b[4];                                                                                \
    _Pragma("clang loop unroll(full)") for (int v = 0; v < count; v++) {                         \
      const int8_t *w = panels + v * stride + (i) * QUAD;                                        \
      if (rows <= 2) __builtin_prefetch(w + count * stride, 0, 2);                               \
      b[v] = _mm512_loadu_si512(w);                                                              \
    }                                                                                            \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                          \
      int32_t four;                                                                              \
      memcpy(&four, a + r * leading + 4 * (i), 4);                                               \
      const __m512i x = _mm512_set1_epi32(four);                                                 \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < count; v++) {                       \
        sum[c][r][v] = _mm512_dpbusd_epi32(sum[c][r][v], x, b[v]);                               \
      }                                                                                          \
    }                                                                                            \
  }
  int64_t i = 0;
  for (; i + chains <= quads; i += chains) {
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; c++) VNNI_STEP(c, i + c)
  }
  for (; i < quads; i++) VNNI_STEP(0, i)
#undef VNNI_STEP
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < count; v++) {
      __m512i total = sum[0][r][v];
#pragma clang loop unroll(full)
      for (int c = 1; c < chains; c++) total = _mm512_add_epi32(total, sum[c][r][v]);
      total = _mm512_sub_epi32(total, _mm512_loadu_si512(offsets + v * RECUR_PANEL));
      _mm512_storeu_si512(sums + r * leading_sums + v * RECUR_PANEL, total);
    }
  }
}
#define CASE(rows, count)                                                                        \
  case rows * 4 + count - 1:                                                                     \
    vnni_tile(rows, count, quads, x, leading, panels, stride, offsets, out, width);              \
    break;
#define CASES(rows) CASE(rows, 1) CASE(rows, 2) CASE(rows, 3) CASE(rows, 4)
static void avx512vnni(int64_t rows, int64_t count, int64_t quads, const uint8_t *a, int64_t leading,
                       const int8_t *panels, int64_t stride, const int32_t *offsets, int32_t *sums) {
  const int64_t width = count * RECUR_PANEL;
  for (int64_t r = 0; r < rows; r += VNNI_ROWS) {
    const uint8_t *x = a + r * leading;
    int32_t *out = sums + r * width;
    const int64_t height = rows - r < VNNI_ROWS ? rows - r : VNNI_ROWS;
    switch (height * 4 + count - 1) {
      CASES(1) CASES(2) CASES(3) CASES(4) CASES(5) CASES(6)
    }
  }
}
static const struct recur_int8_kernels avx512_kernels = {"avx512", avx512vnni};
#pragma clang attribute pop
#endif

const struct recur_int8_kernels *recur_int8_kernels_named(const char *name) {
#if defined(__x86_64__)
  const bool is_any = name == NULL;
  if ((is_any || strcmp(name, "avx512") == 0) && __builtin_cpu_supports("avx512vnni") &&
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    return &avx512_kernels;
  }
  if ((is_any || strcmp(name, "avx2") == 0) && __builtin_cpu_supports("avx2")) return &avx2_kernels;
#endif
  return name == NULL || strcmp(name, "portable") == 0 ? &portable_kernels : NULL;
}
