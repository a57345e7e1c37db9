import Recur
import TestSupport
import Testing

@Suite("The example of the README")
struct LibraryExampleTests {
  @Test("A program trains, saves, loads and samples a model in a few lines")
  func trainsSavesAndSamples() throws {
    let folder = TemporaryFolder()
    let sentence = "ROMEO: the sea, the sea, the open sea.\n"
    let path = folder.file("text.txt", String(repeating: sentence, count: 40).utf8)

    let text = try Corpus(contentsOf: path)
    let tokenizer = Tokenizer(.character, fitting: text)
    let windows = ContiguousBatches(tokenizer.encode(text), batchSize: 2, windowLength: 16)
    var generator = SeededGenerator(seed: 42)
    var model = LanguageModel(
      vocabularySize: tokenizer.vocabulary.count, embeddingSize: 8,
      cell: .lstm(hiddenSize: 24), layers: 2, using: &generator)
    var trainer = Trainer(optimizer: Adam(learningRate: 1e-2), clippingNorm: 1)
    var bits: [Double] = []
    for _ in 1...10 { bits.append(try trainer.fit(&model, on: windows).bitsPerCharacter) }
    try ModelDirectory(model, tokenizer).write(to: folder("model"))
    let written = model.generate(
      after: "ROMEO:", tokenizer: tokenizer, count: 60, temperature: 0.8, using: &generator)

    #expect(bits[9] < 0.5 * bits[0], "\(bits)")
    #expect(written.count == 60)
    var again = SeededGenerator(seed: 1)
    var same = again
    let loaded = try ModelDirectory(contentsOf: folder("model"))
    #expect(
      loaded.model.generate(after: "the", tokenizer: loaded.tokenizer, count: 30, using: &again)
        == model.generate(after: "the", tokenizer: tokenizer, count: 30, using: &same))
  }

  @Test("A cell of a user's own trains in a language model")
  func ownCell() throws {
    let text = Corpus(text: String(repeating: "abcd", count: 200))
    let tokenizer = Tokenizer(.character, fitting: text)
    let windows = ContiguousBatches(tokenizer.encode(text), batchSize: 4, windowLength: 8)
    var generator = SeededGenerator(seed: 3)
    let size = tokenizer.vocabulary.count
    var model = LanguageModel(
      embedding: Embedding(vocabularySize: size, embeddingSize: 6, using: &generator),
      stack: RecurrentStack(layers: [
        MinimalCell(inputSize: 6, hiddenSize: 10, using: &generator),
        MinimalCell(inputSize: 10, hiddenSize: 7, using: &generator),
      ]),
      head: LanguageModelHead(hiddenSize: 7, vocabularySize: size, using: &generator))
    var trainer = Trainer(optimizer: Adam(learningRate: 3e-2), clippingNorm: 1)
    var report = try trainer.fit(&model, on: windows)
    let first = report.bitsPerCharacter
    for _ in 1...6 { report = try trainer.fit(&model, on: windows) }
    #expect(report.bitsPerCharacter < 0.5 * first, "from \(first) to \(report.bitsPerCharacter)")
  }
}
