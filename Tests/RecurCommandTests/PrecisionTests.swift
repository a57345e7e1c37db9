import Recur
import TestSupport
import Testing

@Suite("Products of bfloat16")
struct PrecisionTests {
  private let training = SmallTraining()

  private func train(_ output: String, steps: Int, _ more: [String]) throws {
    let fetched = try training.recur(["corpus", "fetch", "harbour", "--to", "."])
    #expect(fetched.code == 0, "\(fetched.errors)")
    let result = try training.recur(
      [
        "train", "lm", "harbour.txt", "--output", output, "--steps", "\(steps)", "--dropout", "0",
        "--batch-size", "16", "--window", "24", "--sample-length", "0",
      ] + more)
    #expect(result.code == 0, "\(result.errors)")
  }

  private func losses(_ precision: String) throws -> [Double] {
    try train(
      precision, steps: 500,
      [
        "--hidden-size", "48", "--layers", "1", "--embedding-size", "24", "--learning-rate", "0.02",
        "--precision", precision,
      ])
    let lines = String(
      decoding: training.folder.bytes(of: "\(precision)/metrics.jsonl") ?? [], as: UTF8.self)
    return try lines.split(separator: "\n").compactMap { line in
      let record = try SmallTraining.document(String(line))
      return record["kind"]?.string == "step" ? record["loss"]?.number : nil
    }
  }

  @Test("The loss falls as that of single precision does, and a model tells a text's bits alike")
  func sameCurve() throws {
    let (single, half) = (try losses("float32"), try losses("bfloat16"))
    #expect(single.count == half.count && single.count >= 30 && single != half)
    // Means of ten records, because single batches differ by more than the curve.
    for first in stride(from: 0, to: single.count - 9, by: 10) {
      func mean(_ losses: [Double]) -> Double { losses[first..<first + 10].reduce(0, +) / 10 }
      #expect(abs(mean(half) / mean(single) - 1) < 0.01, "from record \(first) on")
    }
    func bits(_ precision: String) throws -> Double {
      let result = try training.recur(
        ["evaluate", "float32", "harbour.txt", "--json", "--precision", precision])
      return try #require(
        SmallTraining.document(result.output)["bits_per_character"]?.number, "\(result.errors)")
    }
    let exact = try bits("float32")
    for precision in ["bfloat16", "int8"] {
      let rounded = try bits(precision)
      #expect(exact != rounded && abs(rounded / exact - 1) < 0.005, "\(precision)")
    }
  }

  @Test(
    "The gradient of every parameter is nearly that of single precision, where widths fill no pairs or products are cut",
    arguments: [("rnn", 21), ("rnn", 530), ("gru", 20), ("gru", 47), ("lstm", 33)])
  func sameGradients(_ cell: String, hiddenSize: Int) throws {
    /// Every parameter after a step of plain descent.
    func parameters(_ precision: String, learningRate: String) throws -> [String: [Float]] {
      let output = "\(precision)-\(learningRate)"
      try train(
        output, steps: 1,
        [
          "--cell", cell, "--hidden-size", "\(hiddenSize)", "--layers", "2", "--embedding-size",
          "13", "--optimizer", "sgd", "--momentum", "0", "--weight-decay", "0", "--warmup", "0",
          "--clip-norm", "0", "--learning-rate", learningRate, "--precision", precision,
        ])
      let file = try SafetensorsFile(
        contentsOf: "\(training.folder.path)/\(output)/model.safetensors")
      return Dictionary(
        uniqueKeysWithValues: try file.records.map { ($0.name, try file.floats(named: $0.name)) })
    }
    let start = try parameters("float32", learningRate: "1e-12")
    let (single, half) = (
      try parameters("float32", learningRate: "1"), try parameters("bfloat16", learningRate: "1")
    )
    #expect(start.count > 8)
    for (name, values) in start {
      let moved = zip(values, try #require(single[name])).map { $1 - $0 }
      let rounded = zip(values, try #require(half[name])).map { $1 - $0 }
      let greatest = moved.reduce(0) { max($0, abs($1)) }
      let difference = zip(moved, rounded).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(greatest > 0 && difference < 0.03 * greatest, "\(name): \(difference / greatest)")
    }
  }
}
