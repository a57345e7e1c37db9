import Recur
import RecurFiles
import Testing

@Suite struct ClassifierOptionsTests {
  @Test("All settings stand flat in one object, come back as they were, and every key is known")
  func roundTrip() throws {
    var options = ClassifierOptions()
    options.training.minutes = 3
    options.training.hiddenSize = [5, 6]
    options.textColumn = "body"
    options.labelColumn = "stars"
    options.format = .tsv
    options.strict = true
    options.pooling = .attention
    options.maximumTokens = 77
    options.pretrainMinutes = 1
    options.pretrainDropout = 0.1
    options.pretrainLearningRate = 0.01
    options.pretrainBatchSize = 9
    options.gradualUnfreezing = true
    options.discriminativeRate = 2.6
    options.classWeights = true
    options.baseline = false
    let json = try JSONGate.encode(options)
    let back = try JSONGate.decode(
      ClassifierOptions.self, from: json, limits: .configuration, path: "options")
    #expect(back == options)
    let value = try JSONValue(encoding: options)
    #expect(value["hidden_size"]?.elements?.count == 2 && value["text_column"]?.string == "body")
    for member in value.members ?? [] where !member.key.hasPrefix("sample_") {
      #expect(ClassifierOptions.keys.contains(member.key), "\(member.key)")
    }
  }

  @Test("An empty object has the defaults, which are a classifier's")
  func defaults() throws {
    let options = try JSONGate.decode(
      ClassifierOptions.self, from: Array("{}".utf8), limits: .configuration, path: "options")
    #expect(options == ClassifierOptions())
    #expect(options.training.hiddenSizes == [256] && options.training.duration == .epochs(5))
  }

  @Test(
    "Settings that do not go together are refused by their flags",
    arguments: [
      (#"{"init_from":"a","pretrain_minutes":1}"#, "--pretrain-minutes"),
      (#"{"init_from":"a","bidirectional":true,"freeze_core":true}"#, "--bidirectional"),
      (#"{"init_from":"a","pretrained_vectors":"b"}"#, "--pretrained-vectors"),
      (#"{"pretrain_epochs":1,"pretrained_vectors":"b"}"#, "--pretrained-vectors"),
      (#"{"freeze_core":true}"#, "--freeze-core"),
      (#"{"init_from":"a","freeze_core":true,"gradual_unfreezing":true}"#, "--gradual-unfreezing"),
      (#"{"files":["-","a","-"]}"#, "standard input is named twice"),
      (#"{"files":["-"],"validation":"-"}"#, "standard input is named twice"),
      (#"{"minutes":5,"pretrain_minutes":5}"#, "--minutes"),
      (#"{"discriminative_rate":0.5}"#, "--discriminative-rate"),
      (#"{"maximum_tokens":0}"#, "--maximum-tokens"),
      (#"{"excerpts":-1}"#, "--excerpts"), (#"{"excerpts":1001}"#, "--excerpts"),
      (#"{"adversarial_size":-1}"#, "--adversarial-size"),
      (#"{"format":"text"}"#, "--format"),
      (#"{"pretrain_dropout":1}"#, "--pretrain-dropout"),
    ])
  func refused(_ json: String, _ flag: String) throws {
    let options = try JSONGate.decode(
      ClassifierOptions.self, from: Array(json.utf8), limits: .configuration, path: "options")
    let error = #expect(throws: RecurError.self) { try options.validate() }
    #expect(error?.kind == .usage && error?.what.contains(flag) == true, "\(error?.what ?? "")")
  }
}
