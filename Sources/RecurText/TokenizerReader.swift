import RecurFiles

/// Reads the parts of a `tokenizer.json` and refuses what Recur does not do.
struct TokenizerReader {
  let path: String

  func tokenizer(_ file: JSONValue) throws(RecurError) -> Tokenizer {
    guard file.members != nil else { throw damaged("it is no JSON object") }
    if let version = file["version"], version.string != "1.0" {
      throw unsupported("the version of the file is not \"1.0\"")
    }
    for part in ["truncation", "padding", "post_processor"] {
      if let value = file[part], !value.isNull { throw unsupported("`\(part)` is used") }
    }
    if let tokens = file["added_tokens"], !tokens.isNull, tokens.elements?.isEmpty != true {
      throw unsupported("`added_tokens` is used")
    }
    guard file["decoder"]?.encoded() == TokenizerFile.decoder.encoded() else {
      throw unsupported("`decoder` is not ByteFallback followed by Fuse")
    }
    guard let model = file["model"], model.members != nil else {
      throw damaged("it has no `model`")
    }
    let vocabulary = try vocabulary(model)
    let notes = model["recur"]
    if let notes, notes.members == nil { throw damaged("`model.recur` is no JSON object") }
    let segmentation = try segmentation(file, notes: notes, vocabulary: vocabulary)
    if model["ignore_merges"]?.bool != TokenizerFile.ignoresMerges(segmentation) {
      throw unsupported("`model.ignore_merges` does not fit the pre_tokenizer")
    }
    let caseFolding = try optional("case_folding", in: notes, \.bool) ?? false
    let coverage = try optional("coverage", in: notes, \.number) ?? 1
    guard (0...1).contains(coverage) else {
      throw damaged("`model.recur.coverage` is not between 0 and 1")
    }
    return Tokenizer(
      segmentation: segmentation, vocabulary: vocabulary,
      merges: try merges(model["merges"], segmentation: segmentation, vocabulary: vocabulary),
      normalization: try normalization(file["normalizer"], caseFolding: caseFolding),
      caseFolding: caseFolding, coverage: coverage,
      unicodeVersion: UnicodeVersion(
        icu: try version("icu", in: notes) ?? UnicodeVersion.current.icu,
        unicode: try version("unicode", in: notes) ?? UnicodeVersion.current.unicode))
  }

