import Recur
import TestSupport
import Testing

@Suite("The command line")
struct CommandLineTests {
  private let folder = TemporaryFolder()

  private func recur(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> RecurProcess.Result {
    try RecurProcess.run(arguments, in: folder.path, environment: environment)
  }

  @Test("The help is what it was")
  func goldenHelp() throws {
    let expected = """
      OVERVIEW: Train recurrent neural networks on text; write text and judge it with
      them.

      Data go to standard output, everything else to standard error. Every flag can
      be set in the environment as well (--batch-size: RECUR_BATCH_SIZE).

      EXAMPLES:
        recur corpus fetch shakespeare --to corpora
        recur train lm corpora/shakespeare.txt --output out/shakespeare --minutes 10
        recur generate out/shakespeare --prompt "ROMEO:" --length 500

      EXIT CODES:
        0    done
        64   wrong flag or argument
        65   data or model that cannot be used
        66   missing input
        70   defect of Recur
        73   output that cannot be created
        74   failed read or write
        75   held by another process
        77   missing permission
        78   configuration that cannot be used
        80   diverged training
        130  interrupted; 128 and the number of any other signal
        1    anything else

      USAGE: recur <subcommand>

      OPTIONS:
        --version               Show the version.
        -h, --help              Show help information.

      SUBCOMMANDS:
        train                   Train a model.
        generate                Write text with a trained model.
        sentiment               Score the sentiment of texts, or put them into other
                                classes.
        evaluate                Measure how well a model predicts texts or their
                                labels.
        tokenize                Show the tokens of a text.
        info                    Describe a model: architecture, parameters,
                                vocabulary, training.
        corpus                  List and fetch texts to train on.
        doctor                  Show versions, the processor, the chosen kernels and
                                measured speeds.
        benchmark               Measure how fast this machine trains, generates,
                                scores and tokenizes.

        See 'recur help <subcommand>' for detailed help.

      """
    let result = try recur(["--help"])
    #expect(result.code == 0 && result.errors.isEmpty)
    #expect(result.output == expected)
  }

  @Test(
    "Every command has help with examples, and names no alias",
    arguments: [
      ["train"], ["train", "lm"], ["train", "sentiment"], ["generate"], ["sentiment"], ["evaluate"],
      ["tokenize"],
      ["info"], ["corpus"],
      ["corpus", "list"], ["corpus", "fetch"], ["doctor"], ["benchmark"], ["benchmark", "train"],
      ["benchmark", "generate"], ["benchmark", "score"], ["benchmark", "tokenize"],
    ])
  func help(_ command: [String]) throws {
    let result = try recur(command + ["--help"])
    #expect(result.code == 0)
    #expect(result.output.contains("EXAMPLES:") && result.output.contains("recur "))
    #expect(!result.output.contains("--rnn-size") && !result.output.contains("--temp "))
  }

  @Test("Every flag of the issue is there")
  func documentedFlags() throws {
    let train = try recur(["train", "lm", "--help"]).output
    for flag in [
      "output", "tokenizer", "cell", "hidden-size", "layers", "embedding-size", "dropout",
      "tie-weights", "batch-size", "window", "epochs", "steps", "minutes", "optimizer",
      "learning-rate", "schedule", "warmup", "clip-norm", "clip-value", "weight-decay",
      "validation-fraction", "validation", "patience", "max-vocabulary", "min-count",
      "sample-every", "save-every", "resume", "seed", "threads", "config", "json",
    ] {
      #expect(train.contains("--\(flag)"), "\(flag)")
    }
    let generate = try recur(["generate", "--help"]).output
    for flag in [
      "prompt", "length", "temperature", "top-k", "top-p", "min-p", "repetition-penalty", "stop",
      "count", "seed", "json",
    ] {
      #expect(generate.contains("--\(flag)"), "\(flag)")
    }
  }

  @Test("Every setting of a training can be given as a flag")
  func settingsAreFlags() throws {
    let help = try recur(["train", "lm", "--help"]).output
    for key in TrainingOptions.CodingKeys.allCases where key != .files {
      #expect(help.contains(key.flag), "\(key.flag)")
    }
  }

  @Test("Mistakes get two lines, an exit code and a suggestion")
  func mistakes() throws {
    #expect(try recur(["doctor", "--thraeds", "2"]).isRefusal(64, naming: "--threads"))
    #expect(try recur(["trian"]).isRefusal(64, naming: "did you mean \"train\"?"))
    #expect(try recur(["corpus", "fecth"]).isRefusal(64, naming: "did you mean \"fetch\"?"))
    #expect(try recur(["corpus", "fetch", "shakespear"]).isRefusal(64, naming: "shakespeare"))
    #expect(try recur(["generate"]).isRefusal(64))
    #expect(try recur(["doctor"], environment: ["RECUR_THREADS": "0"]).isRefusal(64))
    #expect(try recur(["corpus", "list"], environment: ["RECUR_JSON": "maybe"]).isRefusal(64))
    #expect(
      try recur(["train", "lm", "a"], environment: ["RECUR_LOCKED_DROPOUT": "maybe"]).isRefusal(
        64, naming: "RECUR_LOCKED_DROPOUT is \"maybe\""))
  }

