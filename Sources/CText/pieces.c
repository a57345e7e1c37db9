#include "CText.h"

#include <stdlib.h>
#include <string.h>

// Open addressing with linear probing, at most half full. A slot holds a piece of up to eight bytes
// itself, and the hash of a longer one: looking up a common word touches one line of memory. Pieces of
// one ASCII byte, most of what a character tokenizer meets, have a table of their own.

typedef struct {
  uint64_t key;     // the bytes, or the hash of more than eight
  uint32_t length;  // of the bytes; 0xFFFFFFFF for more than eight
  int32_t number;   // -1: free
} slot;

static const uint32_t long_piece = 0xFFFFFFFFu;

typedef struct {
  size_t begin;
  size_t length;
  int64_t count;
} entry;

struct ctext_pieces {
  int32_t ascii[128];
  slot *slots;
  size_t mask;
  entry *entries;
  size_t size, entry_capacity;
  uint8_t *bytes;
  size_t byte_count, byte_capacity;
};

static void *resized(void *memory, size_t size) {
  void *result = realloc(memory, size);
  if (result == NULL) abort();  // as Swift does when memory is gone
  return result;
}

static inline uint64_t mixed(uint64_t a, uint64_t b) {
  const __uint128_t product = (__uint128_t)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Up to eight bytes as a number.
static inline uint64_t packed(const uint8_t *bytes, size_t length) {
  if (length == 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
  }
  if (length >= 4) {
    uint32_t low, high;
    memcpy(&low, bytes, 4);
    memcpy(&high, bytes + length - 4, 4);
    return low | (uint64_t)high << (8 * (length - 4));
  }
  uint64_t word = 0;
  for (size_t i = 0; i < length; i++) word |= (uint64_t)bytes[i] << (8 * i);
  return word;
}

typedef struct {
  uint64_t key, hash;
  uint32_t length;
} probe;

static inline probe probe_for(const uint8_t *bytes, size_t length) {
  const uint64_t first = 0x9E3779B97F4A7C15u, second = 0xD1B54A32D192ED03u;
  if (length <= 8) {
    const uint64_t key = packed(bytes, length);
    return (probe){key, mixed(key ^ second, first + length), (uint32_t)length};
  }
  uint64_t hash = length * first;
  while (length > 8) {
    hash = mixed(hash ^ packed(bytes, 8) ^ first, second);
    bytes += 8;
    length -= 8;
  }
  hash = mixed(hash ^ packed(bytes, length) ^ second, first);
  return (probe){hash, hash, long_piece};
}

static void clear(slot *slots, size_t count) {
  for (size_t i = 0; i < count; i++) slots[i] = (slot){0, 0, -1};
}

ctext_pieces *ctext_pieces_create(void) {
  ctext_pieces *pieces = resized(NULL, sizeof(ctext_pieces));
  memset(pieces, 0, sizeof(*pieces));
  for (int i = 0; i < 128; i++) pieces->ascii[i] = -1;
  pieces->mask = 255;
  pieces->slots = resized(NULL, 256 * sizeof(slot));
  clear(pieces->slots, 256);
  return pieces;
}

void ctext_pieces_destroy(ctext_pieces *pieces) {
  if (pieces == NULL) return;
  free(pieces->slots);
  free(pieces->entries);
  free(pieces->bytes);
  free(pieces);
}

// The slot of a piece: its own, or the free one where it would go.
static inline slot *slot_for(const ctext_pieces *pieces, const uint8_t *bytes, size_t length,
                             probe p) {
  for (size_t at = (size_t)p.hash & pieces->mask;; at = (at + 1) & pieces->mask) {
    slot *here = &pieces->slots[at];
    if (here->number < 0) return here;
    if (here->key != p.key || here->length != p.length) continue;
    if (p.length != long_piece) return here;
    const entry *found = &pieces->entries[here->number];
    if (found->length == length && memcmp(pieces->bytes + found->begin, bytes, length) == 0) {
      return here;
    }
  }
}

static void grow_slots(ctext_pieces *pieces) {
  const size_t count = (pieces->mask + 1) * 2;
  pieces->slots = resized(pieces->slots, count * sizeof(slot));
  pieces->mask = count - 1;
  clear(pieces->slots, count);
  for (size_t i = 0; i < pieces->size; i++) {
    const entry *e = &pieces->entries[i];
    const probe p = probe_for(pieces->bytes + e->begin, e->length);
    size_t at = (size_t)p.hash & pieces->mask;
    while (pieces->slots[at].number >= 0) at = (at + 1) & pieces->mask;
    pieces->slots[at] = (slot){p.key, p.length, (int32_t)i};
  }
}

int32_t ctext_pieces_add(ctext_pieces *pieces, const uint8_t *bytes, size_t length, int64_t count) {
  if (length == 1 && bytes[0] < 0x80 && pieces->ascii[bytes[0]] >= 0) {
    const int32_t number = pieces->ascii[bytes[0]];
    pieces->entries[number].count += count;
    return number;
  }
  const probe p = probe_for(bytes, length);
  slot *place = slot_for(pieces, bytes, length, p);
  if (place->number >= 0) {
    pieces->entries[place->number].count += count;
    return place->number;
  }
  if (pieces->size >= INT32_MAX) abort();  // such a table has taken 60 GB before it comes to this
  if (pieces->size == pieces->entry_capacity) {
    pieces->entry_capacity = pieces->entry_capacity ? pieces->entry_capacity * 2 : 256;
    pieces->entries = resized(pieces->entries, pieces->entry_capacity * sizeof(entry));
  }
  if (pieces->byte_count + length > pieces->byte_capacity) {
    pieces->byte_capacity = (pieces->byte_count + length) * 2;
    pieces->bytes = resized(pieces->bytes, pieces->byte_capacity);
  }
  const int32_t number = (int32_t)pieces->size++;
  pieces->entries[number] = (entry){pieces->byte_count, length, count};
  if (length > 0) memcpy(pieces->bytes + pieces->byte_count, bytes, length);
  pieces->byte_count += length;
  if (length == 1 && bytes[0] < 0x80) pieces->ascii[bytes[0]] = number;
  *place = (slot){p.key, p.length, number};
  if (pieces->size * 2 > pieces->mask) grow_slots(pieces);
  return number;
}

void ctext_pieces_add_all(ctext_pieces *pieces, const uint8_t *utf8, int64_t begin,
                          const int64_t *ends, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ctext_pieces_add(pieces, utf8 + begin, (size_t)(ends[i] - begin), 1);
    begin = ends[i];
  }
}

