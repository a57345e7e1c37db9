#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define PAUSE() _mm_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE() ((void)0)
#endif

/// Rounds of waiting on a flag before a thread sleeps: some tens of microseconds, longer than the
/// gap between two jobs of a training step, shorter than anybody would notice as load.
#define SPIN_ROUNDS 4000
/// Rounds that the caller waits for others before it looks whether they have come at all.
#define PATIENCE 100
/// What one thread writes and another waits for has a line of the cache of its own: a line takes a good part of a
/// microsecond from one core to another where these share no cache.
#define OWN_LINE _Alignas(64)

/// What one thread tells the others, by numbers of jobs.
struct place {
  /// The job that its own chunk was last taken of: by itself, or by the caller where it had not come yet. A
  /// thread that comes late finds its chunk taken and touches nothing of the job.
  OWN_LINE _Atomic unsigned long taken;
  /// The last job whose chunks, its own and others that it took, are done.
  OWN_LINE _Atomic unsigned long done;
};

struct recur_team {
  pthread_t *workers;
  pthread_mutex_t busy;  // held while a job runs
  pthread_mutex_t lock;  // guards sleeping and waking
  pthread_cond_t wake, finished;
  // All that a thread needs to begin.
  OWN_LINE atomic_ulong job;  // counts jobs; a change is the signal to start
  void (*body)(void *context, int64_t chunk);
  void *context;
  int64_t chunks;
  struct place *places;
  int threads;
  atomic_int sleepers;
  atomic_bool caller_sleeps, ending;
  /// The next chunk that belongs to nobody.
  OWN_LINE _Atomic int64_t next;
};

struct start {
  struct recur_team *team;
  int index;
};

static unsigned long flush_denormals(void) {
#if defined(__x86_64__)
  const unsigned old = _mm_getcsr();
  _mm_setcsr(old | 0x8040);  // flush to zero, denormals are zero
  return old;
#elif defined(__aarch64__)
  unsigned long old;
  __asm__ volatile("mrs %0, fpcr" : "=r"(old));
  __asm__ volatile("msr fpcr, %0" : : "r"(old | 1ul << 24));
  return old;
#else
  return 0;
#endif
}
static void restore_denormals(unsigned long old) {
#if defined(__x86_64__)
  _mm_setcsr((unsigned)old);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(old));
#else
  (void)old;
#endif
}

/// Does a thread's own chunk of a job, unless it is taken, and then those that belong to nobody.
static void work(struct recur_team *team, unsigned long job, int64_t chunk) {
  struct place *place = &team->places[chunk];
  unsigned long last = atomic_load(&place->taken);
  if (last >= job || !atomic_compare_exchange_strong(&place->taken, &last, job)) return;
  // The job lasts until this place is done, so that all of it may be read.
  const int64_t chunks = team->chunks;
  team->body(team->context, chunk);
  while (chunks > team->threads && (chunk = atomic_fetch_add(&team->next, 1)) < chunks) {
    team->body(team->context, chunk);
  }
  atomic_store(&place->done, job);
  if (atomic_load(&team->caller_sleeps)) {
    pthread_mutex_lock(&team->lock);
    pthread_cond_signal(&team->finished);
    pthread_mutex_unlock(&team->lock);
  }
}

static void *serve(void *argument) {
  struct start *start = argument;
  struct recur_team *team = start->team;
  const int index = start->index;
  free(start);
  flush_denormals();
  unsigned long seen = 0;
  for (;;) {
    for (int round = 0; atomic_load(&team->job) == seen && round < SPIN_ROUNDS; round++) PAUSE();
    if (atomic_load(&team->job) == seen) {
      pthread_mutex_lock(&team->lock);
      atomic_fetch_add(&team->sleepers, 1);
      while (atomic_load(&team->job) == seen) pthread_cond_wait(&team->wake, &team->lock);
      atomic_fetch_sub(&team->sleepers, 1);
      pthread_mutex_unlock(&team->lock);
    }
    seen = atomic_load(&team->job);
    if (atomic_load(&team->ending)) return NULL;
    work(team, seen, index);
  }
}

