import Recur
import TestSupport
import Testing

@Suite("recur evaluate and info for classifiers")
struct EvaluateClassifierTests {
  private static let train =
    "text,label\n"
    + (0..<20).map {
      "a \($0 % 2 == 0 ? "good" : "bad") film \($0),\($0 % 2 == 0 ? "pos" : "neg")\n"
    }
    .joined()
  private static let test =
    "text,label\ngood,pos\nbad,neg\nvery good,pos\nA bad  FILM 1,neg\nbad,pos\n"

  private func classifier(trainingFiles: [String] = []) throws -> SmallClassifier {
    let small = try SmallClassifier(trainingFiles: trainingFiles, trainingText: Self.train)
    small.folder.file("train.csv", Self.train.utf8)
    small.folder.file("test.csv", Self.test.utf8)
    return small
  }

  @Test("The document has the report of the model's probabilities, the linear model and duplicates")
  func document() throws {
    let small = try classifier()
    let result = try small.training.recur(
      ["evaluate", "model", "test.csv", "--train", "train.csv", "--json", "--errors", "9"])
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    let document = try SmallTraining.document(result.output)
    let texts = ["good", "bad", "very good", "A bad  FILM 1", "bad"]
    let labels = [1, 0, 1, 0, 1]
    let scores = small.model.scores(of: texts)
    let report = try ClassificationReport(
      labels: labels, probabilities: scores.flatMap { $0.probabilities.map { Float($0) } },
      classCount: 2)
    #expect(document["model"]?["accuracy"]?.number == report.accuracy)
    #expect(document["model"]?["log_loss"]?.number == report.logLoss)
    #expect(document["baseline"]?["report"]?["accuracy"]?.number == 0.8)
    #expect(document["baseline"]?["texts"]?.integer == 20)
    #expect(document["duplicates"]?.integer == 1)
    let mistakes = document["mistakes"]?.elements ?? []
    let wrong = zip(scores, labels).filter { small.model.classNames[$1] != $0.label }
    #expect(mistakes.count == wrong.count)
    #expect(
      mistakes.compactMap { $0["probability"]?.number }
        == wrong.map { SmallClassifier.rounded($0.0.probability) }.sorted(by: >))
  }

  @Test("The training files that the model names are used, and may be gone")
  func namedTrainingFiles() throws {
    let small = try classifier(trainingFiles: ["train.csv"])
    let found = try small.training.recur(["evaluate", "model", "test.csv"])
    #expect(found.code == 0 && found.errors.isEmpty)
    for part in [
      "test.csv: CSV, with a header", "5 texts", "linear", "80.00 %", "macro-F1", "ROC-AUC",
      "fitted on 20 texts of train.csv", "1 of the 5 texts occur in the training files",
    ] {
      #expect(found.output.contains(part), "\(part)")
    }
    let both = ["evaluate", "model", "test.csv", "--no-baseline", "--train", "test.csv"]
    #expect(try small.training.recur(both).isRefusal(64, naming: "--train"))
    let alone = try small.training.recur(["evaluate", "model", "test.csv", "--no-baseline"])
    #expect(!alone.output.contains("linear"))
    let gone = try classifier(trainingFiles: ["gone.csv"])
    let result = try gone.training.recur(["evaluate", "model", "test.csv", "--errors", "2"])
    #expect(result.code == 0 && result.errors.hasPrefix("warning: there is no linear model"))
    #expect(result.output.contains("The most confident mistakes\n"))
    #expect(
      try gone.training.recur(["evaluate", "model", "test.csv", "--train", "gone.csv"])
        .code == 66)
  }

  @Test("What steers a terminal is escaped in a document too")
  func controls() throws {
    let small = try SmallClassifier(classNames: ["no\u{9B}2J", "yes"])
    let result = try small.training.recur(["info", "model", "--json"])
    #expect(result.code == 0 && result.output.contains(#"no\u009b2J"#))
    #expect(!result.output.unicodeScalars.contains("\u{9B}"))
  }

  @Test("A mistake names both classes whole")
  func longNames() throws {
    let small = try SmallClassifier(classNames: [
      "quite_negative_opinion", "quite_positive_opinion",
    ])
    let names = ["quite_negative_opinion", "quite_positive_opinion"]
    small.folder.file(
      "test.csv", ("text,label\n" + names.map { "good,\($0)\n" }.joined()).utf8)
    let result = try small.training.recur(
      ["evaluate", "model", "test.csv", "--no-baseline", "--errors", "2"])
    let mistakes = [names, names.reversed()].map { "\($0[0]) taken for \($0[1])  0." }
    #expect(mistakes.count { result.output.contains($0) } == 1, "\(result.output)")
  }

  @Test("Another file under the name of a training file is not taken for it")
  func otherTrainingFile() throws {
    let small = try classifier(trainingFiles: ["train.csv"])
    small.folder.file("train.csv", "text,label\ngood,neg\nbad,pos\n".utf8)
    let result = try small.training.recur(["evaluate", "model", "test.csv"])
    #expect(result.code == 0)
    #expect(
      result.errors.contains("this is not the file that the model was trained on (train.csv)"),
      "\(result.errors)")
    #expect(!result.output.contains("fitted on") && !result.output.contains("training files"))
    let named = try small.training.recur(["evaluate", "model", "test.csv", "--train", "train.csv"])
    #expect(named.code == 0 && named.output.contains("fitted on 2 texts of train.csv"))
  }

  @Test("A model that was trained from standard input does not make an evaluation read it")
  func trainedFromStandardInput() throws {
    let small = try classifier(trainingFiles: ["-"])
    let result = try small.training.recur(["evaluate", "model", "test.csv"], input: Self.train)
    #expect(result.code == 0 && !result.output.contains("fitted on"))
    #expect(
      result.errors.contains("the model was trained from standard input"), "\(result.errors)")
    #expect(
      try small.training.recur(["evaluate", "model", "-", "-"]).isRefusal(64, naming: "twice"))
  }

  @Test("Labels that the model has not, and flags of the other kind of model, are refused")
  func refusals() throws {
    let small = try classifier()
    small.folder.file("other.csv", "text,label\na,spam\n".utf8)
    #expect(
      try small.training.recur(["evaluate", "model", "other.csv"]).isRefusal(
        65, naming: "\"spam\" is not a class", "the classes are neg, pos"))
    #expect(
      try small.training.recur(["evaluate", "model", "test.csv", "--per-token"]).isRefusal(64))
    #expect(try small.training.train("lm", steps: 1, ["-q"]).code == 0)
    #expect(
      try small.training.recur(["evaluate", "lm", "text.txt", "--errors", "3"]).isRefusal(
        64, naming: "--errors is for classifiers"))
    #expect(
      try small.training.recur(["evaluate", "nowhere", "test.csv", "--errors", "3"]).isRefusal(
        66, naming: "nowhere"))
  }

  @Test("Info describes a classifier")
  func info() throws {
    let small = try classifier()
    let text = try small.training.recur(["info", "model"]).output
    #expect(text.contains("classifier, gru, hidden sizes 6") && text.contains("neg, pos"))
    let document = try SmallTraining.document(
      small.training.recur(["info", "model", "--json"]).output)
    #expect(document["configuration"]?["model_type"]?.string != nil)
    #expect(document["parameter_count"]?.integer ?? 0 > 0)
  }
}
