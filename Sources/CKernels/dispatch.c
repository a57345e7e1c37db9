#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "CKernels.h"

extern const struct recur_kernels_f32 recur_portable_f32;
extern const struct recur_kernels_f32 recur_portable_bfloat16_f32;
extern const struct recur_kernels_f64 recur_portable_f64;
#if defined(__x86_64__)
extern const struct recur_kernels_f32 recur_avx2_f32;
extern const struct recur_kernels_f32 recur_avx512_f32;
extern const struct recur_kernels_f32 recur_avx2_bfloat16_f32;
extern const struct recur_kernels_f32 recur_avx512_bfloat16_f32;
extern const struct recur_kernels_f32 recur_avx512_dot_bfloat16_f32;
extern const struct recur_kernels_f32 recur_amx_bfloat16_f32;

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
static bool has_dot_product(void) { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }
/// Intel's cores with half precision (avx512fp16), from Sapphire Rapids on, have the dot product for programs that need
/// it: single precision multiplies twice as much in the same time there.
static bool has_fast_dot_product(void) {
  return has_dot_product() && !(__builtin_cpu_is("intel") && __builtin_cpu_supports("avx512fp16"));
}
/// Linux gives a process its matrix tiles when it asks for them.
static bool has_amx(void) {
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  return has_dot_product() && __builtin_cpu_supports("amx-bf16") &&
         syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}
#endif

static bool is_named(const struct recur_kernels_f32 *kernels, const char *name) {
  return name == NULL || strcmp(name, kernels->name) == 0;
}

const struct recur_kernels_f32 *recur_kernels_named_f32(const char *name) {
#if defined(__x86_64__)
  if (is_named(&recur_avx512_f32, name) && has_avx512()) return &recur_avx512_f32;
  if (is_named(&recur_avx2_f32, name) && has_avx2()) return &recur_avx2_f32;
#endif
  return is_named(&recur_portable_f32, name) ? &recur_portable_f32 : NULL;
}

const struct recur_kernels_f32 *recur_bfloat16_kernels_named_f32(const char *name) {
#if defined(__x86_64__)
  if (is_named(&recur_amx_bfloat16_f32, name) && has_amx()) return &recur_amx_bfloat16_f32;
  if (is_named(&recur_avx512_dot_bfloat16_f32, name) && (name == NULL ? has_fast_dot_product() : has_dot_product())) {
    return &recur_avx512_dot_bfloat16_f32;
  }
  if (is_named(&recur_avx512_bfloat16_f32, name) && has_avx512()) return &recur_avx512_bfloat16_f32;
  if (is_named(&recur_avx2_bfloat16_f32, name) && has_avx2()) return &recur_avx2_bfloat16_f32;
#endif
  return is_named(&recur_portable_bfloat16_f32, name) ? &recur_portable_bfloat16_f32 : NULL;
}

const struct recur_kernels_f64 *recur_kernels_named_f64(const char *name) {
  if (name == NULL || strcmp(name, recur_portable_f64.name) == 0) return &recur_portable_f64;
  return NULL;
}

const char *recur_cpu_features(void) {
#if defined(__x86_64__)
  static char features[128];
  if (features[0] == 0) {
    char list[128] = "sse2";
    if (__builtin_cpu_supports("avx")) strcat(list, ",avx");
    if (__builtin_cpu_supports("avx2")) strcat(list, ",avx2");
    if (__builtin_cpu_supports("fma")) strcat(list, ",fma");
    if (__builtin_cpu_supports("avx512f")) strcat(list, ",avx512f");
    if (__builtin_cpu_supports("avx512bw")) strcat(list, ",avx512bw");
    if (__builtin_cpu_supports("avx512vnni")) strcat(list, ",avx512vnni");
    if (__builtin_cpu_supports("avx512bf16")) strcat(list, ",avx512bf16");
    if (__builtin_cpu_supports("amx-bf16")) strcat(list, ",amx-bf16");
    strcpy(features, list);
  }
  return features;
#elif defined(__aarch64__)
  return "neon";
#else
  return "";
#endif
}

int recur_processor_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return CPU_COUNT(&set);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double recur_peak_flops(const struct recur_kernels_f32 *kernels, double seconds) {
  // The best of many short rounds: what the core can do when nobody else has it.
  double best = 0;
  const double end = now() + seconds;
  while (now() < end) {
    const double start = now();
    const double operations = kernels->burn(100000);
    const double rate = operations / (now() - start);
    if (rate > best) best = rate;
  }
  return best;
}

double recur_read_bandwidth(const struct recur_kernels_f32 *kernels, const void *buffer, size_t bytes,
                            double seconds) {
  double best = 0;
  volatile float kept = 0;
  const double end = now() + seconds;
  while (now() < end) {
    const double start = now();
    kept += kernels->read(buffer, (int64_t)(bytes / sizeof(float)));
    const double rate = (double)bytes / (now() - start);
    if (rate > best) best = rate;
  }
  (void)kept;
  return best;
}
