import Recur
import TestSupport
import Testing

@Suite("Products of bfloat16")
struct PrecisionTests {
  private let training = SmallTraining()

  private func losses(_ precision: String, _ cell: [String]) throws -> [Double] {
    let fetched = try training.recur(["corpus", "fetch", "harbour", "--to", "."])
    #expect(fetched.code == 0, "\(fetched.errors)")
    let result = try training.recur(
      [
        "train", "lm", "harbour.txt", "--output", precision, "--precision", precision, "--steps",
        "500", "--layers", "1", "--embedding-size", "24", "--dropout", "0",
        "--learning-rate", "0.02", "--batch-size", "16", "--window", "24", "--sample-length", "0",
      ] + cell)
    #expect(result.code == 0, "\(result.errors)")
    let lines = String(
      decoding: training.folder.bytes(of: "\(precision)/metrics.jsonl") ?? [], as: UTF8.self)
    return try lines.split(separator: "\n").compactMap { line in
      let record = try SmallTraining.document(String(line))
      return record["kind"]?.string == "step" ? record["loss"]?.number : nil
    }
  }

  @Test(
    "The loss falls as that of single precision does, and a model tells a text's bits alike",
    // A width that fills no pairs, with a part that begins with a pair of its own.
    arguments: [
      ["--cell", "lstm", "--hidden-size", "48"], ["--cell", "gru", "--hidden-size", "47"],
    ])
  func sameCurve(_ cell: [String]) throws {
    let (single, half) = (try losses("float32", cell), try losses("bfloat16", cell))
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
    let (exact, rounded) = (try bits("float32"), try bits("bfloat16"))
    #expect(exact != rounded && abs(rounded / exact - 1) < 0.005)
  }
}
