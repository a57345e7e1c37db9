#include "CText.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/utf8.h>

#include "segmenter.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace {

// ICU counts in int32, and a result may be 11 times as long as its source (NFKD).
constexpr size_t chunk_limit = size_t(4) << 20;
constexpr size_t chunk_maximum = size_t(128) << 20;

const icu::Normalizer2 *normalizer_for(ctext_form form, UErrorCode &status) {
  switch (form) {
    case CTEXT_NFC: return icu::Normalizer2::getNFCInstance(status);
    case CTEXT_NFD: return icu::Normalizer2::getNFDInstance(status);
    case CTEXT_NFKC: return icu::Normalizer2::getNFKCInstance(status);
    case CTEXT_NFKD: return icu::Normalizer2::getNFKDInstance(status);
    default: return nullptr;
  }
}

struct Result {
  std::string bytes;
  std::vector<ctext_edit> edits;
  bool changed = false;
};

// Where the chunk from `begin` ends: before a character that never changes what stands before it, the
// last one within the limit, else the first one after it. Folding looks at one character alone.
// A run of 128 MiB of nothing but combining marks is cut where it stands.
size_t chunk_end(const uint8_t *utf8, size_t begin, size_t length,
                 const icu::Normalizer2 *normalizer) {
  if (length - begin <= chunk_limit) return length;
  const auto parts_before = [&](size_t at) {
    if (utf8[at] < 0x80) return true;
    if ((utf8[at] & 0xC0) == 0x80) return false;
    if (normalizer == nullptr) return true;
    const UChar32 character = ctext::code_point(utf8, length, at).value;
    return character >= 0 && normalizer->hasBoundaryBefore(character);
  };
  for (size_t at = begin + chunk_limit; at > begin; at--) {
    if (parts_before(at)) return at;
  }
  for (size_t at = begin + chunk_limit; at < length; at++) {
    if (parts_before(at)) return at;
    if (at - begin >= chunk_maximum && (utf8[at] & 0xC0) != 0x80) return at;
    if (at - begin >= chunk_maximum + 4) return at;
  }
  return length;
}

bool is_ascii(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  for (uint64_t eight; at + 8 <= length; at += 8) {
    std::memcpy(&eight, bytes + at, 8);
    if (eight & 0x8080808080808080u) return false;
  }
  while (at < length && bytes[at] < 0x80) at++;
  return at == length;
}

// Transforms one chunk and appends it, with its edits moved to where the chunk stands.
bool append(const uint8_t *utf8, size_t begin, size_t end, const icu::Normalizer2 *normalizer,
            bool fold, Result &result) {
  const size_t length = end - begin;
  const char *source = reinterpret_cast<const char *>(utf8 + begin);
  if (!fold && is_ascii(utf8 + begin, length)) {
    result.bytes.append(source, length);
    return true;
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::StringPiece piece(source, static_cast<int32_t>(length));
  if (!fold && normalizer->isNormalizedUTF8(piece, status) && U_SUCCESS(status)) {
    result.bytes.append(source, length);
    return true;
  }
  std::string folded;
  icu::Edits folding, normalizing, both;
  icu::Edits *edits = &folding;
  if (fold) {
    icu::StringByteSink<std::string> sink(&folded, static_cast<int32_t>(length));
    icu::CaseMap::utf8Fold(0, piece, sink, &folding, status);
    piece = icu::StringPiece(folded.data(), static_cast<int32_t>(folded.size()));
  }
  const size_t start = result.bytes.size();
  if (normalizer != nullptr) {
    icu::StringByteSink<std::string> sink(&result.bytes);
    normalizer->normalizeUTF8(0, piece, sink, &normalizing, status);
    edits = &normalizing;
    if (fold) {
      both.mergeAndAppend(folding, normalizing, status);
      edits = &both;
    }
  } else {
    result.bytes += folded;
  }
  if (U_FAILURE(status)) return false;
  icu::Edits::Iterator at = edits->getFineChangesIterator();
  while (at.next(status)) {
    result.changed = true;
    result.edits.push_back({static_cast<int64_t>(begin) + at.sourceIndex(), at.oldLength(),
                            static_cast<int64_t>(start) + at.destinationIndex(), at.newLength()});
  }
  return U_SUCCESS(status);
}

template <typename T>
T *copied(const T *source, size_t count) {
  T *copy = static_cast<T *>(std::malloc((count > 0 ? count : 1) * sizeof(T)));
  if (copy != nullptr && count > 0) std::memcpy(copy, source, count * sizeof(T));
  return copy;
}

}  // namespace

bool ctext_transform(const uint8_t *utf8, size_t length, ctext_form form, bool fold,
                     ctext_transformed *transformed) try {
  *transformed = {nullptr, length, nullptr, 0};
  if (length == 0 || (form == CTEXT_AS_IS && !fold)) return true;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2 *normalizer = normalizer_for(form, status);
  if (U_FAILURE(status)) return false;
  Result result;
  for (size_t begin = 0; begin < length;) {
    const size_t end = chunk_end(utf8, begin, length, normalizer);
    if (!append(utf8, begin, end, normalizer, fold, result)) return false;
    begin = end;
  }
  if (!result.changed) return true;
  transformed->bytes = copied(reinterpret_cast<const uint8_t *>(result.bytes.data()),
                              result.bytes.size());
  transformed->length = result.bytes.size();
  transformed->edits = copied(result.edits.data(), result.edits.size());
  transformed->edit_count = result.edits.size();
  if (transformed->bytes == nullptr || transformed->edits == nullptr) throw std::bad_alloc();
  return true;
} catch (const std::bad_alloc &) {
  std::abort();  // as Swift does when memory is gone
}

void ctext_transformed_release(ctext_transformed *transformed) {
  std::free(transformed->bytes);
  std::free(transformed->edits);
  *transformed = {nullptr, 0, nullptr, 0};
}
