#include "segmenter.h"

#include <unicode/uchar.h>
#include <unicode/uversion.h>

#include <new>

using namespace ctext;

namespace {

// A stretch for ICU is at most this long where the text can be parted at all; ICU counts in int32.
constexpr size_t stretch_limit = size_t(1) << 20;
constexpr size_t stretch_maximum = size_t(1) << 30;
// So much plain text must follow before ICU is left again: handing it a stretch has a price.
constexpr size_t plain_code_points = 8;
constexpr size_t plain_bytes = 32;

UBreakIterator *cloned(const UBreakIterator *iterator, UErrorCode &status) {
#if U_ICU_VERSION_MAJOR_NUM >= 69
  return ubrk_clone(iterator, &status);
#else
  return ubrk_safeClone(iterator, nullptr, nullptr, &status);
#endif
}

// The iterator of a kind that all others are cloned from: opening reads the rules, cloning does not.
struct Original {
  UBreakIterator *iterator;
  bool colon_joins = false;

  explicit Original(UBreakIteratorType type) {
    UErrorCode status = U_ZERO_ERROR;
    iterator = ubrk_open(type, "", nullptr, 0, &status);
    if (U_FAILURE(status)) {
      iterator = nullptr;
      return;
    }
    const UChar probe[] = {'a', ':', 'a'};
    UBreakIterator *trial = cloned(iterator, status);
    if (U_FAILURE(status)) return;
    ubrk_setText(trial, probe, 3, &status);
    colon_joins = U_SUCCESS(status) && ubrk_next(trial) == 3;
    ubrk_close(trial);
  }
};

const Original *original(ctext_kind kind) {
  switch (kind) {
    case CTEXT_GRAPHEMES: {
      static const Original graphemes(UBRK_CHARACTER);
      return &graphemes;
    }
    case CTEXT_WORDS: {
      static const Original words(UBRK_WORD);
      return &words;
    }
    case CTEXT_SENTENCES: {
      static const Original sentences(UBRK_SENTENCE);
      return &sentences;
    }
    default: return nullptr;
  }
}

}  // namespace

struct ctext_segmenter {
  ctext_kind kind;
  bool plain;
  bool colon_joins = false;
  UBreakIterator *iterator = nullptr;
  UText provider = UTEXT_INITIALIZER;
  const uint8_t *text = nullptr;
  size_t length = 0;
  size_t at = 0;              // where the next piece begins
  size_t stretch_begin = 0;   // what ICU has been given
  size_t stretch_end = 0;     // `at` is inside of it while it is smaller

  bool is_sure_boundary(size_t position) const;
  size_t find_stretch_end() const;
  size_t next_from_icu();
  size_t code_points(int64_t *ends, size_t capacity);
  size_t graphemes(int64_t *ends, size_t capacity);
  size_t words(int64_t *ends, size_t capacity);
};

// Whether a piece surely ends at a position, whatever stands around it: then ICU need not see both
// sides at once. Each of ICU's iterators starts afresh at a boundary, so the left side is never needed.
bool ctext_segmenter::is_sure_boundary(size_t position) const {
  const uint8_t left = text[position - 1], right = text[position];
  if (left == '\n') return true;
  if (kind == CTEXT_SENTENCES || (right & 0xC0) == 0x80) return false;
  if (kind == CTEXT_GRAPHEMES) {
    return parts_graphemes(code_point_before(text, position),
                           code_point(text, length, position).value);
  }
  if (right != ' ' || left == ' ') return false;
  if (left < 0x80) return true;
  const UChar32 before = code_point_before(text, position);
  return before >= 0 && u_getIntPropertyValue(before, UCHAR_WORD_BREAK) != U_WB_WSEGSPACE;
}

// The end of the stretch from `at` for ICU: a sure boundary with plain text after it, or the last
// sure one within the limit, else the first one after it.
size_t ctext_segmenter::find_stretch_end() const {
  if (plain) return length;
  size_t sure = 0, plain_run = 0;
  for (size_t position = at + 1; position < length; position++) {
    const size_t done = position - at;
    if (done > stretch_limit && sure > 0) return sure;
    if (done > stretch_maximum && (text[position] & 0xC0) != 0x80) return position;
    if (done > stretch_maximum + 4) return position;
    if ((text[position] & 0xC0) == 0x80 && text[position - 1] != '\n') continue;
    if (kind == CTEXT_GRAPHEMES) {
      const bool is_plain = is_plain_in_graphemes(code_point(text, length, position).value);
      plain_run = is_plain ? plain_run + 1 : 0;
      if (!is_sure_boundary(position)) continue;
      sure = position;
      if (plain_run >= plain_code_points) return sure;
    } else if ((text[position] == ' ' || text[position - 1] == '\n') &&
               is_sure_boundary(position)) {
      sure = position;
      if (kind == CTEXT_WORDS && is_ascii(text, length, position, plain_bytes)) return sure;
    }
  }
  return length;
}

// The end of the next piece as ICU sees it.
size_t ctext_segmenter::next_from_icu() {
  if (at >= stretch_end) {
    stretch_begin = at;
    stretch_end = find_stretch_end();
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&provider, reinterpret_cast<const char *>(text + stretch_begin),
                   static_cast<int64_t>(stretch_end - stretch_begin), &status);
    ubrk_setUText(iterator, &provider, &status);
    if (U_FAILURE(status)) {
      // Only memory can be missing here; the stretch then stays one piece.
      const size_t end = stretch_end;
      stretch_end = at;
      return end;
    }
  }
  const int32_t end = ubrk_next(iterator);
  if (end == UBRK_DONE) return stretch_end;
  return stretch_begin + static_cast<size_t>(end);
}

