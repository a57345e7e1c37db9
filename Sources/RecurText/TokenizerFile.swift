import CText
import RecurFiles

/// The parts of a `tokenizer.json` that writing and reading share.
///
/// The file is that of Hugging Face's tokenizers. The model is a BPE, without merges
/// but for subwords, with `byte_fallback`: what is not in the vocabulary is written as its characters, and those that are
/// not in it either as their bytes, which is what `Tokenizer` does. Where pieces have several
/// characters, `ignore_merges` makes them be found whole. What that library has no word for (full
/// case folding, the version of Unicode, the coverage) stands in the model's member `recur`, which
/// it reads over.
enum TokenizerFile {
  /// The regular expressions by which the library cuts a text, in Oniguruma's syntax.
  static func pattern(of segmentation: Segmentation) -> String? {
    switch segmentation {
    case .byte, .character: nil
    case .grapheme: graphemePattern
    case .word: #"(?y{w})\X"#
    case .subword: spacedWordPattern
    }
  }

  /// Whether pieces of several characters are found whole, and not by merging.
  static func ignoresMerges(_ segmentation: Segmentation) -> Bool {
    segmentation == .grapheme || segmentation == .word
  }

  /// What `TextUnit.spacedWord` is.
  private static let spacedWordPattern: String = {
    var count = 0
    let ranges = UnsafeBufferPointer(start: ctext_sign_ranges(&count), count: count)
    func escaped(_ value: UInt32) -> String { "\\x{\(String(value, radix: 16, uppercase: true))}" }
    let signs = ranges.map { "\(escaped($0.first))-\(escaped($0.last))" }.joined()
    let spaces = #"\t\x{B}\f\r "#
    let letter = #"[^\#(spaces)\n0-9\#(signs)]"#
    return [
      #"[\#(spaces)]*\n"#, #"[\#(spaces)]+(?![^\#(spaces)\n])"#,
      #" ?\#(letter)+(?:['’]\#(letter)+)*"#, " ?[0-9]+", " ?[\(signs)]+", "[\(spaces)]",
    ].joined(separator: "|")
  }()

  /// Oniguruma's `\X` does not know that a virama joins the consonants around it in six Indic
  /// scripts, as ICU's rules have it (rule GB9c of UAX #29 since Unicode 15.1): what comes before
  /// the last consonant of such a row is matched ahead of it.
  private static let graphemePattern =
    "(?:[\(prepended)]*(?:[\(consonants)][\(marks)]*[\(viramas)][\(marks)]*(?=[\(consonants)]))+)?\\X"

  /// The consonants of Devanagari, Bengali, Gujarati, Oriya, Telugu and Malayalam.
  private static let consonants =
    #"\x{915}-\x{939}\x{958}-\x{95F}\x{978}-\x{97F}\x{995}-\x{9A8}\x{9AA}-\x{9B0}\x{9B2}"#
    + #"\x{9B6}-\x{9B9}\x{9DC}-\x{9DD}\x{9DF}\x{9F0}-\x{9F1}\x{A95}-\x{AA8}\x{AAA}-\x{AB0}"#
    + #"\x{AB2}-\x{AB3}\x{AB5}-\x{AB9}\x{AF9}\x{B15}-\x{B28}\x{B2A}-\x{B30}\x{B32}-\x{B33}"#
    + #"\x{B35}-\x{B39}\x{B5C}-\x{B5D}\x{B5F}\x{B71}\x{C15}-\x{C28}\x{C2A}-\x{C39}"#
    + #"\x{C58}-\x{C5A}\x{D15}-\x{D3A}"#

  private static let viramas = #"\x{94D}\x{9CD}\x{ACD}\x{B4D}\x{C4D}\x{D4D}"#

  /// The marks of these scripts and of all scripts whose combining class is not 0, and the joiner.
  private static let marks =
    #"\x{300}-\x{34E}\x{350}-\x{36F}\x{93C}\x{951}-\x{954}\x{9BC}\x{9FE}\x{ABC}\x{B3C}\x{C3C}"#
    + #"\x{C55}-\x{C56}\x{D3B}-\x{D3C}\x{1CD0}-\x{1CD2}\x{1CD4}-\x{1CE0}\x{1CE2}-\x{1CE8}"#
    + #"\x{1CED}\x{1CF4}\x{1CF8}-\x{1CF9}\x{1DC0}-\x{1DFF}\x{200D}\x{20D0}-\x{20DC}\x{20E1}"#
    + #"\x{20E5}-\x{20F0}\x{A8E0}-\x{A8F1}\x{FE20}-\x{FE2F}"#
    + viramas

  /// What joins the character after it.
  private static let prepended =
    #"\x{600}-\x{605}\x{6DD}\x{70F}\x{890}-\x{891}\x{8E2}\x{D4E}\x{110BD}\x{110CD}"#
    + #"\x{111C2}-\x{111C3}\x{1193F}\x{11941}\x{11A3A}\x{11A84}-\x{11A89}\x{11D46}"#

  static let decoder = JSONValue.object([
    .init("type", .string("Sequence")),
    .init(
      "decoders",
      .array([
        .object([.init("type", .string("ByteFallback"))]),
        .object([.init("type", .string("Fuse"))]),
      ])),
  ])

  /// How a normalization is called in the file.
  static func name(of normalization: Normalization) -> String? {
    switch normalization {
    case .none: nil
    case .nfc: "NFC"
    case .nfd: "NFD"
    case .nfkc: "NFKC"
    case .nfkd: "NFKD"
    }
  }
}
