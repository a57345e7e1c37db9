import Recur

extension ClassifierEvaluation {
  /// What the document says.
  func members() throws(RecurError) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("class_names", .strings(classNames)),
      .init("model", try JSONValue(encoding: report)),
      .init(
        "network",
        try network.map { (report) throws(RecurError) in try JSONValue(encoding: report) }
          ?? .null),
      .init("files", .array(zip(set.sources, set.layouts).map(Self.value))),
      .init("bad_rows", .integer(set.badRows.count)),
      .init("baseline", .null), .init("duplicates", .null),
      .init("mistakes", .array(mistakes.map(value))),
    ]
    if let baseline, let overlap {
      members[5].value = .object([
        .init("files", .strings(baseline.files)), .init("texts", .integer(baseline.textCount)),
        .init("report", try JSONValue(encoding: baseline.report)),
      ])
      members[6].value = .integer(overlap.count)
    }
    return members
  }

  private static func value(_ source: LabelledSet.Source, _ layout: LabelledLayout) -> JSONValue {
    .object([
      .init("file", .string(source.path)), .init("bytes", .integer(source.byteCount)),
      .init("sha256", .string(source.sha256)), .init("layout", .string(layout.description)),
    ])
  }

  private func value(_ mistake: Mistake) -> JSONValue {
    .object([
      .init("text", .string(mistake.text)), .init("label", .string(classNames[mistake.label])),
      .init("predicted", .string(classNames[mistake.prediction])),
      .init("probability", .rounded(mistake.confidence, 6)),
    ])
  }
}
