// The instructions of AVX-512 for pairs of bfloat16.
#include <immintrin.h>
#define PAIRED(first, second)                                                                     \
  ((vector)_mm512_permutexvar_epi16(                                                             \
      _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, \
                       6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0),                             \
      (__m512i)_mm512_cvtne2ps_pbh((__m512)(second), (__m512)(first))))
#define PAIRED_NEIGHBOURS(low, high) ((vector)_mm512_cvtne2ps_pbh((__m512)(high), (__m512)(low)))
#define MULTIPLY_ADD_PAIRS(a, b, sum) \
  ((vector)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(b)))
