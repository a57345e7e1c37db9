import Recur
import Testing

@Suite("The configuration of a sequence classifier")
struct SequenceClassifierConfigurationTests {
  private let configuration = SequenceClassifierConfiguration(
    cell: .lstm, vocabularySize: 300, embeddingSize: 16, hiddenSizes: [32, 24],
    isBidirectional: true, pooling: .attention, dropout: 0.25,
    classNames: ["negativ", "positiv, \"sehr\"", "\u{1F642}"], temperature: 1.375, forgetBias: 1,
    maximumTokens: 200)

  private func decode(_ text: String) throws(RecurError) -> SequenceClassifierConfiguration {
    try JSONGate.decode(
      SequenceClassifierConfiguration.self, from: Array(text.utf8), limits: .configuration,
      path: "config.json")
  }

  private func json(_ change: (String) -> String = { $0 }) throws -> String {
    change(String(decoding: try JSONGate.encode(configuration), as: UTF8.self))
  }

  @Test("What is written is read again, with the keys that the hub knows")
  func roundTrip() throws {
    let text = try json()
    #expect(try decode(text) == configuration)
    let value = try JSONGate.value(
      from: Array(text.utf8), limits: .configuration, path: "config.json")
    #expect(value["model_type"]?.string == "recur-sequence-classifier")
    #expect(value["id2label"]?["1"]?.string == "positiv, \"sehr\"")
    #expect(value["label2id"]?["negativ"]?.integer == 0)
    #expect(value["problem_type"]?.string == "single_label_classification")
    #expect(value["num_layers"]?.integer == 2 && value["hidden_size"]?.integer == 24)
    #expect(value["architectures"]?.elements?.map(\.string) == ["RecurSequenceClassifier"])
  }

  @Test("What is dropped is written where something is")
  func dropout() throws {
    let keys = ["locked_dropout", "input_dropout", "embedding_dropout", "weight_drop"]
    let plain = try json()
    #expect(keys.allSatisfy { !plain.contains($0) })
    #expect(plain.contains("\"dropout\" : 0.25"))
    var dropping = configuration
    dropping.locksDropout = true
    dropping.inputDropout = 0.5
    dropping.embeddingDropout = 0.125
    dropping.weightDrop = 0.25
    let text = String(decoding: try JSONGate.encode(dropping), as: UTF8.self)
    #expect(keys.allSatisfy { text.contains($0) })
    #expect(try decode(text) == dropping)
  }

  @Test("What may be missing has its default")
  func defaults() throws {
    let read = try decode(
      """
      {"model_type": "recur-sequence-classifier", "cell": "gru", "vocab_size": 9,
       "embedding_size": 4, "hidden_sizes": [5], "pooling": "mean", "torch_dtype": "float16",
       "id2label": {"0": "no", "1": "yes"}}
      """)
    #expect(
      read
        == SequenceClassifierConfiguration(
          cell: .gru, vocabularySize: 9, embeddingSize: 4, hiddenSizes: [5], pooling: .mean,
          classNames: ["no", "yes"]))
  }

  @Test("Every problem is in one line")
  func allProblems() throws {
    let error = #expect(throws: RecurError.self) {
      _ = try decode(
        """
        {"model_type": "bert", "cell": "lstm", "vocab_size": 0, "embedding_size": "x",
         "hidden_sizes": [5], "pooling": "median", "temperature": -1, "dropout": 1,
         "maximum_tokens": 0, "id2label": {"0": "a", "2": "b"}}
        """)
    }
    #expect(error?.kind == .badConfiguration || error?.kind == .badData)
    for part in [
      "\"bert\"", "vocab_size is 0", "`embedding_size`", "`pooling` is not one of last, mean",
      "temperature is -1", "dropout is 1", "maximum_tokens is 0", "none is \"1\"",
    ] {
      #expect(error?.what.contains(part) == true, "\(part) in \(error?.what ?? "")")
    }
  }

  @Test("Classes that are one, twice there or contradictory are refused")
  func classes() throws {
    for (names, part) in [
      (["a"], "1 classes"), (["a", "b", "a"], "\"a\" twice"), ([], "0 classes"),
      (["caf\u{E9}", "cafe\u{301}"], "twice"),
      ([String(repeating: "x", count: 70_000), "b"], "70001 bytes"),
    ] {
      var changed = configuration
      changed.classNames = names
      let error = #expect(throws: RecurError.self) { try changed.validate() }
      #expect(error?.what.contains(part) == true)
    }
    let error = #expect(throws: RecurError.self) {
      _ = try decode(
        """
        {"model_type": "recur-sequence-classifier", "cell": "gru", "vocab_size": 9,
         "embedding_size": 4, "hidden_sizes": [5], "pooling": "mean",
         "id2label": {"0": "no", "1": "yes"}, "label2id": {"no": 1, "yes": 0}}
        """)
    }
    #expect(error?.what.contains("label2id") == true)
  }

  @Test("The greatest configuration that is possible can be read again")
  func greatestNames() throws {
    var changed = configuration
    let names = SequenceClassifierConfiguration.maximumClassCount
    changed.classNames = (0..<names).map { "\u{1}\u{1}\u{1}\u{1}\($0)" }
    try changed.validate()
    let bytes = try JSONGate.encode(changed)
    let read = try JSONGate.decode(
      SequenceClassifierConfiguration.self, from: bytes, limits: .configuration,
      path: "config.json")
    #expect(read == changed)
  }

  @Test("A configuration cut at any length is refused and never trapped on")
  func truncation() throws {
    let bytes = Array(try json().utf8)
    for length in 0..<bytes.count - 1 {
      #expect(throws: RecurError.self) {
        _ = try decode(String(decoding: bytes[..<length], as: UTF8.self))
      }
    }
  }
}
