import Recur
import Testing

@Suite("The text generator")
struct TextGeneratorTests {
  /// The whole text of each sample, and why it ended.
  private func texts(
    _ generator: TextGenerator
  ) -> (texts: [Int: String], endings: [Int: TextPiece.Ending], tokens: [Int: [Int32]]) {
    var texts: [Int: String] = [:]
    var endings: [Int: TextPiece.Ending] = [:]
    var tokens: [Int: [Int32]] = [:]
    for pieces in generator {
      for piece in pieces {
        texts[piece.row, default: ""] += piece.text
        tokens[piece.row, default: []].append(piece.token)
        if let ending = piece.ending {
          #expect(endings[piece.row] == nil)
          endings[piece.row] = ending
        }
      }
    }
    return (texts, endings, tokens)
  }

  @Test("The same seed writes the same text, another seed another one")
  func textFollowsTheSeed() throws {
    let (model, tokenizer) = try SmallModels.pair()
    func text(_ seed: UInt64) throws -> String? {
      texts(try TextGenerator(model, tokenizer, prompt: "Wer ", length: 40, seed: seed)).texts[0]
    }
    #expect(try text(1) == text(1))
    #expect(try text(1) != text(2))
  }

  @Test("A sample does not depend on how many are written", arguments: CellKind.allCases)
  func samplesAreIndependent(cell: CellKind) throws {
    let (model, tokenizer) = try SmallModels.pair(cell: cell, hiddenSizes: [6, 5])
    func samples(_ count: Int) throws -> [Int: [Int32]] {
      texts(
        try TextGenerator(
          model, tokenizer, prompt: "Es ist", sampleCount: count, length: 30, seed: 11)
      ).tokens
    }
    let many = try samples(9)
    #expect(Set(many.values).count == 9)
    for count in [1, 2, 5] {
      for (row, tokens) in try samples(count) { #expect(tokens == many[row]) }
    }
  }

  @Test("Each token is drawn from the model's distribution after all before it")
  func greedyTextFollowsTheModel() throws {
    let (model, tokenizer) = try SmallModels.pair(cell: .lstm)
    let drawn = texts(
      try TextGenerator(
        model, tokenizer, prompt: "Kind", sampleCount: 2, length: 12, sampling: .greedy)
    ).tokens
    var tokens = tokenizer.encode("\nKind")
    for position in 0..<12 {
      let (logits, _) = model.logits(after: tokens)
      let last = logits.scalars.suffix(model.vocabularySize)
      let best = try #require(last.max())
      let token = Int32(try #require(last.firstIndex(of: best)) - last.startIndex)
      #expect(drawn[0]?[position] == token)
      #expect(drawn[1]?[position] == token)
      tokens.append(token)
    }
  }

  @Test("A long prompt is fed as a whole")
  func longPrompt() throws {
    let (model, tokenizer) = try SmallModels.pair()
    let prompt = String(repeating: SmallModels.text, count: 12)
    let drawn = texts(
      try TextGenerator(model, tokenizer, prompt: prompt, length: 1, sampling: .greedy)
    ).tokens
    let tokens = tokenizer.encode("\n" + prompt)
    #expect(tokens.count > 600)
    let last = model.logits(after: tokens).logits.scalars.suffix(model.vocabularySize)
    let best = try #require(last.max())
    #expect(drawn[0] == [Int32(try #require(last.firstIndex(of: best)) - last.startIndex)])
  }

  @Test("Without a prompt a text begins as a line does")
  func emptyPrompt() throws {
    let (model, tokenizer) = try SmallModels.pair()
    let drawn = texts(try TextGenerator(model, tokenizer, length: 1, sampling: .greedy)).tokens
    let last = model.logits(after: tokenizer.encode("\n")).logits.scalars
    let best = try #require(last.max())
    #expect(drawn[0] == [Int32(try #require(last.firstIndex(of: best)))])
  }

  @Test("A sample ends before a stop text, others go on")
  func stopTexts() throws {
    let (model, tokenizer) = try SmallModels.pair()
    let free = texts(
      try TextGenerator(model, tokenizer, prompt: "W", sampleCount: 4, length: 60, seed: 5))
    let first = Array(try #require(free.texts[0]).unicodeScalars)
    // Two characters that the first sample writes, wherever their tokens begin.
    let stop = String(String.UnicodeScalarView(first[20..<22]))
    let stopped = texts(
      try TextGenerator(
        model, tokenizer, prompt: "W", sampleCount: 4, length: 60, stops: [stop], seed: 5))
    for row in 0..<4 {
      let whole = try #require(free.texts[row]).unicodeScalars.map(String.init)
      let cut = (0..<max(1, whole.count - 1)).first { whole[$0...].prefix(2).joined() == stop }
      let expected = cut.map { whole[..<$0].joined() } ?? whole.joined()
      #expect(stopped.texts[row]?.utf8.elementsEqual(expected.utf8) == true)
      #expect(stopped.endings[row] == (cut == nil ? .length : .stop))
    }
    #expect(stopped.endings[0] == .stop)
  }

  @Test(
    "Every text is valid Unicode, piece by piece, also of a model that knows nothing",
    arguments: Segmentation.allCases)
  func textIsValidUnicode(segmentation: Segmentation) throws {
    let (model, tokenizer) = try SmallModels.pair(segmentation: segmentation)
    let (texts, _, tokens) = texts(
      try TextGenerator(
        model, tokenizer, sampleCount: 3, length: 200,
        sampling: Sampling(temperature: 2, topP: 1), seed: 1))
    for row in 0..<3 {
      let text = try #require(texts[row])
      #expect(String(validating: text.utf8, as: UTF8.self) != nil)
      #expect(text == tokenizer.decodeText(try #require(tokens[row])))
    }
  }

  @Test("The count is in tokens, and none is possible")
  func countIsInTokens() throws {
    let (model, tokenizer) = try SmallModels.pair()
    var generator = SeededGenerator(seed: 1)
    let text = model.generate(after: "Es", tokenizer: tokenizer, count: 25, using: &generator)
    #expect(!text.isEmpty)
    #expect(model.generate(after: "Es", tokenizer: tokenizer, count: 0, using: &generator) == "")
    let (_, endings, tokens) = texts(try TextGenerator(model, tokenizer, length: 25))
    #expect(tokens[0]?.count == 25)
    #expect(endings == [0: .length])
  }

  @Test("The repetition penalty sees the prompt and what was written")
  func repetitionPenalty() throws {
    let (model, tokenizer) = try SmallModels.pair()
    func distinct(_ penalty: Double) throws -> Int {
      let sampling = Sampling(temperature: 0, repetitionPenalty: penalty, repetitionWindow: 40)
      let tokens = texts(
        try TextGenerator(model, tokenizer, prompt: "Wer", length: 40, sampling: sampling)
      ).tokens[0]
      return Set(tokens ?? []).count
    }
    #expect(try distinct(100) > distinct(1))
  }

  @Test("Settings that cannot be and a tokenizer of another model are refused")
  func refusals() throws {
    let (model, tokenizer) = try SmallModels.pair()
    for (samples, length) in [(0, 1), (-1, 1), (.max, 1), (1, -1)] {
      #expect(throws: RecurError.self) {
        _ = try TextGenerator(model, tokenizer, sampleCount: samples, length: length)
      }
    }
    #expect(throws: RecurError.self) {
      _ = try TextGenerator(model, tokenizer, sampling: Sampling(temperature: .nan))
    }
    let other = Tokenizer(.byte, fitting: Corpus(text: "a"))
    let error = #expect(throws: RecurError.self) { _ = try TextGenerator(model, other) }
    #expect(error?.kind == .badData)
  }
}
