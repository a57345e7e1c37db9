import Glibc
import Recur
import Testing

@Suite struct EvaluationTests {
  private let text = String(
    repeating: "Zwölf Boxkämpfer jagen Viktor quer über den Deich. ", count: 9)

  private func setUp() -> (Tokenizer, LanguageModel, [Int32]) {
    let tokenizer = Tokenizer(.character, fitting: Corpus(text: text))
    var generator = SeededGenerator(seed: 5)
    let model = LanguageModel(
      vocabularySize: tokenizer.vocabulary.count, embeddingSize: 6, cell: .lstm(hiddenSize: 9),
      layers: 2, dropout: 0.4, using: &generator)
    return (tokenizer, model, tokenizer.encode(text))
  }

  @Test("One track gives the losses of one pass over the text")
  func oneTrack() throws {
    let (_, model, tokens) = setUp()
    let window = Window(
      inputs: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()),
      length: tokens.count - 1, batchSize: 1)
    let direct = model.losses(of: window, from: nil).nats
    let losses = try Evaluation(tracks: 1).losses(of: tokens, under: model)
    #expect(losses.count == tokens.count - 1)
    #expect(zip(losses, direct).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("Weights of 8 bits give nearly the same losses, for any number of tracks")
  func wholeNumbers() throws {
    let (_, model, tokens) = setUp()
    let exact = try Evaluation(tracks: 1).losses(of: tokens, under: model)
    let one = try Evaluation(tracks: 1, weights: .int8).losses(of: tokens, under: model)
    #expect(zip(exact, one).allSatisfy { abs($0 - $1) < 0.02 } && exact != one)
    let three = try Evaluation(tracks: 3, warmUp: 60, weights: .int8)
      .losses(of: tokens, under: model)
    #expect(zip(one, three).allSatisfy { abs($0 - $1) < 0.01 })
  }

  @Test("Tracks that are warmed up give every token nearly the loss of one pass")
  func tracks() throws {
    let (_, model, tokens) = setUp()
    let whole = try Evaluation(tracks: 1).losses(of: tokens, under: model)
    for tracks in [2, 3, 7] {
      let parts = try Evaluation(tracks: tracks, warmUp: 60).losses(of: tokens, under: model)
      #expect(zip(whole, parts).allSatisfy { abs($0 - $1) < 1e-4 }, "\(tracks) tracks")
      let cold = try Evaluation(tracks: tracks, warmUp: 0).losses(of: tokens, under: model)
      #expect(!zip(whole, cold).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  @Test("More tracks than tokens, and parts that the text does not fill, lose nothing")
  func oddSizes() throws {
    let (_, model, tokens) = setUp()
    for count in [2, 3, 5, 11] {
      let short = Array(tokens.prefix(count))
      let whole = try Evaluation(tracks: 1).losses(of: short, under: model)
      for tracks in [2, 4, 64] {
        let parts = try Evaluation(tracks: tracks, warmUp: 64).losses(of: short, under: model)
        #expect(parts.count == count - 1)
        #expect(parts.allSatisfy { $0 > 0 })
        #expect(abs(parts[0] - whole[0]) < 1e-5)
      }
    }
  }

  @Test("The report is the sum of the losses, over tokens, characters and bytes")
  func report() throws {
    let (tokenizer, model, tokens) = setUp()
    let losses = try Evaluation().losses(of: tokens, under: model)
    let report = try Evaluation().report(of: Corpus(text: text), under: model, tokenizer)
    #expect(abs(report.nats - losses.reduce(0, +)) < 1e-9 * report.nats)
    #expect(report.tokenCount == tokens.count - 1)
    #expect(report.characterCount == text.unicodeScalars.count - 1)
    #expect(report.byteCount == text.utf8.count - 1)
    #expect(report.byteCount > report.characterCount)
    #expect(abs(report.perplexity - exp(report.nats / Double(report.tokenCount))) < 1e-9)
    #expect(abs(report.bitsPerByte * Double(report.byteCount) * log(2) - report.nats) < 1e-9)
    #expect(
      abs(report.bitsPerCharacter * Double(report.characterCount) * log(2) - report.nats) < 1e-9)
    #expect(abs(report.bitsPerToken - report.natsPerToken / log(2)) < 1e-12)
  }

  @Test("A model that knows nothing loses log V on every token")
  func uniformModel() throws {
    var (tokenizer, model, tokens) = setUp()
    model.visitParameters { name, parameter in
      if name.hasPrefix("decoder") {
        parameter.value = Tensor(zeros: parameter.value.shape)
      }
    }
    let report = try Evaluation().report(
      of: tokens, under: model, TokenMeasure(tokenizer.vocabulary))
    #expect(abs(report.natsPerToken - log(Double(tokenizer.vocabulary.count))) < 1e-6)
    #expect(abs(report.perplexity - Double(tokenizer.vocabulary.count)) < 1e-3)
  }

  @Test("Bytes of one character count as one character")
  func byteTokens() {
    let tokenizer = Tokenizer(.byte, fitting: Corpus(text: ""))
    let tokens = tokenizer.encode("aé…")
    let measure = TokenMeasure(tokenizer.vocabulary)
    #expect(measure.byteCount(of: tokens) == 6)
    #expect(measure.characterCount(of: tokens) == 3)
  }

  @Test("A text without anything to predict is refused")
  func tooShort() throws {
    let (_, model, tokens) = setUp()
    for count in [0, 1] {
      let error = #expect(throws: RecurError.self) {
        try Evaluation().losses(of: Array(tokens.prefix(count)), under: model)
      }
      #expect(error?.kind == .badData)
    }
  }
}
