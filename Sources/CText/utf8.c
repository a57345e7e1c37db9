#include "CText.h"

#include <string.h>

// Table 3-7 of the Unicode standard: the length that a first byte announces, 0 where it begins nothing.
static inline size_t announced_length(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

// Whether a second byte may follow a first one of two to four bytes.
static inline bool may_follow(uint8_t first, uint8_t second) {
  switch (first) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return (second & 0xC0) == 0x80;
  }
}

ctext_utf8_check ctext_utf8_validate(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    if (bytes[at] < 0x80) {
      uint64_t eight;
      while (at + 8 <= length) {
        memcpy(&eight, bytes + at, 8);
        if (eight & 0x8080808080808080u) break;
        at += 8;
      }
      while (at < length && bytes[at] < 0x80) at++;
      continue;
    }
    const uint8_t first = bytes[at];
    const size_t needed = announced_length(first);
    if (needed == 0) return (ctext_utf8_check){at, 1, false};
    size_t have = 1;
    while (have < needed && at + have < length &&
           (have == 1 ? may_follow(first, bytes[at + 1]) : (bytes[at + have] & 0xC0) == 0x80)) {
      have++;
    }
    if (have < needed) return (ctext_utf8_check){at, have, at + have == length};
    at += needed;
  }
  return (ctext_utf8_check){length, 0, false};
}

size_t ctext_code_point_count(const uint8_t *bytes, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) count += (bytes[i] & 0xC0) != 0x80;
  return count;
}

size_t ctext_byte_count(const uint8_t *bytes, size_t length, uint8_t byte) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) count += bytes[i] == byte;
  return count;
}
