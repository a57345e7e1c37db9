import Recur
import Testing

@Suite("The configuration of a language model")
struct LanguageModelConfigurationTests {
  private let valid = LanguageModelConfiguration(
    cell: .gru, vocabularySize: 300, embeddingSize: 8, hiddenSizes: [16, 8], dropout: 0.25,
    tiesWeights: true)

  private func decode(_ json: String) throws(RecurError) -> LanguageModelConfiguration {
    try JSONGate.decode(
      LanguageModelConfiguration.self, from: Array(json.utf8), limits: .configuration,
      path: "config.json")
  }

  @Test("What is written is read again, and has the keys that other readers look for")
  func roundTrip() throws {
    var forgetful = valid
    forgetful.cell = .lstm
    forgetful.forgetBias = 1
    var dropping = valid
    dropping.locksDropout = true
    dropping.inputDropout = 0.5
    dropping.embeddingDropout = 0.125
    dropping.weightDrop = 0.25
    var adaptive = valid
    adaptive.tiesWeights = false
    adaptive.adaptiveCutoffs = [30, 90]
    for configuration in [dropping, adaptive] {
      let bytes = try JSONGate.encode(configuration)
      #expect(try decode(String(decoding: bytes, as: UTF8.self)) == configuration)
    }
    for configuration in [valid, forgetful] {
      let bytes = try JSONGate.encode(configuration)
      #expect(try decode(String(decoding: bytes, as: UTF8.self)) == configuration)
      let json = try JSONGate.value(from: bytes, limits: .configuration, path: "")
      #expect(json["model_type"]?.string == "recur-language-model")
      #expect(json["cell"]?.string == configuration.cell.rawValue)
      #expect(json["vocab_size"]?.integer == 300)
      #expect(json["embedding_size"]?.integer == 8)
      #expect(json["hidden_sizes"]?.elements?.map(\.integer) == [16, 8])
      #expect(json["tie_weights"]?.bool == true)
      #expect(json["num_layers"]?.integer == 2)
      #expect(json["hidden_size"]?.integer == 8)
      #expect(json["torch_dtype"]?.string == "float32")
      #expect(json["forget_bias"]?.number == configuration.forgetBias)
    }
  }

  @Test("A probability that is 1 in the precision of the weights is no dropout")
  func almostOne() throws {
    let bad = LanguageModelConfiguration(
      cell: .gru, vocabularySize: 5, embeddingSize: 4, hiddenSizes: [4],
      dropout: Double(Real(1).nextDown) + 0.6 * Double(Real(1).ulp) / 2)
    #expect(bad.dropout <= 1)
    let error = #expect(throws: RecurError.self) { try bad.validate() }
    #expect(error?.what.contains("dropout is") == true)
  }

  @Test("All problems are listed at once")
  func allProblemsAtOnce() throws {
    let bad = LanguageModelConfiguration(
      cell: .gru, vocabularySize: 0, embeddingSize: -1, hiddenSizes: [1 << 31, 5], dropout: 1,
      tiesWeights: true, forgetBias: .nan)
    let error = #expect(throws: RecurError.self) { try bad.validate() }
    #expect(error?.kind == .badConfiguration)
    for word in ["vocab_size", "embedding_size", "hidden_sizes[0]", "dropout", "tie_weights"] {
      #expect(error?.what.contains(word) == true, "\(word) is not named")
    }
    #expect(error?.what.contains("forget_bias is nan") == true)
    #expect(error?.what.contains("forget_bias is for lstm") == true)
  }

  @Test("The number of parameters is bounded, also where it overflows")
  func parameterCountIsBounded() {
    for hiddenSizes in [[65_536, 65_536], Array(repeating: 65_536, count: 64)] {
      let large = LanguageModelConfiguration(
        cell: .lstm, vocabularySize: 1 << 24, embeddingSize: 65_536, hiddenSizes: hiddenSizes)
      #expect(throws: RecurError.self) { try large.validate() }
    }
    let deep = LanguageModelConfiguration(
      cell: .lstm, vocabularySize: 1, embeddingSize: 1,
      hiddenSizes: Array(repeating: 1, count: 100_000))
    #expect(throws: RecurError.self) { try deep.validate() }
    let overflowing = LanguageModelConfiguration(
      cell: .lstm, vocabularySize: .max, embeddingSize: .max, hiddenSizes: [.max])
    #expect(throws: RecurError.self) { try overflowing.validate() }
  }

  @Test("Every problem of a file is named, of type as of value")
  func problemsOfAFile() throws {
    let json = """
      {"model_type": "llama", "cell": "transformer", "vocab_size": "12", "embedding_size": 2.5,
       "hidden_sizes": [0], "dropout": -1, "num_layers": 1000000000}
      """
    let error = #expect(throws: RecurError.self) { _ = try decode(json) }
    for word in [
      "model_type", "cell", "vocab_size", "embedding_size", "hidden_sizes[0]", "dropout",
      "num_layers",
    ] {
      #expect(error?.what.contains(word) == true, "\(word) is not named in \(error?.what ?? "")")
    }
    let empty = #expect(throws: RecurError.self) { _ = try decode("{}") }
    for word in ["model_type", "cell", "vocab_size", "embedding_size", "hidden_sizes"] {
      #expect(empty?.what.contains("`\(word)` is missing") == true)
    }
    #expect(throws: RecurError.self) { _ = try decode("[]") }
  }

  @Test("Nothing is said of what follows from a key that cannot be read")
  func problemsThatFollow() throws {
    let error = #expect(throws: RecurError.self) {
      _ = try decode(
        """
        {"model_type": "recur-language-model", "cell": "lstn", "vocab_size": "90",
         "embedding_size": 8, "hidden_sizes": "8", "tie_weights": false, "forget_bias": 1,
         "adaptive_cutoffs": [20, 40], "torch_dtype": "float16"}
        """)
    }
    #expect(
      error?.what
        == "`cell` is not one of \(CellKind.allCases.map(\.rawValue).joined(separator: ", ")); "
        + "`vocab_size` is not a plain integer; `hidden_sizes` is not a list of plain integers; "
        + "`torch_dtype` is \"float16\", not \"float32\"")
  }

  @Test("Integers are plain integers, and keys of other tools are let pass")
  func integersArePlain() throws {
    func json(_ size: String) -> String {
      """
      {"model_type": "recur-language-model", "cell": "lstm", "vocab_size": \(size),
       "embedding_size": 3, "hidden_sizes": [4], "transformers_version": "5.0", "forget_bias": null}
      """
    }
    #expect(try decode(json("12")).vocabularySize == 12)
    for size in ["12.0", "1e1", "99999999999999999999", "null", "true"] {
      #expect(throws: RecurError.self, "\(size)") { _ = try decode(json(size)) }
    }
  }
}
