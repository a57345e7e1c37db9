import RecurFiles

extension ModelCard {
  /// The card as Markdown with front matter in YAML, whose strings are all quoted.
  ///
  /// - Parameters:
  ///   - subject: What the model itself knows.
  ///   - fallbackName: What the model is called where the card has no name.
  func markdown(for subject: Subject, fallbackName: String) -> String {
    let name = name ?? fallbackName
    return frontMatter(name, subject) + """
      # \(line(name))

      \(subject.sentence), trained and run with Recur.

      \(modelTable(subject))\(section("Data", dataLines))\
      \(section("Training", facts.map { "- \(line($0.title)): \(line($0.text))" }))\
      \(section("Results", metrics.map { "- \(line($0.name)): \($0.value)\(on($0))" }))\
      \(section("A sample", sampleLines))\
      \(section("Use", ["```sh", subject.command, "```"]))

      """
  }

  // MARK: Front matter

  private func frontMatter(_ name: String, _ subject: Subject) -> String {
    var lines = ["---"]
    func list(_ key: String, _ values: [String]) {
      if values.isEmpty { return }
      lines.append("\(key):")
      lines += values.map { "- \(quoted($0))" }
    }
    list("language", languages)
    if let license { lines.append("license: \(quoted(license))") }
    lines.append("library_name: \(quoted("recur"))")
    list("tags", ["recur"] + subject.tags + tags)
    list("datasets", datasets.map(\.name))
    var types: [String] = []
    for metric in metrics where !types.contains(metric.type) { types.append(metric.type) }
    list("metrics", types)
    lines.append("pipeline_tag: \(quoted(subject.task))")
    let measured = metrics.filter { $0.value.isFinite }
    if !measured.isEmpty {
      lines += ["model-index:", "- name: \(quoted(name))", "  results:"]
      for metric in measured {
        let dataset = datasetName(of: metric)
        lines += [
          "  - task:", "      type: \(quoted(subject.task))",
          "    dataset:", "      name: \(quoted(dataset))", "      type: \(quoted(dataset))",
          "    metrics:", "    - type: \(quoted(metric.type))",
          "      name: \(quoted(metric.name))", "      value: \(metric.value)",
        ]
      }
    }
    lines += ["---", "", ""]
    return lines.joined(separator: "\n")
  }

  private func datasetName(of metric: Metric) -> String {
    metric.dataset ?? datasets.first?.name ?? "unknown"
  }

  /// A string of JSON, which is one of YAML.
  private func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).encoded(), as: UTF8.self)
  }

  // MARK: Text

  private func modelTable(_ subject: Subject) -> String {
    (["| | |", "|---|---|"] + subject.rows.map { "| \($0.title) | \(line($0.text)) |" })
      .joined(separator: "\n") + "\n"
  }

  private var dataLines: [String] {
    datasets.map { dataset in
      var parts = [line(dataset.name)]
      if let count = dataset.byteCount { parts.append("\(count) bytes") }
      if let count = dataset.characterCount { parts.append("\(count) characters") }
      if let sha256 = dataset.sha256 { parts.append("SHA-256 `\(line(sha256))`") }
      return "- " + parts.joined(separator: ", ")
    }
  }

  private func on(_ metric: Metric) -> String {
    metric.dataset.map { " (\(line($0)))" } ?? ""
  }

  private var sampleLines: [String] {
    guard let sample else { return [] }
    // A fence longer than any row of backticks in the text cannot be closed by it.
    var longest = 0
    var row = 0
    for character in sample.utf8 {
      row = character == UInt8(ascii: "`") ? row + 1 : 0
      longest = max(longest, row)
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return [fence + "text", sample, fence]
  }

  private func section(_ title: String, _ lines: [String]) -> String {
    lines.isEmpty ? "" : "\n## \(title)\n\n" + lines.joined(separator: "\n") + "\n"
  }

  /// A text that stays in its line: control characters are escaped, and what would be markup.
  private func line(_ text: String) -> String {
    var result = ""
    for character in DisplayText.escaped(text, limit: 2000) {
      if "\\`*_<>|[]#".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
