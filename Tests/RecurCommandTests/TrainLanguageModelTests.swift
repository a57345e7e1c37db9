import FoundationEssentials
import Glibc
import Recur
import TestSupport
import Testing

@Suite("recur train lm")
struct TrainLanguageModelTests {
  @Test("A training leaves a model and says where it is and what to do next")
  func trainingLeavesModel() throws {
    let training = SmallTraining()
    let result = try training.train()
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("model") && result.errors.contains("recur generate model"))
    for name in [
      "config.json", "model.safetensors", "tokenizer.json", "README.md", "metrics.jsonl",
    ] {
      #expect(training.folder.bytes(of: "model/\(name)") != nil, "\(name)")
    }
  }

  @Test("With --json the summary is one document")
  func jsonSummary() throws {
    let training = SmallTraining()
    let result = try training.train("model", steps: 6, ["--json", "-q"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    let document = try SmallTraining.document(result.output)
    #expect(document["schema"]?.string == "recur.train/1")
    #expect(document["ending"]?.string == "completed")
    #expect(document["steps"]?.integer == 6)
    #expect(document["model"]?.string == "model")
    #expect(document["best"]?["bits_per_character"]?.number != nil)
  }

  @Test("Other spellings of flags mean the same")
  func aliases() throws {
    let training = SmallTraining()
    let result = try training.recur([
      "train", "lm", "--data", "text.txt", "--output_dir", "a", "--max-steps", "3", "--rnn-size=6",
      "--num_layers", "1", "--emsize", "4", "--batch_size", "4", "--seq-length", "10", "--lr",
      "1e-3",
      "--grad-clip-norm", "1", "--model-type", "GRU", "--val-fraction", "0.2", "-q", "--json",
    ])
    #expect(result.code == 0, "\(result.errors)")
    let info = try SmallTraining.document(training.recur(["info", "a", "--json"]).output)
    #expect(info["configuration"]?["cell"]?.string == "gru")
    #expect(info["configuration"]?["hidden_sizes"]?.elements?.map(\.integer) == [6])
  }

  @Test("The command line wins over the environment, that over the file, the file over the default")
  func precedence() throws {
    let training = SmallTraining()
    training.folder.file(
      "settings.toml",
      """
      # a small model
      hidden-size = 5
      embedding_size = 3
      layers = 2
      cell = "rnn"
      epochs = 2
      """.utf8)
    let result = try training.recur(
      [
        "train", "lm", "text.txt", "-o", "model", "--config", "settings.toml", "--hidden-size", "7",
        "--steps", "2", "--batch-size", "4", "-q",
      ],
      environment: ["RECUR_EMBEDDING_SIZE": "6", "RECUR_HIDDEN_SIZE": "9", "RECUR_WINDOW": "10"])
    #expect(result.code == 0, "\(result.errors)")
    let document = try SmallTraining.document(training.recur(["info", "model", "--json"]).output)
    let configuration = try #require(document["configuration"])
    #expect(configuration["hidden_sizes"]?.elements?.map(\.integer) == [7, 7])
    #expect(configuration["embedding_size"]?.integer == 6)
    #expect(configuration["cell"]?.string == "rnn_tanh")
    #expect(document["training"]?["options"]?["steps"]?.integer == 2)
    #expect(document["training"]?["options"]?["window"]?.integer == 10)
  }

  @Test("Settings in JSON do the same as in TOML")
  func jsonConfiguration() throws {
    let training = SmallTraining()
    training.folder.file("settings.json", #"{"hidden-size": [6], "layers": 1, "window": 10}"#.utf8)
    let result = try training.recur([
      "train", "lm", "text.txt", "-o", "model", "--config", "settings.json", "--steps", "1",
      "--batch-size", "4", "--sample-length", "0", "-q",
    ])
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test("A JSON document that is no object is no configuration", arguments: ["[]", "3", "\"x\""])
  func noConfiguration(_ text: String) throws {
    let training = SmallTraining()
    training.folder.file("settings.json", text.utf8)
    let result = try training.recur([
      "train", "lm", "text.txt", "-o", "model", "--config", "settings.json",
    ])
    #expect(result.isRefusal(78, naming: "settings.json", "object"), "\(result.errors)")
  }

  @Test(
    "A configuration that cannot be is refused with its file",
    arguments: [
      ("hiden-size = 5", "hidden_size"), ("hidden-size = 0", "hidden-size"),
      ("batch-size = \"many\"", "batch_size"), ("cell = \"lstn\"", "lstm"), ("window = ", ":1"),
      ("learning-rate = nan", "learning_rate"), ("window = 1\nwindow = 2", ":2"),
      ("window = 1\n[window]\nx = 2", ":2"), ("dropout = 1", "dropout"),
    ])
  func wrongConfiguration(_ text: String, _ word: String) throws {
    let training = SmallTraining()
    training.folder.file("settings.toml", text.utf8)
    let result = try training.recur([
      "train", "lm", "text.txt", "-o", "model", "--config", "settings.toml",
    ])
    #expect(result.isRefusal(78, naming: "settings.toml", word), "\(result.code) \(result.errors)")
  }

  @Test(
    "Every numeric flag out of its range is refused before anything is written",
    arguments: [
      ["--hidden-size", "0"], ["--hidden-size", "4,x"], ["--hidden-size", "99999999999999999999"],
      ["--layers", "-1"], ["--layers", "65"], ["--embedding-size", "0"], ["--dropout", "1"],
      ["--dropout", "nan"], ["--dropout", "0,3"], ["--batch-size", "0"], ["--window", "0"],
      ["--epochs", "0"], ["--minutes", "-1"], ["--minutes", "inf"], ["--learning-rate", "0"],
      ["--learning-rate", "-0.1"], ["--learning-rate", "1e999"], ["--warmup", "-5"],
      ["--clip-norm", "-1"], ["--clip-value", "nan"], ["--weight-decay", "-1"],
      ["--validation-fraction", "1.5"], ["--patience", "-1"], ["--max-vocabulary", "3"],
      ["--min-count", "0"], ["--sample-every", "-1"], ["--save-every", "-1"], ["--seed", "-1"],
      ["--seed", "18446744073709551616"], ["--seed", "9223372036854775808"], ["--threads", "0"],
      ["--threads", "1025"],
      ["--tokenizer", "letter"], ["--cell", "transformer"], ["--optimizer", "lion"],
      ["--schedule", "step"], ["--epochs", "1", "--steps", "2"], ["--no-such-flag"],
    ])
  func outOfRange(_ arguments: [String]) throws {
    let training = SmallTraining()
    let result = try training.recur(["train", "lm", "text.txt", "-o", "model"] + arguments)
    #expect(result.isRefusal(64), "\(result.code) \(result.errors)")
    #expect(training.folder.bytes(of: "model/config.json") == nil)
  }

  @Test("A learning rate that is far too large ends with 80 and names the step")
  func divergence() throws {
    let training = SmallTraining()
    let result = try training.train(
      "model", steps: 300,
      [
        "--cell", "rnn-relu", "--optimizer", "sgd", "--learning-rate", "1000", "--warmup", "0",
        "--clip-norm", "0", "-q",
      ])
    #expect(result.isRefusal(80, naming: "step"), "\(result.code) \(result.errors)")
  }

  @Test("A second training in the same directory ends at once with 75")
  func secondTraining() throws {
    let training = SmallTraining()
    let arguments = training.trainArguments("model", steps: 100_000, ["-q"])
    let first = try RecurProcess(arguments, in: training.folder.path)
    defer {
      first.send(SIGKILL)
      _ = first.wait()
    }
    try Wait.until { training.folder.bytes(of: "model/metrics.jsonl") != nil }
    let second = try training.recur(arguments)
    #expect(second.isRefusal(75, naming: "model"), "\(second.code) \(second.errors)")
  }

  @Test("A directory that already holds a model is not trained over by mistake")
  func existingModel() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let result = try training.train()
    #expect(result.isRefusal(73, naming: "--resume"), "\(result.code) \(result.errors)")
  }

  @Test(
    "Resuming a directory without a run is refused, by a flag, a file or the environment",
    arguments: ["none", "empty", "copied"])
  func nothingToResume(_ output: String) throws {
    let training = SmallTraining()
    for name in ["empty", "copied"] { try Folder.create(training.folder(name)) }
    // A model whose run is not beside it.
    for name in ["config.json", "model.safetensors", "training_args.json"] {
      training.folder.file("copied/\(name)", "{}".utf8)
    }
    training.folder.file("settings.toml", "resume = true".utf8)
    for (more, environment) in [
      (["--resume"], [:]), (["--config", "settings.toml"], [:]), ([], ["RECUR_RESUME": "1"]),
    ] {
      let result = try training.recur(
        training.trainArguments(output, steps: 2, more), environment: environment)
      #expect(
        result.isRefusal(66, naming: "no training to go on with", "(\(output))", "--resume"),
        "\(more): \(result.errors)")
    }
    #expect(training.folder.bytes(of: "\(output)/.lock") == nil)
  }

  @Test(
    "The command line wins over the environment, which wins over a file; RECUR_VERSION means nothing"
  )
  func environment() throws {
    let training = SmallTraining()
    training.folder.file("settings.toml", "tie-weights = true".utf8)
    let more = ["-q", "--config", "settings.toml", "--embedding-size", "6"]
    let variables = [
      "RECUR_TIE_WEIGHTS": "0", "RECUR_EPOCHS": "5", "RECUR_VERSION": "0.1.0", "RECUR_HELP": "1",
    ]
    let result = try training.recur(
      training.trainArguments("denied", steps: 2, more), environment: variables)
    #expect(result.code == 0, "\(result.errors)")
    func configuration(_ name: String) throws -> JSONValue {
      let bytes = training.folder.bytes(of: "\(name)/config.json") ?? []
      return try SmallTraining.document(String(decoding: bytes, as: UTF8.self))
    }
    #expect(try configuration("denied")["tie_weights"]?.bool != true)
    _ = try training.train("tied", steps: 2, more)
    #expect(try configuration("tied")["tie_weights"]?.bool == true)
  }

  @Test("A run that ended before its first checkpoint is resumed from its first step")
  func resumedBeforeTheFirstCheckpoint() throws {
    let training = SmallTraining()
    #expect(try training.train("whole", steps: 6, ["-q"]).code == 0)
    for arguments in [
      training.trainArguments("broken", steps: 6, ["-q", "--resume"]),
      ["train", "lm", "--output", "short", "-q", "--resume"],
    ] {
      let output = arguments.contains("short") ? "short" : "broken"
      try Folder.create(training.folder(output))
      training.folder.file(
        "\(output)/training_args.json",
        training.folder.bytes(of: "whole/training_args.json") ?? [])
      let resumed = try training.recur(arguments)
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(
        training.folder.bytes(of: "\(output)/model.safetensors")
          == training.folder.bytes(of: "whole/model.safetensors"))
    }
  }
}

/// Waiting for something to happen elsewhere.
enum Wait {
  /// Waits until it is so, at most a minute.
  static func until(_ isSo: () -> Bool) throws {
    for _ in 0..<12_000 {
      if isSo() { return }
      usleep(5000)
    }
    try #require(isSo(), "it did not happen within a minute")
  }
}
