// Single precision for x86-64 with AVX-512; factors of products rounded to bfloat16, which the
// dot product multiplies.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,prfchw,avx512bf16"))), \
                             apply_to = function)
#define VARIANT recur_avx512_dot_bfloat16_f32
#define VARIANT_NAME "avx512-dot-bfloat16"
#include "settings_avx512.h"
#define BFLOAT16 1
#include "pairs_avx512_dot.h"
#include "template_kernels.h"
#pragma clang attribute pop
#endif
