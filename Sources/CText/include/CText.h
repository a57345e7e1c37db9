#ifndef CTEXT_H
#define CTEXT_H

// Unicode text work on UTF-8 buffers, over ICU, behind plain C.
//
// No ICU type or name appears here: ICU's symbols carry its version and cannot be named from Swift.
// Everything is shaped for batches: a call fills an array, it does not answer for one character.
// Offsets and lengths are in bytes. Ill-formed UTF-8 is never undefined behaviour: a byte that begins
// no well-formed sequence counts as a character of its own.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Versions

/// The version of the ICU library in use, for example "72.1".
const char *ctext_icu_version(void);

/// The version of Unicode whose rules ICU follows, for example "15.0".
const char *ctext_unicode_version(void);

// MARK: UTF-8

/// How far a buffer is well-formed UTF-8 (table 3-7 of the Unicode standard).
typedef struct {
  /// The length of the longest well-formed prefix.
  size_t valid;
  /// The length of the ill-formed subpart that follows it (1 to 3); 0 where all is well.
  size_t broken;
  /// Whether that subpart reaches the end of the buffer, so that more bytes could complete it.
  bool truncated;
} ctext_utf8_check;

/// Checks a buffer from its beginning.
ctext_utf8_check ctext_utf8_validate(const uint8_t *bytes, size_t length);

/// The number of code points of well-formed UTF-8.
size_t ctext_code_point_count(const uint8_t *bytes, size_t length);

/// How often a byte occurs.
size_t ctext_byte_count(const uint8_t *bytes, size_t length, uint8_t byte);

// MARK: Boundaries

/// What a text is cut into.
typedef enum {
  /// Single bytes.
  CTEXT_BYTES = 0,
  /// Code points.
  CTEXT_CODE_POINTS = 1,
  /// Extended grapheme clusters (UAX #29).
  CTEXT_GRAPHEMES = 2,
  /// Words and what stands between them (UAX #29 with ICU's dictionaries).
  CTEXT_WORDS = 3,
  /// Sentences (UAX #29).
  CTEXT_SENTENCES = 4,
  /// Runs of letters, of digits and of signs, each with the space before it. A line feed ends a piece.
  CTEXT_SPACED_WORDS = 5,
} ctext_kind;

/// Cuts one buffer at a time. It is for one thread; creating one is a cheap clone.
typedef struct ctext_segmenter ctext_segmenter;

/// Makes a segmenter by the rules of the root locale.
///
/// \param plain  leave out every short cut, and ask ICU for the buffer as a whole (for tests; the
///               buffer must then be shorter than 2 GiB).
/// \returns NULL where ICU cannot load its rules.
ctext_segmenter *ctext_segmenter_create(ctext_kind kind, bool plain);

/// Frees a segmenter.
void ctext_segmenter_destroy(ctext_segmenter *segmenter);

/// Starts at the beginning of a buffer, which must stay alive and unchanged while it is being cut.
void ctext_segmenter_begin(ctext_segmenter *segmenter, const uint8_t *utf8, size_t length);

/// Writes where the next pieces end, as offsets from the beginning of the buffer.
///
/// A piece begins where the one before it ends; the first begins at 0. The pieces tile the buffer.
/// \returns how many were written; 0 only at the end.
size_t ctext_segmenter_next(ctext_segmenter *segmenter, int64_t *ends, size_t capacity);

/// A place at which a buffer can be parted so that cutting, folding and normalising the parts gives
/// the same as for the whole: after a line feed, else before a space after an ASCII letter or digit.
///
/// \returns the last such place in (0, limit], else the first one after it, else `length`.
size_t ctext_safe_cut(const uint8_t *utf8, size_t length, size_t limit);

/// Code points from `first` to `last`.
typedef struct {
  uint32_t first, last;
} ctext_range;

/// What counts as a sign where a text is cut into spaced words, in ascending order.
const ctext_range *ctext_sign_ranges(size_t *count);

// MARK: Transformations

/// Unicode's normalization forms.
typedef enum {
  CTEXT_AS_IS = 0,
  CTEXT_NFC = 1,
  CTEXT_NFD = 2,
  CTEXT_NFKC = 3,
  CTEXT_NFKD = 4,
} ctext_form;

/// A stretch that a transformation replaced; what stands between two edits was kept as it is.
typedef struct {
  /// Where the replaced bytes begin in the source.
  int64_t source;
  /// How many bytes were replaced.
  int64_t source_length;
  /// Where their replacement begins in the result.
  int64_t result;
  /// How long the replacement is.
  int64_t result_length;
} ctext_edit;