size_t ctext_segmenter::code_points(int64_t *ends, size_t capacity) {
  size_t count = 0, position = at;
  while (count < capacity && position < length) {
    position = text[position] < 0x80 ? position + 1 : code_point(text, length, position).end;
    ends[count++] = static_cast<int64_t>(position);
  }
  at = position;
  return count;
}

size_t ctext_segmenter::graphemes(int64_t *ends, size_t capacity) {
  size_t count = 0;
  while (count < capacity && at < length) {
    if (at >= stretch_end && !plain) {
      size_t position = at;
      while (count < capacity && position + 1 < length && text[position] < 0x80 &&
             text[position] != '\r' && text[position + 1] < 0x80) {
        ends[count++] = static_cast<int64_t>(++position);
      }
      at = position;
      if (count == capacity) break;
      const CodePoint here = code_point(text, length, at);
      size_t end = here.end;
      if (end < length && here.value < 0x80 && text[end] < 0x80) {
        end += here.value == '\r' && text[end] == '\n';
        ends[count++] = static_cast<int64_t>(at = end);
        continue;
      }
      if (end == length || parts_graphemes(here.value, code_point(text, length, end).value)) {
        ends[count++] = static_cast<int64_t>(at = end);
        continue;
      }
    }
    ends[count++] = static_cast<int64_t>(at = next_from_icu());
  }
  return count;
}

size_t ctext_segmenter::words(int64_t *ends, size_t capacity) {
  size_t count = 0;
  while (count < capacity && at < length) {
    size_t end = 0;
    if (at >= stretch_end && !plain) end = ascii_word_end(text, length, at, colon_joins);
    if (end == 0) end = next_from_icu();
    ends[count++] = static_cast<int64_t>(at = end);
  }
  return count;
}

ctext_segmenter *ctext_segmenter_create(ctext_kind kind, bool plain) {
  ctext_segmenter *segmenter = new (std::nothrow) ctext_segmenter{kind, plain};
  if (segmenter == nullptr) return nullptr;
  const Original *model = original(kind);
  if (model == nullptr) return segmenter;
  UErrorCode status = U_ZERO_ERROR;
  if (model->iterator != nullptr) segmenter->iterator = cloned(model->iterator, status);
  segmenter->colon_joins = model->colon_joins;
  if (segmenter->iterator == nullptr || U_FAILURE(status)) {
    delete segmenter;
    return nullptr;
  }
  return segmenter;
}

void ctext_segmenter_destroy(ctext_segmenter *segmenter) {
  if (segmenter == nullptr) return;
  if (segmenter->iterator != nullptr) ubrk_close(segmenter->iterator);
  utext_close(&segmenter->provider);
  delete segmenter;
}

void ctext_segmenter_begin(ctext_segmenter *segmenter, const uint8_t *utf8, size_t length) {
  segmenter->text = utf8;
  segmenter->length = length;
  segmenter->at = segmenter->stretch_begin = segmenter->stretch_end = 0;
}

size_t ctext_segmenter_next(ctext_segmenter *segmenter, int64_t *ends, size_t capacity) {
  switch (segmenter->kind) {
    case CTEXT_BYTES: {
      size_t count = 0;
      while (count < capacity && segmenter->at < segmenter->length) {
        ends[count++] = static_cast<int64_t>(++segmenter->at);
      }
      return count;
    }
    case CTEXT_CODE_POINTS: return segmenter->code_points(ends, capacity);
    case CTEXT_GRAPHEMES: return segmenter->graphemes(ends, capacity);
    case CTEXT_WORDS: return segmenter->words(ends, capacity);
    case CTEXT_SPACED_WORDS: {
      size_t count = 0;
      while (count < capacity && segmenter->at < segmenter->length) {
        segmenter->at = spaced_word_end(segmenter->text, segmenter->length, segmenter->at);
        ends[count++] = static_cast<int64_t>(segmenter->at);
      }
      return count;
    }
    case CTEXT_SENTENCES: break;
  }
  size_t count = 0;
  while (count < capacity && segmenter->at < segmenter->length) {
    ends[count++] = static_cast<int64_t>(segmenter->at = segmenter->next_from_icu());
  }
  return count;
}

size_t ctext_safe_cut(const uint8_t *utf8, size_t length, size_t limit) {
  if (length <= limit) return length;
  const auto parts = [&](size_t at) {
    if (utf8[at - 1] == '\n') return true;
    const uint8_t left = utf8[at - 1];
    return utf8[at] == ' ' && ((left >= 'a' && left <= 'z') || (left >= 'A' && left <= 'Z') ||
                               (left >= '0' && left <= '9'));
  };
  for (size_t at = limit; at > 0; at--) {
    if (parts(at)) return at;
  }
  for (size_t at = limit + 1; at < length; at++) {
    if (parts(at)) return at;
  }
  return length;
}

const char *ctext_icu_version(void) {
  static const struct Text {
    char text[U_MAX_VERSION_STRING_LENGTH];
    Text() {
      UVersionInfo version;
      u_getVersion(version);
      u_versionToString(version, text);
    }
  } version;
  return version.text;
}

const char *ctext_unicode_version(void) {
  static const struct Text {
    char text[U_MAX_VERSION_STRING_LENGTH];
    Text() {
      UVersionInfo version;
      u_getUnicodeVersion(version);
      u_versionToString(version, text);
    }
  } version;
  return version.text;
}
