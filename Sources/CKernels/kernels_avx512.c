// Single precision for x86-64 with AVX-512.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,prfchw"))), \
                             apply_to = function)
#include "settings_avx512.h"
#define BFLOAT16 0
// Four panels of so many steps take 32 KB, of the first-level caches of 48 KB that cores with vectors of full width
// have.
#define GROUP_STEPS 128
#define VARIANT recur_avx512_f32
#define VARIANT_NAME "avx512"
#include "template_kernels.h"
#pragma clang attribute pop
#endif