/// A transformed text with its map to the source.
typedef struct {
  /// UTF-8; NULL where nothing changed, and then the source is the result.
  uint8_t *bytes;
  /// The length of the result (that of the source where nothing changed).
  size_t length;
  /// The edits in ascending order.
  ctext_edit *edits;
  /// How many there are.
  size_t edit_count;
} ctext_transformed;

/// Folds case (full folding of the standard, no locale) where asked, then normalizes.
///
/// A buffer of any length is transformed in chunks of 4 MiB, parted where it makes no difference.
/// \returns false where ICU cannot load its data.
bool ctext_transform(const uint8_t *utf8, size_t length, ctext_form form, bool fold,
                     ctext_transformed *transformed);

/// Frees what `ctext_transform` has allocated.
void ctext_transformed_release(ctext_transformed *transformed);

// MARK: Pieces

/// A table of distinct byte strings, numbered from 0 in order of arrival, each with a count.
///
/// Any number of threads may look up at once; adding is for one thread alone.
typedef struct ctext_pieces ctext_pieces;

/// Makes an empty table.
ctext_pieces *ctext_pieces_create(void);

/// Frees a table.
void ctext_pieces_destroy(ctext_pieces *pieces);

/// Adds `count` to a piece, which is entered where it is new. \returns its number.
int32_t ctext_pieces_add(ctext_pieces *pieces, const uint8_t *bytes, size_t length, int64_t count);

/// Adds 1 to each piece of a buffer: the first from `begin` to `ends[0]`, and so on.
void ctext_pieces_add_all(ctext_pieces *pieces, const uint8_t *utf8, int64_t begin,
                          const int64_t *ends, size_t count);

/// The number of a piece, -1 where it was never entered.
int32_t ctext_pieces_find(const ctext_pieces *pieces, const uint8_t *bytes, size_t length);

/// Looks up each piece of a buffer. \returns how many were not found (their number is -1).
size_t ctext_pieces_find_all(const ctext_pieces *pieces, const uint8_t *utf8, int64_t begin,
                             const int64_t *ends, size_t count, int32_t *numbers);

/// Looks up the code points of a buffer, up to the first one that was never entered.
///
/// \param used  how many bytes have been looked up.
/// \returns how many numbers were written: `capacity` at most.
size_t ctext_pieces_find_code_points(const ctext_pieces *pieces, const uint8_t *utf8, size_t length,
                                     int32_t *numbers, size_t capacity, size_t *used);

/// How many bytes `ctext_pieces_join` writes; -1 where a number is not in the table.
int64_t ctext_pieces_joined_length(const ctext_pieces *pieces, const int32_t *numbers,
                                   size_t count);

/// Writes pieces one after another. A piece of four bytes that begins with FF, which no UTF-8
/// contains, stands for its last byte.
void ctext_pieces_join(const ctext_pieces *pieces, const int32_t *numbers, size_t count,
                       uint8_t *bytes);

/// How many distinct pieces there are.
size_t ctext_pieces_size(const ctext_pieces *pieces);

/// The bytes of a piece; valid until a piece is added. `number` must be in the table.
const uint8_t *ctext_pieces_bytes(const ctext_pieces *pieces, int32_t number, size_t *length);

/// The count of a piece. `number` must be in the table.
int64_t ctext_pieces_count(const ctext_pieces *pieces, int32_t number);

// MARK: Merges

/// The merges of byte-pair encoding: pairs of ids, and the id that takes the place of each pair.
///
/// Any number of threads may apply them at once; adding is for one thread alone.
typedef struct ctext_merges ctext_merges;

/// Makes an empty table for at most `capacity` merges.
ctext_merges *ctext_merges_create(size_t capacity);

/// Frees a table.
void ctext_merges_destroy(ctext_merges *merges);

/// Adds a merge behind all others. \returns false where the pair has one already or no room is left.
bool ctext_merges_add(ctext_merges *merges, int32_t left, int32_t right, int32_t result);

/// Merges neighbours in place: again and again the pair that was added first, and of its occurrences
/// the first, until no pair has a merge. It takes O(n log n). \returns how many ids are left.
///
/// There may be 2^24 merges and 2^40 ids; ids are not negative.
size_t ctext_merges_apply(const ctext_merges *merges, int32_t *ids, size_t count);

#ifdef __cplusplus
}
#endif

#endif
