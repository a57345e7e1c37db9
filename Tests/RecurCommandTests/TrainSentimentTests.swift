import FoundationEssentials
import Glibc
import Recur
import TestSupport
import Testing

@Suite("recur train sentiment")
struct TrainSentimentTests {
  private let training = SmallTraining()

  /// A labelled file of 60 rows in which every word says its class.
  private static let rows = (0..<60).map {
    $0 % 2 == 0 ? "a fine day by the sea\tgood\n" : "a dull day by the road\tbad\n"
  }.joined()

  private static let flags = [
    "--hidden-size", "6", "--embedding-size", "4", "--batch-size", "8", "--tokenizer", "word",
    "--threads", "1", "--learning-rate", "0.02",
  ]

  init() { training.folder.file("reviews.tsv", "text\tlabel\n\(Self.rows)".utf8) }

  private func train(
    _ output: String = "model", _ more: [String] = ["--steps", "20"]
  ) throws -> RecurProcess.Result {
    try training.recur(
      ["train", "sentiment", "reviews.tsv", "--output", output] + Self.flags + more)
  }

  @Test("A training leaves a calibrated model and shows the file, the classes and the baseline")
  func trainingLeavesModel() throws {
    let result = try train()
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.isEmpty)
    for words in [
      "TSV", "\"label\"", "bad 27, good 27", "baseline", "a linear classifier", "held out",
      "recur evaluate model",
    ] {
      #expect(result.errors.contains(words), "\(words) in \(result.errors)")
    }
    for name in [
      "config.json", "model.safetensors", "tokenizer.json", "README.md", "metrics.jsonl",
      "eval_results.json", "training_args.json",
    ] {
      #expect(training.folder.bytes(of: "model/\(name)") != nil, "\(name)")
    }
    let model = try SentimentModel(contentsOf: training.folder("model"))
    #expect(model.score("a fine day by the sea").label == "good")
    #expect(model.score("a dull day by the road").label == "bad")
  }

  @Test(
    "Warnings are shown without progress too, unless nothing is to be said",
    arguments: [true, false])
  func warnings(isQuiet: Bool) throws {
    training.folder.file(
      "reviews.tsv",
      Array("text\tlabel\n\(Self.rows)b".utf8) + [0xFF] + Array("ad\tbad\n".utf8))
    let result = try train(
      "model", ["--steps", "2", "--progress", "never"] + (isQuiet ? ["-q"] : []))
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("reviews.tsv:62: the row is not valid UTF-8") == !isQuiet)
    #expect(!isQuiet || result.errors.isEmpty)
    let strict = try train("strict", ["--steps", "2", "--strict", "-q"])
    #expect(strict.isRefusal(65, naming: "reviews.tsv:62"), "\(strict.errors)")
  }

  @Test("N-grams stand beside the network: the training, the report and the description say so")
  func ngrams() throws {
    let result = try train("model", ["--steps", "2", "--ngrams", "100"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("runs of one to three words beside the network"))
    #expect(training.folder.bytes(of: "model/ngrams.safetensors") != nil)
    let report = try training.recur(["evaluate", "model", "reviews.tsv"])
    #expect(report.output.contains("The network is the model without its n-grams."))
    let json = try training.recur(["evaluate", "model", "reviews.tsv", "--json"])
    let document = try SmallTraining.document(json.output)
    #expect(document["network"]?["log_loss"]?.number != document["model"]?["log_loss"]?.number)
    #expect(try training.recur(["info", "model"]).output.contains("N-grams"))
    let unweighed = try train("other", ["--ngrams", "100", "--validation-fraction", "0"])
    #expect(unweighed.isRefusal(64, naming: "error: --ngrams needs"), "\(unweighed.errors)")
  }

  @Test("With --json the summary is one document")
  func jsonSummary() throws {
    let result = try train("model", ["--steps", "20", "--json", "-q"])
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    let document = try SmallTraining.document(result.output)
    #expect(document["schema"]?.string == "recur.train/1")
    #expect(document["ending"]?.string == "completed" && document["steps"]?.integer == 20)
    #expect(document["classes"]?.elements?.map(\.string) == ["bad", "good"])
    #expect(document["best"]?["accuracy"]?.number == 1)
    #expect(document["baseline"]?["accuracy"]?.number == 1)
  }

  @Test("Settings come from the file, and the flags win over it; recipes have names")
  func settings() throws {
    training.folder.file(
      "settings.toml", "pooling = \"mean\"\nhidden-size = 5\nsteps = 3\n".utf8)
    let unknown = try train("model", ["--recipe", "imdb-11min"])
    #expect(unknown.code == 64 && unknown.errors.contains("imdb-10min"), "\(unknown.errors)")
    let plain = try train("plain", ["--config", "settings.toml", "--steps", "2", "-q"])
    #expect(plain.code == 0, "\(plain.errors)")
    let arguments = try SmallTraining.document(
      String(decoding: training.folder.bytes(of: "plain/training_args.json") ?? [], as: UTF8.self))
    #expect(arguments["options"]?["pooling"]?.string == "mean")
    #expect(arguments["options"]?["steps"]?.integer == 2)
    #expect(arguments["options"]?["hidden_size"]?.elements?.map(\.integer) == [6])
  }

  @Test("Killed and resumed, a training ends with the bytes of one that was never interrupted")
  func killedAndResumed() throws {
    let more = ["--steps", "200", "--save-every", "10", "--evaluate-every", "50", "-q"]
    #expect(try train("whole", more).code == 0)
    let process = try RecurProcess(
      ["train", "sentiment", "reviews.tsv", "--output", "broken"] + Self.flags + more,
      in: training.folder.path)
    try Wait.until {
      !TrainingFolder.checkpoints(in: training.folder("broken/checkpoints")).isEmpty
    }
    process.send(SIGKILL)
    #expect(process.wait().code == 128 + SIGKILL)
    let resumed = try training.recur([
      "train", "sentiment", "--resume", "--output", "broken", "-q",
    ])
    #expect(resumed.code == 0, "\(resumed.errors)")
    let expected = try #require(training.folder.bytes(of: "whole/model.safetensors"))
    #expect(training.folder.bytes(of: "broken/model.safetensors") == expected)
  }

  @Test("A signal saves and exits with its code, in either stage", arguments: [true, false])
  func signal(_ isPretraining: Bool) throws {
    let length =
      isPretraining
      ? ["--steps", "5", "--pretrain-epochs", "100000"]
      : ["--steps", "1000000", "--pretrain-epochs", "1"]
    let process = try RecurProcess(
      [
        "train", "sentiment", "reviews.tsv", "--output", "model", "--window", "8",
        "--pretrain-batch-size", "4",
      ] + Self.flags + length + ["--evaluate-every", "1000000"],
      in: training.folder.path)
    let metrics = isPretraining ? "model/pretraining/metrics.jsonl" : "model/metrics.jsonl"
    try Wait.until { training.folder.bytes(of: metrics)?.isEmpty == false }
    process.send(SIGINT)
    let result = process.wait()
    #expect(result.code == 128 + SIGINT, "\(result.errors)")
    #expect(result.errors.contains("recur train sentiment --resume --output model"))
    let folder = isPretraining ? "model/pretraining/checkpoints" : "model/checkpoints"
    #expect(!TrainingFolder.checkpoints(in: training.folder(folder)).isEmpty)
  }

  @Test(
    "Flags that would have no effect are refused by name",
    arguments: [
      (["--init-from", "lm", "--tokenizer", "word"], "--tokenizer", "--init-from"),
      (["--init-from", "lm", "--hidden-size", "6"], "--hidden-size", "--init-from"),
      (["--init-from", "lm", "--cell", "gru"], "--cell", "--init-from"),
      (["--softmax", "adaptive"], "--softmax", "--pretrain-epochs"),
      (["--tie-weights"], "--tie-weights", "--pretrain-epochs"),
      (["--window", "8"], "--window", "--pretrain-epochs"),
      (["--pretrain-dropout", "0.1"], "--pretrain-dropout", "--pretrain-epochs"),
      (
        ["--validation", "reviews.tsv", "--validation-fraction", "0.2"], "--validation",
        "--validation-fraction"
      ),
      (
        ["--init-from", "lm", "--freeze-core", "--gradual-unfreezing"], "--freeze-core",
        "--gradual-unfreezing"
      ),
      (
        ["--init-from", "lm", "--freeze-core", "--bidirectional"], "--bidirectional",
        "--freeze-core"
      ),
    ])
  func flagsWithoutEffect(_ flags: [String], _ first: String, _ second: String) throws {
    let result = try training.recur(
      ["train", "sentiment", "reviews.tsv", "--output", "model"] + flags)
    #expect(result.isRefusal(64, naming: first, second), "\(result.errors)")
  }

  @Test(
    "Settings of a file that would have no effect are refused as flags are, with the file",
    arguments: [
      ("window = 8", "window is for a language model"),
      ("init-from = \"lm\"\nhidden_size = 6", "hidden-size does not go with init-from"),
      (
        "validation = \"reviews.tsv\"\nvalidation-fraction = 0.2",
        "validation and validation-fraction both say"
      ),
    ])
  func fileWithoutEffect(_ text: String, _ words: String) throws {
    training.folder.file("settings.toml", text.utf8)
    let result = try training.recur([
      "train", "sentiment", "reviews.tsv", "--output", "model", "--config", "settings.toml",
    ])
    #expect(result.isRefusal(78, naming: words, "(settings.toml)"), "\(result.errors)")
  }

  @Test("The environment may hold settings for other runs")
  func environmentWithoutEffect() throws {
    let window = ["RECUR_WINDOW": "8", "RECUR_SOFTMAX": "adaptive"]
    let arguments = ["train", "sentiment", "reviews.tsv", "--output", "model"]
    let result = try training.recur(arguments + ["--steps", "2"] + Self.flags, environment: window)
    #expect(result.code == 0, "\(result.errors)")
    let flag = try training.recur(arguments + ["--bptt", "9"], environment: window)
    #expect(flag.isRefusal(64, naming: "error: --window is for"), "\(flag.errors)")
  }

  @Test("A recipe may hold settings that have no effect")
  func recipeWithoutEffect() throws {
    let result = try training.recur([
      "train", "sentiment", "reviews.tsv", "--output", "model", "--recipe", "imdb-10min",
      "--validation", "nowhere.tsv",
    ])
    #expect(result.isRefusal(66, naming: "nowhere.tsv"), "\(result.errors)")
  }

  @Test("A classifier begins with another, which decides its shape")
  func beginsWithClassifier() throws {
    let train = ["train", "sentiment", "reviews.tsv", "--steps", "2", "-q"]
    let first = try training.recur(
      train + ["--output", "first", "--bidirectional", "--pooling", "mean"] + Self.flags)
    #expect(first.code == 0, "\(first.errors)")
    training.folder.file(
      "more.tsv",
      String(decoding: training.folder.bytes(of: "reviews.tsv") ?? [], as: UTF8.self).utf8)
    let second = try training.recur([
      "train", "sentiment", "more.tsv", "--steps", "2", "-q", "--output", "second", "--init-from",
      "first",
    ])
    #expect(second.code == 0, "\(second.errors)")
    let card = String(decoding: training.folder.bytes(of: "second/README.md") ?? [], as: UTF8.self)
    #expect(card.contains("- more.tsv, ") && card.contains("- reviews.tsv, "), "\(card)")
    for key in [#""bidirectional" : true"#, #""pooling" : "mean""#] {
      #expect(
        String(decoding: training.folder.bytes(of: "second/config.json") ?? [], as: UTF8.self)
          .contains(key), "\(key)")
    }
    let refused = try training.recur(
      train + ["--output", "third", "--init-from", "first", "--pooling", "max"])
    #expect(refused.isRefusal(64, naming: "--pooling", "--init-from"), "\(refused.errors)")
  }

  @Test("A run from standard input is resumed only where its data are given again")
  func resumedFromStandardInput() throws {
    let input = "text\tlabel\n\(Self.rows)"
    let flags = ["--format", "tsv", "--output", "model", "--steps", "6", "-q"] + Self.flags
    #expect(try training.recur(["train", "sentiment", "-"] + flags, input: input).code == 0)
    let resume = ["--output", "model", "--resume", "-q"]
    let alone = try training.recur(["train", "sentiment"] + resume)
    #expect(alone.isRefusal(64, naming: "trained from standard input"), "\(alone.errors)")
    let again = try training.recur(["train", "sentiment", "-"] + resume, input: input)
    #expect(again.code == 0, "\(again.errors)")
  }

  @Test("Resuming a directory without a run is refused, and begins nothing there")
  func nothingToResume() throws {
    let result = try train("model", ["--resume"])
    #expect(
      result.isRefusal(66, naming: "no training to go on with", "(model)", "--resume"),
      "\(result.errors)")
    #expect(training.folder.bytes(of: "model/.lock") == nil)
  }

  @Test("A classifier that cannot fit into memory is refused before its weights are drawn")
  func memory() throws {
    let result = try RecurProcess.shell(
      "ulimit -v 1000000; exec \"$RECUR\" train sentiment reviews.tsv --output model "
        + "--hidden-size 4096 --threads 1", in: training.folder.path)
    #expect(
      result.isRefusal(78, naming: "the training needs about", "--maximum-tokens"),
      "\(result.errors)")
  }

  @Test("A run whose file got other labels is not resumed")
  func resumedWithOtherLabels() throws {
    #expect(try train("model", ["--steps", "6", "-q"]).code == 0)
    training.folder.file("reviews.tsv", "text\tlabel\n\(Self.rows)a plain day\tso-so\n".utf8)
    let result = try training.recur(["train", "sentiment", "--output", "model", "--resume"])
    #expect(
      result.code == 78 && result.errors.contains("bad, good, so-so"), "\(result.errors)")
  }

  @Test("What cannot be trained on is refused with what to do")
  func badInput() throws {
    training.folder.file("one.tsv", "text\tlabel\na\tgood\nb\tgood\nc\tgood\n".utf8)
    let one = try training.recur(["train", "sentiment", "one.tsv", "--output", "a"])
    #expect(one.isRefusal(65, naming: "every text has the label \"good\""), "\(one.errors)")
    let column = try train("b", ["--label-column", "stars"])
    #expect(column.isRefusal(64, naming: "stars", "label"), "\(column.errors)")
    training.folder.file("ragged.csv", "text,label\na,good\nb\nc,bad\nd,good\ne,bad\n".utf8)
    let strict = try training.recur([
      "train", "sentiment", "ragged.csv", "--output", "c", "--strict",
    ])
    #expect(strict.isRefusal(65, naming: "ragged.csv:3"), "\(strict.errors)")
    let lenient = try training.recur(
      [
        "train", "sentiment", "ragged.csv", "--output", "d", "--steps", "2",
        "--validation-fraction", "0",
      ] + Self.flags)
    #expect(lenient.code == 0 && lenient.errors.contains("ragged.csv:3"), "\(lenient.errors)")
    training.folder.file("vectors.txt", "fine 1 2 3 4\ndull 1 2 nan 4\n".utf8)
    let vectors = try train("e", ["--pretrained-vectors", "vectors.txt"])
    #expect(vectors.isRefusal(65, naming: "vectors.txt:2"), "\(vectors.errors)")
    let model = try training.recur([
      "train", "sentiment", "reviews.tsv", "--output", "f", "--init-from", "nowhere",
    ])
    #expect(model.code != 0 && model.errors.contains("nowhere"), "\(model.errors)")
  }
}