int32_t ctext_pieces_find(const ctext_pieces *pieces, const uint8_t *bytes, size_t length) {
  if (length == 1 && bytes[0] < 0x80) return pieces->ascii[bytes[0]];
  return slot_for(pieces, bytes, length, probe_for(bytes, length))->number;
}

size_t ctext_pieces_find_all(const ctext_pieces *pieces, const uint8_t *utf8, int64_t begin,
                             const int64_t *ends, size_t count, int32_t *numbers) {
  size_t missing = 0;
  for (size_t i = 0; i < count; i++) {
    numbers[i] = ctext_pieces_find(pieces, utf8 + begin, (size_t)(ends[i] - begin));
    missing += numbers[i] < 0;
    begin = ends[i];
  }
  return missing;
}

size_t ctext_pieces_find_code_points(const ctext_pieces *pieces, const uint8_t *utf8, size_t length,
                                     int32_t *numbers, size_t capacity, size_t *used) {
  const int32_t *const ascii = pieces->ascii;
  size_t at = 0, count = 0;
  while (at < length && count < capacity) {
    const size_t room = capacity - count < length - at ? capacity - count : length - at;
    size_t run = 0;
    while (run < room && utf8[at + run] < 0x80 && ascii[utf8[at + run]] >= 0) {
      numbers[count + run] = ascii[utf8[at + run]];
      run++;
    }
    at += run;
    count += run;
    if (run == room || utf8[at] < 0x80) break;
    size_t end = at + 1;
    while (end < length && (utf8[end] & 0xC0) == 0x80) end++;
    const int32_t number = ctext_pieces_find(pieces, utf8 + at, end - at);
    if (number < 0) break;
    numbers[count++] = number;
    at = end;
  }
  *used = at;
  return count;
}

static inline bool is_byte(const ctext_pieces *pieces, const entry *e) {
  return e->length == 4 && pieces->bytes[e->begin] == 0xFF;
}

int64_t ctext_pieces_joined_length(const ctext_pieces *pieces, const int32_t *numbers,
                                   size_t count) {
  int64_t length = 0;
  for (size_t i = 0; i < count; i++) {
    if (numbers[i] < 0 || (size_t)numbers[i] >= pieces->size) return -1;
    const entry *e = &pieces->entries[numbers[i]];
    length += is_byte(pieces, e) ? 1 : (int64_t)e->length;
  }
  return length;
}

void ctext_pieces_join(const ctext_pieces *pieces, const int32_t *numbers, size_t count,
                       uint8_t *bytes) {
  for (size_t i = 0; i < count; i++) {
    const entry *e = &pieces->entries[numbers[i]];
    const uint8_t *piece = pieces->bytes + e->begin;
    if (e->length == 1 || is_byte(pieces, e)) {
      *bytes++ = piece[e->length - 1];
    } else {
      memcpy(bytes, piece, e->length);
      bytes += e->length;
    }
  }
}

size_t ctext_pieces_size(const ctext_pieces *pieces) { return pieces->size; }

const uint8_t *ctext_pieces_bytes(const ctext_pieces *pieces, int32_t number, size_t *length) {
  *length = pieces->entries[number].length;
  return pieces->bytes + pieces->entries[number].begin;
}

int64_t ctext_pieces_count(const ctext_pieces *pieces, int32_t number) {
  return pieces->entries[number].count;
}
