import Testing

@testable import RecurCommand

@Suite("Arguments")
struct ArgumentTests {
  @Test(
    "Other spellings become the documented ones",
    arguments: [
      (["train", "lm", "--batch_size", "4"], ["train", "lm", "--batch-size", "4"]),
      (["train", "lm", "--lr=1"], ["train", "lm", "--learning-rate=1"]),
      (["train", "lm", "--data", "x"], ["train", "lm", "x"]),
      (["train", "lm", "--data=x", "--tied"], ["train", "lm", "x", "--tie-weights"]),
      (
        ["train", "lm", "-rnn_size", "4", "-model", "lstm"],
        ["train", "lm", "--hidden-size", "4", "--cell", "lstm"]
      ),
      (
        ["generate", "m", "-n", "5", "-p", "x"],
        ["generate", "m", "--length", "5", "--prompt", "x"]
      ),
      (
        ["generate", "m", "--temp", ".5", "-s", "1"],
        ["generate", "m", "--temperature", ".5", "--seed", "1"]
      ),
      (["train", "lm", "-q", "a_b"], ["train", "lm", "-q", "a_b"]),
      (["train", "lm", "--", "--lr"], ["train", "lm", "--", "--lr"]),
      (["train", "lm", "--output=a_b", "-"], ["train", "lm", "--output=a_b", "-"]),
    ])
  func aliases(_ arguments: [String], _ expected: [String]) {
    #expect(ArgumentAliases.rewritten(arguments) == expected)
  }

  @Test("Whole numbers are plain and in their range")
  func integers() throws {
    let parse = Values.integer(1...10)
    #expect(try parse("7") == 7)
    for text in ["0", "11", "", "x", "1.0", "1e3", " 1", "١", "99999999999999999999", "-"] {
      #expect(throws: (any Error).self, "\(text)") { try parse(text) }
    }
    #expect(try Values.wholes("1,2,3") == [1, 2, 3])
    #expect(throws: (any Error).self) { try Values.wholes("1,,3") }
  }

  @Test("Numbers are finite, have a point and are in their range")
  func numbers() throws {
    let parse = Values.number(0...1, excludingLower: true, excludingUpper: true)
    #expect(try parse("0.5") == 0.5)
    #expect(try parse("5e-1") == 0.5)
    for text in ["0", "1", "nan", "inf", "0,5", "0x1p-1", "", "1e999", "-0.1"] {
      #expect(throws: (any Error).self, "\(text)") { try parse(text) }
    }
    #expect(throws: (any Error).self) { try Values.finite("1e999") }
    for word in ["nan", "-inf"] {
      let error = #expect(throws: (any Error).self) { try Values.finite(word) }
      #expect(error.map { "\($0)".contains("a finite number is needed") } == true)
    }
  }

  @Test("Backslashes are undone as far as they are known")
  func escapes() {
    #expect(GenerateCommand.unescaped("a\\nb\\t\\\\n\\x\\") == "a\nb\t\\n\\x\\")
  }
}
