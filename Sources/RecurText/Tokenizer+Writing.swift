public import RecurFiles

extension Tokenizer {
  /// Writes a `tokenizer.json`.
  ///
  /// - Throws: what `AtomicFile` throws where the file cannot be written.
  public func write(to path: String) throws(RecurError) {
    try AtomicFile.write(serialized(), to: path)
  }

  /// The bytes of a `tokenizer.json`.
  ///
  /// Hugging Face's tokenizers gives the same ids for bytes, characters, graphemes and subwords. It
  /// normalizes by an older version of Unicode, which orders a few newer marks otherwise. It has no
  /// full case folding and takes lower case instead, and it knows nothing of ICU's dictionaries: words
  /// of Thai, Chinese, Japanese and their like are cut at other places there. A colon between letters joins
  /// them there, which CLDR has taken out.
  public func serialized() -> [UInt8] {
    let pattern = TokenizerFile.pattern(of: segmentation)
    return JSONValue.object([
      .init("version", .string("1.0")),
      .init("truncation", .null),
      .init("padding", .null),
      .init("added_tokens", .array([])),
      .init("normalizer", normalizer),
      .init(
        "pre_tokenizer",
        pattern.map { pattern in
          .object([
            .init("type", .string("Split")),
            .init("pattern", .object([.init("Regex", .string(pattern))])),
            .init("behavior", .string("Isolated")),
            .init("invert", .bool(false)),
          ])
        } ?? .null),
      .init("post_processor", .null),
      .init("decoder", TokenizerFile.decoder),
      .init("model", model),
    ]).encoded(pretty: true)
  }

  /// Refuses a tokenizer whose file could not be read again.
  ///
  /// - Throws: `.badConfiguration` with the size that the file would have.
  package func checkSize() throws(RecurError) {
    let (size, limit) = (serialized().count, JSONGate.Limits.tokenizer.byteCount)
    if size <= limit { return }
    throw RecurError(
      .badConfiguration,
      "the tokenizer of \(vocabulary.count) tokens would take \(size >> 20) MB, and at most \(limit >> 20) can be read",
      hint: "lower --max-vocabulary, or raise --min-count")
  }

  private var normalizer: JSONValue {
    var parts: [JSONValue] = []
    if caseFolding { parts.append(.object([.init("type", .string("Lowercase"))])) }
    if let name = TokenizerFile.name(of: normalization) {
      parts.append(.object([.init("type", .string(name))]))
    }
    if parts.count < 2 { return parts.first ?? .null }
    return .object([
      .init("type", .string("Sequence")), .init("normalizers", .array(parts)),
    ])
  }

  private var model: JSONValue {
    .object([
      .init("type", .string("BPE")),
      .init("dropout", .null),
      .init("unk_token", .null),
      .init("continuing_subword_prefix", .null),
      .init("end_of_word_suffix", .null),
      .init("fuse_unk", .bool(false)),
      .init("byte_fallback", .bool(true)),
      .init("ignore_merges", .bool(TokenizerFile.ignoresMerges(segmentation))),
      .init(
        "recur",
        .object([
          .init("segmentation", .string(segmentation.rawValue)),
          .init("case_folding", .bool(caseFolding)),
          .init("coverage", .number(coverage)),
          .init("icu", .string(unicodeVersion.icu)),
          .init("unicode", .string(unicodeVersion.unicode)),
        ])),
      .init(
        "vocab",
        .object(
          (0..<Int32(vocabulary.count)).map {
            .init(vocabulary.spelling(of: $0), .integer(Int($0)))
          })),
      .init(
        "merges",
        .array(
          merges.merges.map {
            .array([
              .string(vocabulary.spelling(of: $0.left)), .string(vocabulary.spelling(of: $0.right)),
            ])
          })),
    ])
  }
}
