#include "CText.h"

#include <stdlib.h>

// Open addressing with linear probing, at most half full.

typedef struct {
  uint64_t pair;
  int32_t rank;  // -1: free
  int32_t result;
} slot;

struct ctext_merges {
  slot *slots;
  size_t mask;
  size_t size;
};

// What is to be done next comes first: rank, then position, in one number.
enum { position_bits = 40 };

static void *allocated(size_t count, size_t size) {
  void *result = calloc(count, size);
  if (result == NULL) abort();  // as Swift does when memory is gone
  return result;
}

static inline uint64_t paired(int32_t left, int32_t right) {
  return (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
}

// The slot of a pair: its own, or the free one where it would go.
static inline slot *slot_for(const ctext_merges *merges, uint64_t pair) {
  const __uint128_t product = (__uint128_t)(pair ^ 0xD1B54A32D192ED03u) * 0x9E3779B97F4A7C15u;
  size_t at = (size_t)((uint64_t)product ^ (uint64_t)(product >> 64)) & merges->mask;
  while (merges->slots[at].rank >= 0 && merges->slots[at].pair != pair) {
    at = (at + 1) & merges->mask;
  }
  return &merges->slots[at];
}

ctext_merges *ctext_merges_create(size_t capacity) {
  ctext_merges *merges = allocated(1, sizeof(ctext_merges));
  size_t count = 16;
  while (count < capacity * 2) count *= 2;
  merges->slots = allocated(count, sizeof(slot));
  merges->mask = count - 1;
  for (size_t i = 0; i < count; i++) merges->slots[i].rank = -1;
  return merges;
}

void ctext_merges_destroy(ctext_merges *merges) {
  if (merges == NULL) return;
  free(merges->slots);
  free(merges);
}

bool ctext_merges_add(ctext_merges *merges, int32_t left, int32_t right, int32_t result) {
  slot *place = slot_for(merges, paired(left, right));
  if (place->rank >= 0 || merges->size * 2 > merges->mask) return false;
  *place = (slot){paired(left, right), (int32_t)merges->size++, result};
  return true;
}

// MARK: Applying

typedef struct {
  size_t previous, next;  // SIZE_MAX: none
} neighbours;

typedef struct {
  uint64_t *keys;
  size_t count;
} queue;

static void push(queue *queue, uint64_t key) {
  size_t at = queue->count++;
  while (at > 0 && queue->keys[(at - 1) / 2] > key) {
    queue->keys[at] = queue->keys[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  queue->keys[at] = key;
}

static uint64_t pop(queue *queue) {
  const uint64_t first = queue->keys[0], last = queue->keys[--queue->count];
  size_t at = 0;
  while (at * 2 + 1 < queue->count) {
    size_t child = at * 2 + 1;
    if (child + 1 < queue->count && queue->keys[child + 1] < queue->keys[child]) child++;
    if (queue->keys[child] >= last) break;
    queue->keys[at] = queue->keys[child];
    at = child;
  }
  queue->keys[at] = last;
  return first;
}

size_t ctext_merges_apply(const ctext_merges *merges, int32_t *ids, size_t count) {
  if (count < 2 || merges->size == 0) return count;
  neighbours *links = allocated(count, sizeof(neighbours));
  // Each merge takes one key away and brings two at most.
  queue waiting = {allocated(count, 2 * sizeof(uint64_t)), 0};
  for (size_t i = 0; i < count; i++) {
    links[i] = (neighbours){i == 0 ? SIZE_MAX : i - 1, i + 1 == count ? SIZE_MAX : i + 1};
    if (i + 1 == count) break;
    const slot *found = slot_for(merges, paired(ids[i], ids[i + 1]));
    if (found->rank >= 0) push(&waiting, (uint64_t)found->rank << position_bits | i);
  }
  while (waiting.count > 0) {
    const uint64_t key = pop(&waiting);
    const size_t left = (size_t)(key & (((uint64_t)1 << position_bits) - 1));
    const size_t right = links[left].next;
    if (ids[left] < 0 || right == SIZE_MAX) continue;
    const slot *merge = slot_for(merges, paired(ids[left], ids[right]));
    // What stands there now may be another pair than the one that waited.
    if (merge->rank < 0 || (uint64_t)merge->rank != key >> position_bits) continue;
    ids[left] = merge->result;
    ids[right] = -1;
    const size_t before = links[left].previous, after = links[right].next;
    links[left].next = after;
    if (after != SIZE_MAX) {
      links[after].previous = left;
      const slot *found = slot_for(merges, paired(ids[left], ids[after]));
      if (found->rank >= 0) push(&waiting, (uint64_t)found->rank << position_bits | left);
    }
    if (before != SIZE_MAX) {
      const slot *found = slot_for(merges, paired(ids[before], ids[left]));
      if (found->rank >= 0) push(&waiting, (uint64_t)found->rank << position_bits | before);
    }
  }
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (ids[i] >= 0) ids[kept++] = ids[i];
  }
  free(waiting.keys);
  free(links);
  return kept;
}