  @Test("Flags come from the environment where the command line does not say them")
  func environment() throws {
    let result = try recur(["corpus", "list"], environment: ["RECUR_JSON": "1"])
    #expect(try SmallTraining.document(result.output)["schema"]?.string == "recur.corpus.list/1")
  }

  @Test("Completions are made for three shells", arguments: ["bash", "zsh", "fish"])
  func completions(_ shell: String) throws {
    let result = try recur(["--generate-completion-script", shell])
    #expect(result.code == 0 && result.output.contains("benchmark"))
  }

  @Test("Colours need a terminal, and NO_COLOR, TERM and the flag are obeyed")
  func colors() throws {
    let mistake = ["corpus", "fetch", "nothing"]
    func shows(_ environment: [String: String]) throws -> Bool {
      try Terminal.run(mistake, in: folder.path, environment: environment).text.contains("\u{1B}[")
    }
    #expect(try shows([:]))
    #expect(try !shows(["NO_COLOR": "1"]))
    #expect(try !shows(["TERM": "dumb"]))
    #expect(try !recur(mistake).errors.contains("\u{1B}["))
    #expect(try recur(mistake, environment: ["FORCE_COLOR": "1"]).errors.contains("\u{1B}["))
  }

  @Test("A bundled corpus is fetched without a network, and then it is there")
  func corpus() throws {
    let first = try recur(["corpus", "fetch", "harbour", "--to", "texts"])
    #expect(first.code == 0 && first.output == "texts/harbour.txt\n", "\(first.errors)")
    let again = try SmallTraining.document(
      recur(["corpus", "fetch", "harbour", "--to", "texts", "--json"]).output)
    #expect(again["was_present"]?.bool == true)
    #expect(try recur(["corpus", "list"]).output.contains("shakespeare"))
  }

  @Test("The doctor knows versions, kernels and speeds, and warns of a forced core type")
  func doctor() throws {
    let arguments = ["doctor", "--seconds", "0.02", "--json"]
    let document = try SmallTraining.document(
      recur(arguments, environment: ["OPENBLAS_CORETYPE": ""]).output)
    #expect(document["schema"]?.string == "recur.doctor/1")
    for key in ["swift", "icu", "unicode", "openblas"] {
      #expect(document["versions"]?[key]?.string?.isEmpty == false, "\(key)")
    }
    #expect(document["kernels"]?.string == Kernels.name)
    for key in ["peak_gflops", "peak_gflops_one_thread", "read_gb_per_second"] {
      #expect(document[key]?.number ?? 0 > 0, "\(key)")
    }
    let forced = try recur(arguments, environment: ["OPENBLAS_CORETYPE": "Haswell"])
    let warnings = try #require(try SmallTraining.document(forced.output)["warnings"]?.elements)
    #expect(warnings.contains { $0.string?.contains("OPENBLAS_CORETYPE") == true })
  }

  @Test("Kernels can be forced by name, and a name that this processor cannot run is warned of")
  func forcedKernels() throws {
    func doctor(_ name: String) throws -> JSONValue {
      try SmallTraining.document(
        recur(
          ["doctor", "--seconds", "0.02", "--json"],
          environment: [Kernels.environmentVariable: name]
        ).output)
    }
    let forced = try doctor("portable")
    #expect(forced["kernels"]?.string == "portable")
    let refused = try doctor("sse9")
    #expect(refused["kernels"]?.string == Kernels.name)
    let warnings = try #require(refused["warnings"]?.elements)
    #expect(warnings.contains { $0.string?.contains("sse9") == true })
  }

  @Test("A benchmark of one thread says so in words")
  func oneThread() throws {
    let result = try recur([
      "benchmark", "train", "--batch-size", "2", "--window", "4", "--steps", "1", "--layers", "1",
      "--hidden-size", "4", "--embedding-size", "4", "--vocabulary-size", "8", "--threads", "1",
      "--seconds", "0",
    ])
    #expect(result.output.contains("2 × 4, 1 thread, "), "\(result.errors)\(result.output)")
  }

