/// The kernels with the vector width of AVX-512, compiled for AVX2: the compiler splits each vector in
/// two. So the wide tiles are tested on processors that lack the instructions.
#pragma once

#include "CKernels.h"

/// The table; null on a processor without AVX2.
const struct recur_kernels_f32 *recur_wide_kernels(void);
