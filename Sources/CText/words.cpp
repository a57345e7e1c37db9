#include "segmenter.h"

#include <array>

namespace ctext {
namespace {

// The word-break classes of UAX #29 that ASCII has.
enum Class : uint8_t {
  other, letter, digit, underscore, space, carriage_return, line_feed, newline,
  quote,   // Single_Quote: joins letters, joins digits
  stop,    // MidNumLet: joins letters, joins digits
  comma,   // MidNum: joins digits
  colon,   // MidLetter by the standard, taken out in the rules of CLDR
};

constexpr std::array<Class, 128> make_classes() {
  std::array<Class, 128> table{};
  for (char c = 'a'; c <= 'z'; c++) table[static_cast<size_t>(c)] = letter;
  for (char c = 'A'; c <= 'Z'; c++) table[static_cast<size_t>(c)] = letter;
  for (char c = '0'; c <= '9'; c++) table[static_cast<size_t>(c)] = digit;
  table['_'] = underscore;
  table[' '] = space;
  table['\r'] = carriage_return;
  table['\n'] = line_feed;
  table['\v'] = table['\f'] = newline;
  table['\''] = quote;
  table['.'] = stop;
  table[','] = table[';'] = comma;
  table[':'] = colon;
  return table;
}

constexpr std::array<Class, 128> classes = make_classes();

constexpr bool is_word(Class c) { return c == letter || c == digit || c == underscore; }

}  // namespace

size_t ascii_word_end(const uint8_t *text, size_t length, size_t at, bool colon_joins) {
  if (text[at] >= 0x80) return 0;
  Class last = classes[text[at]];
  size_t end = at + 1;
  if (last == line_feed || last == newline) return end;
  if (last == carriage_return) return end < length && text[end] == '\n' ? end + 1 : end;
  if (!is_word(last)) {
    while (last == space && end < length && text[end] == ' ') end++;
    return end < length && text[end] >= 0x80 ? 0 : end;
  }
  while (end < length) {
    if (text[end] >= 0x80) return 0;
    const Class next = classes[text[end]];
    if (is_word(next)) {
      last = next;
      end++;
      continue;
    }
    const bool may_join = next == quote || next == stop
                              ? last == letter || last == digit
                              : (next == comma && last == digit) ||
                                    (next == colon && last == letter && colon_joins);
    if (!may_join || end + 1 == length) return end;
    if (text[end + 1] >= 0x80) return 0;
    if (classes[text[end + 1]] != last) return end;
    end += 2;
  }
  return end;
}

}  // namespace ctext
