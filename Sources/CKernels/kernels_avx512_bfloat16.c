// Single precision for x86-64 with AVX-512; factors of products rounded to bfloat16.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,prfchw"))), \
                             apply_to = function)
#include "settings_avx512.h"
#define BFLOAT16 1
// Four widened panels of so many pairs, and the widened rows of a recurrence, stay in the first-level cache.
#define WIDENED_STEPS 32
#define VARIANT recur_avx512_bfloat16_f32
#define VARIANT_NAME "avx512-bfloat16"
#include "template_kernels.h"
#pragma clang attribute pop
#endif
