import RecurFiles

extension RecurError {
  /// Several problems in one line; the number of those past the twentieth.
  static func joined(_ problems: [String]) -> String {
    let shown = problems.prefix(20).joined(separator: "; ")
    let rest = problems.count - min(problems.count, 20)
    return rest == 0 ? shown : "\(shown); and \(rest) more"
  }
}
