import RecurFiles

/// Says of a setting that is out of its range what is possible.
struct RangeCheck {
  let kind: RecurError.Kind

  func integer(
    _ flag: String, _ value: Int?, _ range: ClosedRange<Int>
  ) throws(RecurError) {
    guard let value, !range.contains(value) else { return }
    throw refusal(flag, "\(value)", "from \(range.lowerBound) to \(range.upperBound)")
  }

  func number(
    _ flag: String, _ value: Double?, from least: Double? = nil,
    above: Double? = nil, to most: Double? = nil, below: Double? = nil
  ) throws(RecurError) {
    guard let value else { return }
    let isInside =
      value.isFinite && value >= least ?? -.infinity && value > above ?? -.infinity
      && value <= most ?? .infinity && value < below ?? .infinity
    if isInside { return }
    let low = least.map { "from \($0)" } ?? above.map { "above \($0)" } ?? ""
    let high = most.map { " to \($0)" } ?? below.map { " and below \($0)" } ?? ""
    throw refusal(flag, "\(value)", low + high)
  }

  func integer(
    _ key: TrainingOptions.CodingKeys, _ value: Int?, _ range: ClosedRange<Int>
  ) throws(RecurError) {
    try integer(key.flag, value, range)
  }

  func number(
    _ key: TrainingOptions.CodingKeys, _ value: Double?, from least: Double? = nil,
    above: Double? = nil, to most: Double? = nil, below: Double? = nil
  ) throws(RecurError) {
    try number(key.flag, value, from: least, above: above, to: most, below: below)
  }

  func refusal(
    _ flag: String, _ value: String, _ range: String
  ) -> RecurError {
    RecurError(kind, "\(flag) is \(value)", hint: "give a value \(range) for \(flag)")
  }
}
