import FoundationEssentials
import Glibc
import Recur
import TestSupport
import Testing

@testable import RecurCommand

@Suite("recur sentiment")
struct SentimentCommandTests {
  private let small: SmallClassifier

  init() throws { small = try SmallClassifier() }

  /// The lines of JSON Lines.
  private func objects(_ text: String) throws -> [JSONValue] {
    try text.split(separator: "\n").map { try SmallTraining.document(String($0)) }
  }

  @Test("A text has one line: label, probability, bar and text")
  func argument() throws {
    let result = try small.sentiment(
      ["a good\nfilm \u{1B}[31m"], environment: ["LC_ALL": "C", "LANG": "C"])
    let score = small.model.score("a good\nfilm \u{1B}[31m")
    let filled = Int((score.probability * 10).rounded())
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 10 - filled)
    #expect(result.code == 0 && result.errors.isEmpty)
    #expect(
      result.output
        == "\(score.label)  \(NumberText.fixed(score.probability, 3))  \(bar)  "
        + "a good film \\u{1B}[31m\n")
    let two = try small.sentiment(["", "\u{1F600}"], environment: ["LC_ALL": "C.UTF-8"])
    #expect(two.code == 0 && two.output.split(separator: "\n").count == 2)
  }

  @Test("Rows keep their order and ids, and their probabilities are the model's")
  func rows() throws {
    let texts = (0..<3000).map { "\($0 % 3 == 0 ? "good" : "bad") film, \"\($0)\"" }
    let writer = ScoredRowWriter(.csv, columns: ["id", "review"])
    var file = writer.header()
    for (index, text) in texts.enumerated() {
      file += writer.line([.text("r\(index)"), .text(text)])
    }
    small.folder.file("in.csv", file)
    let result = try small.sentiment(["--input", "in.csv", "--output", "out.jsonl"])
    #expect(result.code == 0 && result.output.isEmpty)
    #expect(
      result.errors == "reading in.csv: CSV, with a header: text in \"review\", id in \"id\"\n")
    let output = String(decoding: small.folder.bytes(of: "out.jsonl") ?? [], as: UTF8.self)
    let rows = try objects(output)
    #expect(rows.compactMap { $0["id"]?.string } == texts.indices.map { "r\($0)" })
    #expect(rows.compactMap { $0["text"]?.string } == texts)
    for index in [0, 1, 1023, 1024, 2999] {
      let score = small.model.score(texts[index])
      #expect(rows[index]["label"]?.string == score.label)
      #expect(
        rows[index]["p_pos"]?.number == SmallClassifier.rounded(score.probabilities[1]))
    }
  }

  @Test("The output has the format of its name, else of the input; formulas are escaped")
  func formats() throws {
    small.folder.file("in.tsv", "text\tn\n=1+1\t3\n".utf8)
    let piped = try small.sentiment(["--input", "in.tsv", "--id-column", "n", "-q"])
    let score = small.model.score("=1+1")
    let numbers = ([score.probability] + score.probabilities).map(SmallClassifier.rounded)
    #expect(
      piped.output == "id\tlabel\tprobability\tp_neg\tp_pos\ttext\n"
        + "3\t\(score.label)\t\(numbers[0])\t\(numbers[1])\t\(numbers[2])\t'=1+1\n")
    let raw = try small.sentiment(["--input", "in.tsv", "--output", "o.csv", "--raw-csv", "-q"])
    #expect(raw.code == 0 && raw.errors.isEmpty)
    let file = String(decoding: small.folder.bytes(of: "o.csv") ?? [], as: UTF8.self)
    #expect(file.hasPrefix("label,probability,p_neg,p_pos,text\n") && file.hasSuffix(",=1+1\n"))
    let json = try small.sentiment(["--json", "a film"])
    #expect(try objects(json.output)[0]["text"]?.string == "a film")
    let standard = try small.sentiment(["--format", "text", "-q"], input: "one\n\ntwo")
    #expect(standard.output.split(separator: "\n").count == 4)
  }

  @Test("Below the threshold a text is called neutral")
  func threshold() throws {
    let sure = try small.sentiment(["--threshold", "0", "--json", "good"])
    let unsure = try small.sentiment(["--threshold", "1", "--json", "good"])
    #expect(try objects(sure.output)[0]["label"]?.string == small.model.score("good").label)
    #expect(try objects(unsure.output)[0]["label"]?.string == "neutral")
    #expect(
      try objects(unsure.output)[0]["probability"]?.number
        == SmallClassifier.rounded(small.model.score("good").probability))
  }

  @Test("Following a stream gives the score of everything so far, line by line")
  func follow() throws {
    let result = try small.sentiment(
      ["--follow", "--json"], input: "a good film\n\nnot bad\n")
    let lines = try objects(result.output)
    var stream = small.model.stream()
    let scores = ["a good film\n", "\n", "not bad\n"].map { stream.append($0) }
    #expect(
      lines.map { $0["p_pos"]?.number }
        == scores.map { SmallClassifier.rounded($0.probabilities[1]) })
    let control = try small.sentiment(["--json", "a\u{9B}2Jb"])
    #expect(control.output.contains(#"a\u009b2Jb"#))
    let table = try small.sentiment(["--follow"], input: "a good film\n")
    #expect(table.output.hasPrefix("label\tprobability\t"))
    #expect(table.output.split(separator: "\n").count == 2)
  }

  @Test("A line of a pipe is answered before the next one comes", arguments: [true, false])
  func live(follows: Bool) throws {
    let flags = follows ? "--follow" : "--input - --format text -q"
    let script = """
      mkfifo in out; exec 3<>in; $RECUR sentiment --model model \(flags) --json <in >out &
      exec 4<out; echo one >&3; read -t 20 -u 4 a; echo two >&3; read -t 20 -u 4 b; echo "$a"; echo "$b"
      kill $!; wait
      """
    let result = try RecurProcess.shell(script, in: small.folder.path)
    #expect(try objects(result.output).compactMap { $0["text"]?.string } == ["one", "two"])
  }

  @Test("Bad rows are left out and said, or are errors")
  func badRows() throws {
    small.folder.file("in.csv", "text,label\na,0\nb\nc,1\n".utf8)
    let lenient = try small.sentiment(["--input", "in.csv"])
    #expect(lenient.code == 0 && lenient.output.split(separator: "\n").count == 3)
    #expect(
      lenient.errors.hasSuffix(
        "warning: 1 row was left out\n  in.csv:3: 1 field where there should be 2\n"))
    let strict = try small.sentiment(["--input", "in.csv", "--strict", "--output", "o.csv", "-q"])
    #expect(strict.isRefusal(65, naming: "(in.csv:3)"))
    #expect(small.folder.bytes(of: "o.csv") == nil)
    #expect(!small.folder.contents.contains { $0.hasSuffix(".tmp") })
  }

  @Test("Without a model the one that ships is taken")
  func shippedModel() throws {
    let result = try small.training.recur(["sentiment", "A wonderful film, I loved it."])
    #expect(result.code == 0 && result.output.contains("positive"), "\(result.output)")
  }

  @Test("What cannot be scored is refused with what to do")
  func refusals() throws {
    let training = small.training
    #expect(try training.train("lm", steps: 1, ["-q"]).code == 0)
    #expect(
      try training.recur(["sentiment", "--model", "lm", "x"]).isRefusal(
        65, naming: "this is a language model", "recur train sentiment --init-from"))
    #expect(try small.sentiment(["--input", "none.csv"]).isRefusal(66, naming: "none.csv"))
    #expect(try small.sentiment(["x", "--input", "a.csv"]).isRefusal(64, naming: "not both"))
    #expect(
      try small.sentiment(["--follow", "--format", "csv"]).isRefusal(64, naming: "plain text"))
    small.folder.file("in.csv", "text,label\na,0\n".utf8)
    #expect(
      try small.sentiment(["--input", "in.csv", "--text-column", "txt"]).isRefusal(
        64, naming: "did you mean \"text\"?"))
    #expect(try small.sentiment(["--threshold", "nan", "x"]).isRefusal(64))
  }

  @Test("A line fits the terminal: texts are cut between characters, wide ones count twice")
  func width() {
    let line = SentimentLine(["neg", "positive"], unicode: true, width: 40)
    #expect(line.shown("overflow", label: "neg", probability: .nan).contains("nan"))
    #expect(
      line.shown("one  two\tthree four five", label: "neg", probability: 0.7312)
        == "neg       0.731  ███████▎    one two th…\n")
    #expect(line.shown("世界世界世界世", label: "neg", probability: 1).hasSuffix("█  世界世界世…\n"))
    #expect(line.shown("exactly 11.", label: "neg", probability: 0).hasSuffix("  exactly 11.\n"))
    let narrow = SentimentLine(["neg"], unicode: false, width: 3)
    #expect(narrow.shown("text", label: "neg", probability: 0.5) == "neg  0.500  #####.....  \n")
  }
}
