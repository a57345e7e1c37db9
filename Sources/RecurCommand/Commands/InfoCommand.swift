import ArgumentParser
import Recur

/// `recur info`: describes a model.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Describe a model: architecture, parameters, vocabulary, training.",
    discussion: """
      EXAMPLES:
        recur info out/shakespeare
        recur info out/shakespeare --json
      """)

  @Argument(
    help: ArgumentHelp("The model: a directory that 'recur train' wrote.", valueName: "dir"))
  var directory: String

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let model = try ModelDirectory(contentsOf: directory)
    guard let configuration = model.model.configuration else {
      throw RecurError(
        .bug, "the model has no configuration", at: .init(path: directory),
        hint: "please report this")
    }
    if json {
      try showDocument(model, configuration)
    } else {
      try showText(model, configuration)
    }
  }

  private func showText(
    _ model: ModelDirectory, _ configuration: LanguageModelConfiguration
  ) throws {
    let tokenizer = model.tokenizer
    let sizes = configuration.hiddenSizes.map(String.init).joined(separator: ", ")
    let count = configuration.parameterCount
    var text = TextTable.aligned([
      ("Model", "language model, \(configuration.cell.rawValue), hidden sizes \(sizes)"),
      ("Embedding", "\(configuration.embeddingSize)\(configuration.tiesWeights ? ", tied" : "")"),
      ("Dropout", "\(configuration.dropoutDescription) in training"),
      ("Parameters", "\(NumberText.grouped(count)) (\(NumberText.bytes(count * 4)) in float32)"),
      (
        "Vocabulary",
        "\(NumberText.grouped(tokenizer.vocabulary.count)) tokens, \(tokenizer.segmentation.rawValue), "
          + "coverage \(NumberText.fixed(tokenizer.coverage * 100, 3)) %"
      ),
      ("Text", transformation(tokenizer)),
      ("Unicode", "\(tokenizer.unicodeVersion.unicode) (ICU \(tokenizer.unicodeVersion.icu))"),
    ])
    text += "\n"
    text += TextTable.columns(
      [["Parameter", "Shape", "Count"]]
        + configuration.parameterShapes.map { name, shape in
          [
            name, "(\(shape.map(String.init).joined(separator: ", ")))",
            NumberText.grouped(shape.reduce(1, *)),
          ]
        }, numeric: [2])
    for (title, record) in [
      ("Training", model.trainingArguments), ("Results", model.evaluationResults),
    ] {
      guard let members = record?.members, !members.isEmpty else { continue }
      text += "\n\(title)\n"
      text += TextTable.aligned(Self.rows(members, indent: "  "))
    }
    try StandardStream.output.write(text)
  }

  /// The members of a record, those of objects inside it indented.
  private static func rows(
    _ members: [JSONValue.Member], indent: String
  ) -> [(String, String)] {
    members.flatMap { member -> [(String, String)] in
      let title = indent + DisplayText.escaped(member.key)
      if let inner = member.value.members {
        return [(title, "")] + rows(inner, indent: indent + "  ")
      }
      let text = String(decoding: member.value.encoded(), as: UTF8.self)
      return [(title, DisplayText.escaped(text, limit: 500))]
    }
  }

  private func transformation(_ tokenizer: Tokenizer) -> String {
    let parts = [
      tokenizer.caseFolding ? "case folded" : nil,
      tokenizer.normalization == .none ? nil : tokenizer.normalization.rawValue.uppercased(),
    ].compactMap { $0 }
    return parts.isEmpty ? "as it is" : parts.joined(separator: ", ")
  }

  private func showDocument(
    _ model: ModelDirectory, _ configuration: LanguageModelConfiguration
  ) throws {
    let tokenizer = model.tokenizer
    try JSONOutput.show(
      "recur.info/1",
      [
        .init("configuration", try JSONValue(encoding: configuration)),
        .init("parameter_count", .integer(configuration.parameterCount)),
        .init("parameter_bytes", .integer(configuration.parameterCount * 4)),
        .init(
          "parameters",
          .array(
            configuration.parameterShapes.map { name, shape in
              .object([.init("name", .string(name)), .init("shape", .integers(shape))])
            })),
        .init(
          "tokenizer",
          .object([
            .init("kind", .string(tokenizer.segmentation.rawValue)),
            .init("vocabulary_size", .integer(tokenizer.vocabulary.count)),
            .init("coverage", .number(tokenizer.coverage)),
            .init("normalization", .string(tokenizer.normalization.rawValue)),
            .init("case_folding", .bool(tokenizer.caseFolding)),
            .init("unicode", .string(tokenizer.unicodeVersion.unicode)),
            .init("icu", .string(tokenizer.unicodeVersion.icu)),
          ])),
        .init("generation", try JSONValue(encoding: model.generation)),
        .init("training", model.trainingArguments ?? .null),
        .init("results", model.evaluationResults ?? .null),
      ])
  }
}