  @Test("A benchmark that cannot fit into memory is refused with what it needs")
  func hugeBenchmark() throws {
    let result = try recur(["benchmark", "train", "--batch-size", "65536", "--window", "1048576"])
    #expect(result.isRefusal(78, naming: "training", "--batch-size"), "\(result.errors)")
  }

  @Test("The benchmarks have the keys that others read")
  func benchmarks() throws {
    let sizes = [
      "--layers", "1", "--hidden-size", "8", "--threads", "1", "--seconds", "0", "--json",
    ]
    let train = try SmallTraining.document(
      recur(
        ["benchmark", "train", "--batch-size", "2", "--window", "4", "--steps", "2"]
          + ["--warmup", "1", "--save", "train.safetensors"] + sizes
      ).output)
    for key in [
      "tokens_per_second", "model_gflops", "peak_gflops", "fraction_of_peak", "peak_rss_mb",
    ] {
      #expect(train[key]?.number != nil, "\(key)")
    }
    // 4·8·(8 + 8) for the cell, 8·96 for the head.
    #expect(train["matrix_parameters"]?.integer == 4 * 8 * 16 + 8 * 96)
    let generate = try SmallTraining.document(
      recur(
        ["benchmark", "generate", "--length", "3", "--streams", "2", "--temperature", "0"]
          + ["--save", "generate.safetensors"] + sizes
      ).output)
    for key in [
      "characters_per_second", "weights_gb_per_second", "read_gb_per_second",
      "handover_microseconds", "peak_rss_mb",
    ] { #expect(generate[key]?.number ?? 0 > 0, "\(key)") }
    // The recurrent weights and the head's; of the embedding a row is taken.
    #expect(generate["weight_bytes"]?.integer == 4 * (4 * 8 * 8 + 8 * 96))
    let score = try SmallTraining.document(
      recur(["benchmark", "score", "--documents", "5", "--save", "score.safetensors"] + sizes)
        .output)
    for key in ["documents_per_second", "tokens_per_second", "model_gflops", "fraction_of_peak"] {
      #expect(score[key]?.number ?? 0 > 0, "\(key)")
    }
    let tooMuch = ["--documents", "1000000", "--median-length", "100000"]
    #expect(
      try recur(["benchmark", "score"] + tooMuch).isRefusal(78, naming: "--median-length"))
    // What a peer needs to compute the same.
    let trained = try SafetensorsFile(contentsOf: folder.path + "/train.safetensors")
    #expect(try trained.floats(named: "losses").count == 3)
    #expect(try trained.floats(named: "gradient_norms").count == 3)
    #expect(trained.record(named: "tokens")?.shape == [4 * 2 * 4 + 1])
    #expect(trained.record(named: "rnn.weight_hh_l0")?.shape == [32, 8])
    let generated = try SafetensorsFile(contentsOf: folder.path + "/generate.safetensors")
    #expect(generated.record(named: "characters")?.shape == [3])
    let saved = try SafetensorsFile(contentsOf: folder.path + "/score.safetensors")
    let count = try #require(score["tokens"]?.integer)
    #expect(saved.record(named: "tokens")?.shape == [count])
    #expect(saved.record(named: "logits")?.shape == [5, 2])
    folder.file("text.txt", SmallTraining.text.utf8)
    let tokenize = try SmallTraining.document(
      recur(["benchmark", "tokenize", "text.txt", "--seconds", "0", "--json"]).output)
    #expect(tokenize["kinds"]?.elements?.count == Segmentation.allCases.count)
  }

  @Test("A training on a terminal draws a line that never exceeds it")
  func progressLine() throws {
    let training = SmallTraining()
    let result = try Terminal.run(
      training.trainArguments("model", steps: 30, ["--evaluate-every", "10"]),
      in: training.folder.path, environment: ["LC_ALL": "C", "NO_COLOR": "1"])
    #expect(result.code == 0)
    #expect(result.text.contains("%|") && result.text.contains("bits/char"), "\(result.text)")
    let drawn = result.text.split(whereSeparator: { $0 == "\r" || $0 == "\n" || $0 == "\r\n" })
      .filter { $0.contains("%|") }
    #expect(!drawn.isEmpty)
    for line in drawn {
      #expect(line.utf8.allSatisfy { $0 < 0x80 }, "\(line)")
      #expect(line.count <= 80 + "\u{1B}[K".count, "\(line)")
    }
  }
}