  /// A version, which messages show: digits and points.
  private func version(_ key: String, in notes: JSONValue?) throws(RecurError) -> String? {
    guard let version = try optional(key, in: notes, \.string) else { return nil }
    let isVersion = version.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
    }
    guard isVersion, (1...20).contains(version.utf8.count) else {
      throw damaged("`model.recur.\(key)` is no version")
    }
    return version
  }

  // MARK: Parts

  private func segmentation(
    _ file: JSONValue, notes: JSONValue?, vocabulary: Vocabulary
  ) throws(RecurError) -> Segmentation {
    let found = try segmentation(cutBy: file["pre_tokenizer"] ?? .null, vocabulary: vocabulary)
    guard let noted = try optional("segmentation", in: notes, \.string) else { return found }
    guard let segmentation = Segmentation(rawValue: noted) else {
      throw damaged("`model.recur.segmentation` is \"\(DisplayText.escaped(noted, limit: 40))\"")
    }
    // An empty corpus gives a tokenizer of characters that has only byte tokens.
    let agrees = segmentation == found || (segmentation == .character && found == .byte)
    if !agrees {
      throw damaged("`model.recur.segmentation` is \(segmentation), `pre_tokenizer` means \(found)")
    }
    return segmentation
  }

  private func segmentation(
    cutBy cutter: JSONValue, vocabulary: Vocabulary
  ) throws(RecurError) -> Segmentation {
    if cutter.isNull {
      return vocabulary.count == Vocabulary.byteTokenCount ? .byte : .character
    }
    let pattern = cutter["pattern"]?["Regex"]?.string
    let segmentation = Segmentation.allCases.first {
      pattern != nil && TokenizerFile.pattern(of: $0) == pattern
    }
    guard cutter["type"]?.string == "Split", cutter["behavior"]?.string == "Isolated",
      cutter["invert"]?.bool == false, let segmentation
    else {
      throw unsupported("`pre_tokenizer` is none of those that Recur writes")
    }
    return segmentation
  }

  private func normalization(
    _ normalizer: JSONValue?, caseFolding: Bool
  ) throws(RecurError) -> Normalization {
    var parts: [JSONValue] = []
    if let normalizer, !normalizer.isNull {
      parts = [normalizer]
      if normalizer["type"]?.string == "Sequence" {
        guard let elements = normalizer["normalizers"]?.elements else {
          throw damaged("`normalizer.normalizers` is missing")
        }
        parts = elements
      }
    }
    if caseFolding {
      guard parts.first?["type"]?.string == "Lowercase" else {
        throw damaged("`model.recur.case_folding` is set and `normalizer` does not fold")
      }
      parts.removeFirst()
    }
    guard let part = parts.first else { return .none }
    let name = part["type"]?.string
    let normalization = Normalization.allCases.first {
      name != nil && TokenizerFile.name(of: $0) == name
    }
    guard let normalization, parts.count == 1 else {
      let name = DisplayText.escaped(parts.last?["type"]?.string ?? "?", limit: 40)
      throw unsupported("the normalizer \(name) is used")
    }
    return normalization
  }

  private func vocabulary(_ model: JSONValue) throws(RecurError) -> Vocabulary {
    guard model["type"]?.string == "BPE" else {
      let name = DisplayText.escaped(model["type"]?.string ?? "?", limit: 40)
      throw unsupported("the model is \(name), not BPE")
    }
    guard model["byte_fallback"]?.bool == true else {
      throw unsupported("`model.byte_fallback` is not set")
    }
    for part in ["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"] {
      if let value = model[part], !value.isNull, value.string?.isEmpty != true {
        throw unsupported("`model.\(part)` is used")
      }
    }
    guard let members = model["vocab"]?.members else { throw damaged("it has no `model.vocab`") }
    guard members.count <= Vocabulary.maximumCount else {
      throw damaged("it has \(members.count) tokens, more than \(Vocabulary.maximumCount)")
    }
    var tokens = [Vocabulary.Token?](repeating: nil, count: members.count)
    for member in members {
      let shown = DisplayText.escaped(member.key, limit: 40)
      guard let id = member.value.integer else {
        throw damaged("the id of the token \"\(shown)\" is no integer")
      }
      guard tokens.indices.contains(id) else {
        throw damaged("\(members.count) tokens cannot have the id \(id) (token \"\(shown)\")")
      }
      if tokens[id] != nil { throw damaged("two tokens have the id \(id) (one is \"\(shown)\")") }
      tokens[id] = try token(member.key, shown: shown)
    }
    guard let vocabulary = Vocabulary(tokens: tokens.compactMap(\.self)) else {
      throw damaged("not every byte from <0x00> to <0xFF> has its token")
    }
    return vocabulary
  }

  private func token(
    _ spelling: String, shown: String
  ) throws(RecurError) -> Vocabulary.Token {
    let bytes = Array(spelling.utf8)
    if bytes.isEmpty { throw damaged("a token is empty") }
    if bytes.count > Vocabulary.longestPiece {
      throw damaged("a token has \(bytes.count) bytes, more than \(Vocabulary.longestPiece)")
    }
    guard bytes.starts(with: "<0x".utf8), bytes.last == UInt8(ascii: ">") else {
      return .piece(bytes)
    }
    let digits = bytes[3..<(bytes.count - 1)]
    let alphabet = Array("0123456789ABCDEF".utf8)
    let values = digits.compactMap { alphabet.firstIndex(of: $0) }
    guard digits.count == 2, values.count == 2 else {
      throw damaged("the byte token \"\(shown)\" is not of the form <0x41>")
    }
    return .byte(UInt8(values[0] * 16 + values[1]))
  }

  private func optional<Value>(
    _ key: String, in notes: JSONValue?, _ read: (JSONValue) -> Value?
  ) throws(RecurError) -> Value? {
    guard let value = notes?[key] else { return nil }
    guard let result = read(value) else { throw damaged("`model.recur.\(key)` is of another type") }
    return result
  }

  // MARK: Errors

  func damaged(_ what: String) -> RecurError {
    RecurError(
      .badData, "this is no tokenizer that can be used: \(what)", at: .init(path: path),
      hint: "restore the file, or train again")
  }

  func unsupported(_ what: String) -> RecurError {
    RecurError(
      .badData, "this tokenizer is not one that Recur reads: \(what)", at: .init(path: path),
      hint: "use the tokenizer.json that `recur train` wrote into the model's directory")
  }
}
