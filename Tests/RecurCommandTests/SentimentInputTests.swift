import Glibc
import Recur
import TestSupport
import Testing

@Suite("What recur sentiment reads and writes")
struct SentimentInputTests {
  private let small: SmallClassifier

  init() throws { small = try SmallClassifier() }

  /// The texts of rows of JSON Lines.
  private func texts(_ output: String) throws -> [String?] {
    try output.split(separator: "\n").map { try SmallTraining.document(String($0))["text"]?.string }
  }

  @Test("A row that is not UTF-8 is left out; the rows before an error are written")
  func invalidRows() throws {
    small.folder.file("in.txt", Array("good\nb".utf8) + [0xFF] + Array("ad\nfilm\n".utf8))
    let flags = ["--input", "in.txt", "--format", "text", "--json"]
    let lenient = try small.sentiment(flags)
    #expect(try lenient.code == 0 && texts(lenient.output) == ["good", "film"])
    #expect(lenient.errors.hasSuffix("  in.txt:2: the row is not valid UTF-8\n"))
    for more in [["--strict"], ["--invalid-utf8", "stop"]] {
      let stopped = try small.sentiment(flags + ["-q"] + more)
      #expect(try stopped.code == 65 && texts(stopped.output) == ["good"])
      #expect(stopped.errors.contains("(in.txt:2:6)"), "\(stopped.errors)")
    }
    let mended = try small.sentiment(flags + ["--invalid-utf8", "skip"])
    #expect(try texts(mended.output) == ["good", "bad", "film"])
  }

  @Test("A row of a table from a pipe is answered before the next one comes")
  func liveTable() throws {
    let script = """
      mkfifo in out; exec 3<>in
      $RECUR sentiment --model model --input - --format csv -q --json <in >out & exec 4<out
      printf 'text,n\\r\\none,1\\r\\n' >&3; read -t 20 -u 4 a; printf 'two,2\\r\\n' >&3
      read -t 20 -u 4 b; echo "$a"; echo "$b"; kill $!; wait
      """
    let result = try RecurProcess.shell(script, in: small.folder.path)
    #expect(try texts(result.output) == ["one", "two"])
  }

  @Test("An output that is misnamed or would replace the input is refused")
  func refusedOutputs() throws {
    let rows = Array("text,label\na,0\n".utf8)
    small.folder.file("in.csv", rows)
    for name in ["x.xlsx", "x.jsonl.gz", "x"] {
      #expect(
        try small.sentiment(["--output", name, "a"]).isRefusal(64, naming: ".csv, .tsv, .jsonl"))
    }
    symlink("in.csv", small.folder("link.csv"))
    for name in ["in.csv", "./in.csv", "link.csv"] {
      #expect(
        try small.sentiment(["--input", "in.csv", "--output", name]).isRefusal(
          64, naming: "would replace"))
    }
    #expect(small.folder.bytes(of: "in.csv") == rows)
  }

  @Test("An output that exceeds the limit of a file's size is an error and leaves nothing behind")
  func fileSizeLimit() throws {
    small.folder.file("long.txt", String(repeating: "a film\n", count: 2000).utf8)
    let result = try RecurProcess.shell(
      "ulimit -f 8; $RECUR sentiment --model model --input long.txt --output o.csv -q",
      in: small.folder.path)
    #expect(result.isRefusal(74, naming: "o.csv"), "\(result.code) \(result.errors)")
    #expect(!small.folder.contents.contains { $0.hasSuffix(".tmp") || $0 == "o.csv" })
  }

  @Test("A signal ends a scoring that waits for rows, and the output that it began is gone")
  func signal() throws {
    let script = """
      mkfifo in; exec 3<>in; echo one >&3
      $RECUR sentiment --model model --input - --format text --output o.csv -q <in &
      while ! ls -A | grep -q tmp; do sleep 0.01; done; sleep 0.1
      kill -TERM $!; wait $!
      """
    let result = try RecurProcess.shell(script, in: small.folder.path)
    #expect(result.code == 128 + SIGTERM)
    #expect(!small.folder.contents.contains { $0.hasSuffix(".tmp") || $0 == "o.csv" })
  }

  @Test("Flags that have nothing to act on are refused by name")
  func unusedFlags() throws {
    for flag in [
      ["--format", "csv"], ["--text-column", "x"], ["--id-column", "x"], ["--strict"],
    ] {
      #expect(try small.sentiment(flag + ["a"]).isRefusal(64, naming: flag[0]), "\(flag)")
    }
    #expect(
      try small.sentiment(["--input", "a.csv", "--input", "b.csv"]).isRefusal(
        64, naming: "--input is given 2 times"))
    #expect(try small.sentiment(["--follow", "a"]).isRefusal(64, naming: "--follow reads"))
    #expect(try small.sentiment(["--output", "", "a"]).isRefusal(64, naming: "--output is empty"))
    #expect(try small.sentiment(["-5 stars"]).isRefusal(64, naming: "put -- before"))
    #expect(try small.sentiment(["--", "-5 stars"]).code == 0)
  }
}
