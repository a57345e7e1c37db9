#include "segmenter.h"

#include <array>
#include <iterator>

namespace ctext {
namespace {

enum Class : uint8_t { letter, digit, sign, space, line_feed };

// What is neither a letter nor a digit nor a space, in ascending order: the controls, punctuation and
// symbols of ASCII and Latin-1, and the punctuation that the scripts of the world have most of. They
// are ranges and no property of Unicode, so that no version of it cuts a text at another place.
constexpr ctext_range signs[] = {
    {0x00, 0x08},     {0x0E, 0x1F},     {0x21, 0x2F},     {0x3A, 0x40},     {0x5B, 0x60},
    {0x7B, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},     {0x60C, 0x60C},
    {0x61B, 0x61B},   {0x61F, 0x61F},   {0x6D4, 0x6D4},   {0x964, 0x965},   {0x2000, 0x200B},
    {0x2010, 0x2029}, {0x202F, 0x205F}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0xFF01, 0xFF0F},
    {0xFF1A, 0xFF20}, {0xFF5B, 0xFF65},
};

constexpr Class class_of(UChar32 value) {
  for (const ctext_range &range : signs) {
    if (value < static_cast<UChar32>(range.first)) break;
    if (value <= static_cast<UChar32>(range.last)) return sign;
  }
  return letter;
}

constexpr std::array<Class, 128> make_classes() {
  std::array<Class, 128> table{};
  for (size_t c = 0; c < 128; c++) table[c] = class_of(static_cast<UChar32>(c));
  for (size_t c = '0'; c <= '9'; c++) table[c] = digit;
  for (char c : {'\t', '\v', '\f', '\r', ' '}) table[static_cast<size_t>(c)] = space;
  table['\n'] = line_feed;
  return table;
}

constexpr std::array<Class, 128> classes = make_classes();

// The end of the run of a class from `at`, which may be empty.
size_t run_end(const uint8_t *text, size_t length, size_t at, Class kind) {
  while (at < length) {
    if (text[at] < 0x80) {
      if (classes[text[at]] != kind) break;
      at++;
    } else {
      const CodePoint here = code_point(text, length, at);
      if (class_of(here.value) != kind) break;
      at = here.end;
    }
  }
  return at;
}

// The length of the apostrophe (' or U+2019) at a position; 0 where there is none.
size_t apostrophe_length(const uint8_t *text, size_t length, size_t at) {
  if (at < length && text[at] == '\'') return 1;
  const bool is_curved =
      length - at >= 3 && text[at] == 0xE2 && text[at + 1] == 0x80 && text[at + 2] == 0x99;
  return is_curved ? 3 : 0;
}

}  // namespace

size_t spaced_word_end(const uint8_t *text, size_t length, size_t at) {
  const size_t word = run_end(text, length, at, space);
  if (word == length) return word;
  if (text[word] == '\n') return word + 1;
  // The last space of several, where it is U+0020, belongs to what follows.
  if (word - at > 1) return word - 1;
  if (word - at == 1 && text[at] != ' ') return word;
  const Class kind =
      text[word] < 0x80 ? classes[text[word]] : class_of(code_point(text, length, word).value);
  size_t end = run_end(text, length, word, kind);
  while (kind == letter) {
    const size_t apostrophe = apostrophe_length(text, length, end);
    if (apostrophe == 0) break;
    const size_t further = run_end(text, length, end + apostrophe, letter);
    if (further == end + apostrophe) break;
    end = further;
  }
  return end;
}

}  // namespace ctext

const ctext_range *ctext_sign_ranges(size_t *count) {
  *count = std::size(ctext::signs);
  return ctext::signs;
}
