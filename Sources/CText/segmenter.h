#ifndef CTEXT_SEGMENTER_H
#define CTEXT_SEGMENTER_H

#include "CText.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

// What the parts of the segmenter share. Not seen outside this target.

namespace ctext {

/// A code point of a buffer; `value` is negative where the bytes are ill-formed.
struct CodePoint {
  UChar32 value;
  size_t end;
};

/// The code point that begins at `at`.
inline CodePoint code_point(const uint8_t *text, size_t length, size_t at) {
  if (text[at] < 0x80) return {text[at], at + 1};
  int32_t position = 0;
  const int32_t rest = static_cast<int32_t>(length - at < 4 ? length - at : 4);
  UChar32 value;
  U8_NEXT(text + at, position, rest, value);
  return {value, at + static_cast<size_t>(position)};
}

/// The code point that ends at `at`, which is greater than 0.
inline UChar32 code_point_before(const uint8_t *text, size_t at) {
  if (text[at - 1] < 0x80) return text[at - 1];
  size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (text[begin] & 0xC0) == 0x80) begin--;
  const CodePoint found = code_point(text, at, begin);
  return found.end == at ? found.value : U_SENTINEL;
}

/// Whether the `count` bytes from `at` are all ASCII; what lies beyond the end does not count.
inline bool is_ascii(const uint8_t *text, size_t length, size_t at, size_t count) {
  const size_t end = length - at < count ? length : at + count;
  uint8_t all = 0;
  for (; at < end; at++) all |= text[at];
  return all < 0x80;
}

/// Whether a grapheme cluster surely ends between two code points, whatever stands around them.
bool parts_graphemes(UChar32 left, UChar32 right);

/// Whether a code point neither joins its neighbours nor is joined by them, but for marks.
bool is_plain_in_graphemes(UChar32 character);

/// The end of the word that begins at `at` where ASCII alone decides it; 0 where ICU must be asked.
/// `colon_joins` says whether ICU's rules let a colon join letters.
size_t ascii_word_end(const uint8_t *text, size_t length, size_t at, bool colon_joins);

/// The end of the spaced word that begins at `at`.
size_t spaced_word_end(const uint8_t *text, size_t length, size_t at);

}  // namespace ctext

#endif