static unsigned long start_job(struct recur_team *team) {
  const unsigned long job = atomic_fetch_add(&team->job, 1) + 1;
  if (atomic_load(&team->sleepers) > 0) {
    pthread_mutex_lock(&team->lock);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);
  }
  return job;
}

/// Memory of zeros that begins with a line of the cache; null without memory.
static void *zeroed_lines(size_t size) {
  void *memory = aligned_alloc(64, size);
  return memory == NULL ? NULL : memset(memory, 0, size);
}

struct recur_team *recur_team_create(int threads) {
  struct recur_team *team = zeroed_lines(sizeof *team);
  if (team == NULL) return NULL;
  team->threads = 1;
  pthread_mutex_init(&team->busy, NULL);
  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->wake, NULL);
  pthread_cond_init(&team->finished, NULL);
  team->places = zeroed_lines((size_t)threads * sizeof *team->places);
  if (team->places == NULL) {
    recur_team_destroy(team);
    return NULL;
  }
  if (threads > 1) team->workers = calloc((size_t)threads - 1, sizeof *team->workers);
  for (int i = 1; i < threads && team->workers != NULL; i++) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) break;
    *start = (struct start){team, i};
    if (pthread_create(&team->workers[i - 1], NULL, serve, start) != 0) {
      // A smaller team gives the same results.
      free(start);
      break;
    }
    team->threads++;
  }
  return team;
}

void recur_team_destroy(struct recur_team *team) {
  atomic_store(&team->ending, true);
  start_job(team);
  for (int i = 0; i < team->threads - 1; i++) pthread_join(team->workers[i], NULL);
  pthread_mutex_destroy(&team->busy);
  pthread_mutex_destroy(&team->lock);
  pthread_cond_destroy(&team->wake);
  pthread_cond_destroy(&team->finished);
  free(team->workers);
  free(team->places);
  free(team);
}

int recur_team_threads(const struct recur_team *team) { return team->threads; }

/// Whether a place's part of a job is not done.
static bool is_open(struct recur_team *team, int64_t place, unsigned long job) {
  return atomic_load(&team->places[place].done) != job;
}

void recur_team_run(struct recur_team *team, void (*body)(void *context, int64_t chunk),
                    void *context, int64_t chunks) {
  const unsigned long mode = flush_denormals();
  if (team->threads == 1 || chunks <= 1 || pthread_mutex_trylock(&team->busy) != 0) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) body(context, chunk);
    restore_denormals(mode);
    return;
  }
  const int64_t places = chunks < team->threads ? chunks : team->threads;
  team->body = body;
  team->context = context;
  team->chunks = chunks;
  if (chunks > team->threads) atomic_store(&team->next, team->threads);
  // What is not there is nobody's: of a job that has ended every chunk is taken.
  for (int64_t place = places; place < team->threads; place++) {
    atomic_store(&team->places[place].taken, atomic_load(&team->job) + 1);
  }
  const unsigned long job = start_job(team);
  work(team, job, 0);
  int round = 0;
  for (int64_t place = 1; place < places; place++) {
    while (is_open(team, place, job) && round++ < PATIENCE) PAUSE();
    // Perhaps it has not come: it is asleep, or without a processor.
    if (is_open(team, place, job)) work(team, job, place);
  }
  for (int64_t place = 1; place < places; place++) {
    while (is_open(team, place, job) && round++ < SPIN_ROUNDS) PAUSE();
    if (!is_open(team, place, job)) continue;
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->caller_sleeps, true);
    while (is_open(team, place, job)) pthread_cond_wait(&team->finished, &team->lock);
    atomic_store(&team->caller_sleeps, false);
    pthread_mutex_unlock(&team->lock);
  }
  pthread_mutex_unlock(&team->busy);
  restore_denormals(mode);
}
