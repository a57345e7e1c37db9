import Recur
import TestSupport
import Testing

@Suite("recur generate, evaluate, info, tokenize")
struct GenerateTests {
  @Test("The same seed writes the same text, as lines and as JSON, for any number of samples")
  func seeds() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let arguments = ["generate", "model", "--prompt", "The ", "--length", "30", "--seed", "5"]
    let text = try training.recur(arguments)
    #expect(text.code == 0 && text.errors.isEmpty, "\(text.errors)")
    #expect(text.output.hasPrefix("The "))
    #expect(try training.recur(arguments).output == text.output)
    let document = try SmallTraining.document(
      training.recur(arguments + ["--json", "--count", "3"]).output)
    #expect(document["schema"]?.string == "recur.generate/1")
    #expect(document["seed"]?.integer == 5)
    let samples = try #require(document["samples"]?.elements)
    #expect(samples.count == 3)
    #expect(samples[0]["tokens"]?.integer == 30)
    #expect(samples[0]["finish_reason"]?.string == "length")
    let first = try #require(samples[0]["text"]?.string)
    let printed = "The " + first
    #expect(text.output == (printed.hasSuffix("\n") ? printed : printed + "\n"))
    let several = try training.recur(arguments + ["--count", "2", "--omit-prompt"]).output
    #expect(several.contains("--- 1 of 2\n") && several.contains("--- 2 of 2\n"))
  }

  @Test("Weights of 8 bits write and evaluate texts, and are refused for training")
  func wholeNumbers() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let int8 = ["--precision", "int8"]
    let text = try training.recur(
      ["generate", "model", "--prompt", "The ", "--length", "30", "--seed", "5"] + int8)
    #expect(text.code == 0 && text.output.hasPrefix("The "), "\(text.errors)")
    func bits(_ more: [String]) throws -> Double {
      let result = try training.recur(["evaluate", "model", "text.txt", "--json"] + more)
      return try #require(
        SmallTraining.document(result.output)["bits_per_character"]?.number, "\(result.errors)")
    }
    #expect(abs(try bits(int8) / bits([]) - 1) < 0.005)
    for command in [
      training.trainArguments("other", steps: 1), ["benchmark", "train", "--steps", "1"],
    ] {
      let refused = try training.recur(command + int8)
      #expect(refused.isRefusal(64, naming: "int8", "float32"), "\(refused.errors)")
    }
  }

  @Test(
    "Settings out of their range are refused",
    arguments: [
      ["--temperature", "nan"], ["--temperature", "-1"], ["--temp=0,8"], ["--top-k", "-1"],
      ["--top-p", "0"], ["--top-p", "1.1"], ["--min-p", "2"], ["--repetition-penalty", "0"],
      ["--length", "-1"], ["--length", "12345678901234567890"], ["--count", "0"], ["--seed", "x"],
      ["--stop", ""],
    ])
  func ranges(_ arguments: [String]) throws {
    let folder = TemporaryFolder()
    let result = try RecurProcess.run(["generate", "model"] + arguments, in: folder.path)
    #expect(result.isRefusal(64), "\(result.code) \(result.errors)")
  }

  @Test("On a terminal controls are shown, on a pipe and with --raw they are sent")
  func controls() throws {
    let training = SmallTraining()
    let control = "\u{1B}[31m\u{202E}x\u{7F}\u{9B}"
    training.folder.file("text.txt", String(repeating: control + "abc\n", count: 200).utf8)
    #expect(try training.train("model", steps: 2).code == 0)
    let arguments = [
      "generate", "model", "--prompt", control, "--length", "0", "--color", "never",
    ]
    let shown = try Terminal.run(arguments, in: training.folder.path)
    #expect(shown.code == 0)
    #expect(shown.text.contains("\\u{1B}[31m\\u{202E}x\\u{7F}\\u{9B}"), "\(shown.text)")
    #expect(!shown.text.contains("\u{1B}"))
    let raw = try Terminal.run(arguments + ["--raw"], in: training.folder.path)
    #expect(raw.text.contains(control))
    #expect(try training.recur(arguments).output == control + "\n")
  }

  @Test("A reader that leaves early ends the command quietly")
  func earlyReader() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let result = try RecurProcess.shell(
      #"set -o pipefail; "$RECUR" generate model --length 2000000 | head -c 5 | wc -c"#,
      in: training.folder.path)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.code) \(result.errors)")
    #expect(result.output.contains("5"))
    let tokens = try RecurProcess.shell(
      #"set -o pipefail; cat text.txt text.txt text.txt | "$RECUR" tokenize model | head -1"#,
      in: training.folder.path)
    #expect(tokens.errors.isEmpty, "\(tokens.errors)")
  }

  @Test("A full device is an error of writing")
  func fullDevice() throws {
    let training = SmallTraining()
    let result = try RecurProcess.shell(
      #""$RECUR" tokenize --tokenizer word text.txt > /dev/full"#, in: training.folder.path)
    #expect(result.isRefusal(74), "\(result.code) \(result.errors)")
  }

  @Test("Evaluation gives nats, bits and perplexity that agree with each other")
  func evaluation() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let result = try training.recur(["evaluate", "model", "text.txt", "text.txt", "--json"])
    #expect(result.code == 0, "\(result.errors)")
    let document = try SmallTraining.document(result.output)
    #expect(document["schema"]?.string == "recur.evaluate/1")
    #expect(document["texts"]?.elements?.count == 2)
    let nats = try #require(document["nats_per_token"]?.number)
    let bits = try #require(document["bits_per_token"]?.number)
    #expect(abs(bits * 0.693_147_180_559_945_3 - nats) < 1e-9)
    // All characters of this text are single bytes, and tokens.
    #expect(document["bits_per_byte"]?.number == bits)
    #expect(document["tokens"]?.integer == 2 * (SmallTraining.text.utf8.count - 1))
    let table = try training.recur(["evaluate", "model", "text.txt"])
    #expect(table.output.contains("perplexity"))
    training.folder.file("line.txt", "The tide\n".utf8)
    let tokens = try training.recur(["evaluate", "model", "line.txt", "--per-token"]).output
      .split(separator: "\n")
    #expect(tokens.count == 9)
    #expect(tokens[0] == "-\t\"T\"")
    #expect(tokens[8].hasSuffix("\t\"\\n\""))
  }

  @Test("Info shows the architecture, the parameters and the record of the training")
  func info() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let text = try training.recur(["info", "model"]).output
    for word in ["lstm", "rnn.weight_hh_l0", "(24, 6)", "character", "batch_size"] {
      #expect(text.contains(word), "\(word)")
    }
    let document = try SmallTraining.document(training.recur(["info", "model", "--json"]).output)
    #expect(document["schema"]?.string == "recur.info/1")
    let shapes = try #require(document["parameters"]?.elements)
    let count = shapes.reduce(0) { total, parameter in
      total + (parameter["shape"]?.elements ?? []).reduce(1) { $0 * ($1.integer ?? 0) }
    }
    #expect(document["parameter_count"]?.integer == count)
  }

  @Test("Tokens tile the text, with a model's tokenizer and with one made for the text")
  func tokens() throws {
    let training = SmallTraining()
    #expect(try training.train().code == 0)
    let text = "Teaßet 🏳️‍🌈\n"
    let lines = try training.recur(
      ["tokenize", "--tokenizer", "grapheme", "--offsets"], input: text
    ).output.split(separator: "\n").map { $0.split(separator: "\t") }
    var end = 0
    for line in lines {
      #expect(Int(line[0]) == end)
      end = try #require(Int(line[1]))
    }
    #expect(end == text.utf8.count && lines.count == 9)
    let document = try SmallTraining.document(
      training.recur(["tokenize", "model", "--json"], input: text).output)
    #expect(document["schema"]?.string == "recur.tokenize/1")
    // ß and the flag are not in the model's vocabulary: their bytes are.
    let bytes = try #require(document["tokens"]?.elements).compactMap { $0["byte"]?.integer }
    #expect(bytes.starts(with: [0xC3, 0x9F]))
    #expect(try training.recur(["tokenize"]).isRefusal(64))
    #expect(try training.recur(["tokenize", "--tokenizer", "word", "a", "b"]).isRefusal(64))
  }
}
