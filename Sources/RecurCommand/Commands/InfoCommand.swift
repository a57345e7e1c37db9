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
    let model = try ModelDescription(contentsOf: directory)
    if json {
      try showDocument(model)
    } else {
      try showText(model)
    }
  }

  private func showText(_ model: ModelDescription) throws {
    let tokenizer = model.tokenizer
    let count = model.parameterCount
    let facts: [(String, String)] = [
      ("Parameters", "\(NumberText.grouped(count)) (\(NumberText.bytes(count * 4)) in float32)"),
      (
        "Vocabulary",
        "\(NumberText.grouped(tokenizer.vocabulary.count)) tokens, \(tokenizer.segmentation.rawValue), "
          + "coverage \(NumberText.fixed(tokenizer.coverage * 100, 3)) %"
      ),
      ("Text", transformation(tokenizer)),
      ("Unicode", "\(tokenizer.unicodeVersion.unicode) (ICU \(tokenizer.unicodeVersion.icu))"),
    ]
    var text = TextTable.aligned(model.rows + facts) + "\n"
    text += TextTable.columns(
      [["Parameter", "Shape", "Count"]]
        + model.shapes.map { name, shape in
          [
            name, "(\(shape.map(String.init).joined(separator: ", ")))",
            NumberText.grouped(shape.reduce(1, *)),
          ]
        }, numeric: [2])
    for (title, record) in [
      ("Training", model.training), ("Results", model.results),
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

  private func showDocument(_ model: ModelDescription) throws {
    let tokenizer = model.tokenizer
    try JSONOutput.show(
      "recur.info/1",
      [
        .init("configuration", model.configuration),
        .init("parameter_count", .integer(model.parameterCount)),
        .init("parameter_bytes", .integer(model.parameterCount * 4)),
        .init(
          "parameters",
          .array(
            model.shapes.map { name, shape in
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
        .init("generation", model.generation ?? .null),
        .init("training", model.training ?? .null),
        .init("results", model.results ?? .null),
      ])
  }
}
