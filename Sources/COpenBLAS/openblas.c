#include "recur_openblas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static struct recur_openblas functions;
static const struct recur_openblas *found;

static void load(void) {
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  void (*set_thread_count)(int) = dlsym(library, "openblas_set_num_threads");
  functions.sgemm = dlsym(library, "cblas_sgemm");
  functions.dgemm = dlsym(library, "cblas_dgemm");
  functions.configuration = dlsym(library, "openblas_get_config");
  functions.core_name = dlsym(library, "openblas_get_corename");
  if (!set_thread_count || !functions.sgemm || !functions.dgemm || !functions.configuration ||
      !functions.core_name)
    return;
  // Its own threads would fight with the team's for the processors.
  set_thread_count(1);
  found = &functions;
}

const struct recur_openblas *recur_openblas(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return found;
}
