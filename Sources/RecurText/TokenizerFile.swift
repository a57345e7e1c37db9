import RecurFiles

/// The parts of a `tokenizer.json` that writing and reading share.
///
/// The file is that of Hugging Face's tokenizers. The model is a BPE without merges, with
/// `byte_fallback`: what is not in the vocabulary is written as its characters, and those that are
/// not in it either as their bytes, which is what `Tokenizer` does. Where pieces have several
/// characters, `ignore_merges` makes them be found whole. What that library has no word for (full
/// case folding, the version of Unicode, the coverage) stands in the model's member `recur`, which
/// it reads over.
enum TokenizerFile {
  /// The regular expressions by which the library cuts a text, in Oniguruma's syntax.
  static func pattern(of segmentation: Segmentation) -> String? {
    switch segmentation {
    case .byte, .character: nil
    case .grapheme: "\\X"
    case .word: "(?y{w})\\X"
    }
  }

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
