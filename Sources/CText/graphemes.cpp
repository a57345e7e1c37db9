#include "segmenter.h"

#include <unicode/uchar.h>

#include <array>

namespace ctext {
namespace {

enum Class : uint8_t { plain, joining, prepended };

Class class_from_icu(UChar32 character) {
  switch (u_getIntPropertyValue(character, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
    case U_GCB_OTHER:
    case U_GCB_CONTROL:
    case U_GCB_CR:
    case U_GCB_LF: return plain;
    case U_GCB_PREPEND: return prepended;
    default: return joining;
  }
}

// One byte for each code point of the basic plane; asking ICU each time would cost ten times as much.
Class class_of(UChar32 character) {
  static const std::array<Class, 0x10000> table = [] {
    std::array<Class, 0x10000> classes;
    for (UChar32 c = 0; c < 0x10000; c++) classes[static_cast<size_t>(c)] = class_from_icu(c);
    return classes;
  }();
  if (character < 0) return joining;
  return character < 0x10000 ? table[static_cast<size_t>(character)] : class_from_icu(character);
}

}  // namespace

bool is_plain_in_graphemes(UChar32 character) { return class_of(character) == plain; }

// By UAX #29, two code points are joined only where one of them is a mark, a joiner, a conjoining
// jamo, a flag letter or prepended, or where they are CR and LF. (A pictograph is joined only after a
// joiner, an Indic consonant only after a linker; both count as joining.)
bool parts_graphemes(UChar32 left, UChar32 right) {
  if (left == 0x0D && right == 0x0A) return false;
  const Class before = class_of(left), after = class_of(right);
  if (before == plain && after == plain) return true;
  return before == joining && left >= 0 && right >= 0 && right < 0x80;
}

}  // namespace ctext
