// Single precision for x86-64 with AVX-512; factors of products rounded to bfloat16, which matrix tiles (AMX)
// multiply.
#if defined(__x86_64__)
#pragma clang attribute push(                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,prfchw,avx512bf16,amx-tile,amx-bf16"))), \
    apply_to = function)
#define VARIANT recur_amx_bfloat16_f32
#define VARIANT_NAME "amx-bfloat16"
#define MATRIX_TILES
#include "settings_avx512.h"
#define BFLOAT16 1
#include "pairs_avx512_dot.h"
#include "template_kernels.h"
#pragma clang attribute pop
#endif
