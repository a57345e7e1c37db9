import Recur
import TestSupport
import Testing

@Suite("recur with subwords")
struct SubwordCommandTests {
  @Test("A model of subwords is trained, shown, evaluated and generates")
  func endToEnd() throws {
    let training = SmallTraining()
    let trained = try training.train(
      "model", ["--tokenizer", "subword", "--max-vocabulary", "300", "-q"])
    #expect(trained.code == 0, "\(trained.errors)")
    let info = try SmallTraining.document(training.recur(["info", "model", "--json"]).output)
    #expect(info["tokenizer"]?["kind"]?.string == "subword")
    #expect(info["tokenizer"]?["vocabulary_size"]?.integer == 300)
    let evaluation = try training.recur(["evaluate", "model", "text.txt", "--json"])
    #expect(evaluation.code == 0, "\(evaluation.errors)")
    #expect(
      try SmallTraining.document(evaluation.output)["bits_per_character"]?.number ?? 0 > 0)
    let generated = try training.recur(
      ["generate", "model", "--prompt", "The ti", "--length", "20", "--seed", "1"])
    #expect(generated.code == 0, "\(generated.errors)")
    #expect(generated.output.hasPrefix("The ti"))
    let tokens = try training.recur(["tokenize", "model"], input: "The tide comes").output
    #expect(tokens.split(separator: "\n").count < 8)
  }

  @Test("Two trainings with the same seed learn the same subwords")
  func sameVocabulary() throws {
    let training = SmallTraining()
    for output in ["a", "b"] {
      #expect(try training.train(output, ["--tokenizer", "subword", "-q"]).code == 0)
    }
    let files = ["a", "b"].map { training.folder.bytes(of: "\($0)/tokenizer.json") }
    #expect(files[0] != nil && files[0] == files[1])
  }
}
