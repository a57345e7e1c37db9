import Recur
import TestSupport
import Testing

@Suite("recur train lm for large vocabularies")
struct RegularisationTests {
  @Test("A model with everything dropped and an adaptive softmax is trained, shown and used")
  func endToEnd() throws {
    let training = SmallTraining()
    let trained = try training.train(
      "model",
      [
        "--tokenizer", "word", "--softmax", "adaptive", "--locked-dropout", "--input-dropout",
        "0.1",
        "--embedding-dropout", "0.2", "--weight-drop", "0.3", "-q",
      ])
    #expect(trained.code == 0, "\(trained.errors)")
    let info = try training.recur(["info", "model"])
    #expect(info.output.contains("0.1 (locked), inputs 0.1, embedding 0.2, weights 0.3"))
    #expect(info.output.contains("decoder.tail.1.1.weight"))
    let evaluation = try training.recur(["evaluate", "model", "text.txt", "--json"])
    #expect(evaluation.code == 0, "\(evaluation.errors)")
    #expect(
      try SmallTraining.document(evaluation.output)["bits_per_character"]?.number ?? 0 > 0)
    let generated = try training.recur(
      ["generate", "model", "--prompt", "The tide", "--length", "20", "--seed", "1"])
    #expect(generated.code == 0, "\(generated.errors)")
    #expect(generated.output.hasPrefix("The tide"))
    let resumed = try training.recur(
      ["train", "lm", "--output", "model", "--resume", "--steps", "8", "-q"])
    #expect(resumed.code == 0, "\(resumed.errors)")
  }

  @Test("What cannot be is refused by name, and the words of other programs are known")
  func refusals() throws {
    let training = SmallTraining()
    for (flags, name) in [
      (["--weight-drop", "1"], "--weight-drop"), (["--input-dropout=-1"], "--input-dropout"),
      (["--embedding-dropout", "nan"], "--embedding-dropout"), (["--softmax", "fast"], "softmax"),
      (["--softmax", "adaptive", "--tie-weights", "--hidden-size", "4"], "--softmax"),
    ] {
      let result = try training.train("bad", flags)
      #expect(result.isRefusal(64, naming: name), "\(flags): \(result.errors)")
    }
    let alias = try training.train("alias", ["--wdrop", "0.5", "--dropouti", "0.25", "-q"])
    #expect(alias.code == 0, "\(alias.errors)")
    let configuration = training.folder.bytes(of: "alias/config.json") ?? []
    let json = try SmallTraining.document(String(decoding: configuration, as: UTF8.self))
    #expect(json["weight_drop"]?.number == 0.5 && json["input_dropout"]?.number == 0.25)
  }
}
