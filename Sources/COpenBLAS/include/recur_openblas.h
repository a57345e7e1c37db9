#ifndef RECUR_OPENBLAS_H
#define RECUR_OPENBLAS_H

enum recur_blas_order { RECUR_BLAS_ROW_MAJOR = 101 };
enum recur_blas_transposition { RECUR_BLAS_AS_IT_IS = 111, RECUR_BLAS_TRANSPOSED = 112 };

/// The functions of OpenBLAS that Recur calls, as `cblas.h` declares them where its integers have 32 bits.
struct recur_openblas {
  /// c = alpha · a · b + beta · c.
  void (*sgemm)(enum recur_blas_order order, enum recur_blas_transposition of_a,
                enum recur_blas_transposition of_b, int rows, int columns, int inner, float alpha,
                const float *a, int a_leading, const float *b, int b_leading, float beta, float *c,
                int c_leading);
  void (*dgemm)(enum recur_blas_order order, enum recur_blas_transposition of_a,
                enum recur_blas_transposition of_b, int rows, int columns, int inner, double alpha,
                const double *a, int a_leading, const double *b, int b_leading, double beta, double *c,
                int c_leading);
  char *(*configuration)(void);
  char *(*core_name)(void);
};

/// OpenBLAS, to be called from any thread and using none of its own; NULL where it is not installed.
///
/// The first call loads it, not the start of the program: loading takes as long as everything else that
/// a start does, and a processor with vectors never needs it.
const struct recur_openblas *recur_openblas(void);

#endif
