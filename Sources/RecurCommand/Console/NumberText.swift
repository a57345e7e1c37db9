/// Numbers as people read them: the same in every locale.
enum NumberText {
  /// A number with a fixed count of decimals; what is not finite, or too large for that, as Swift
  /// writes it.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    var factor = 1.0
    for _ in 0..<decimals { factor *= 10 }
    let scaled = (value.magnitude * factor).rounded()
    guard scaled < 1e15 else { return value.description }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let digits = Int(scaled)
    guard decimals > 0 else { return sign + String(digits) }
    let unit = Int(factor)
    let fraction = String(digits % unit)
    return sign + String(digits / unit) + "."
      + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// A count with its thousands apart: 1,234,567.
  static func grouped(_ value: Int) -> String {
    var result = ""
    for (index, digit) in String(value.magnitude).reversed().enumerated() {
      if index > 0, index % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return (value < 0 ? "-" : "") + String(result.reversed())
  }

  /// A count of things: 1 thread, 2 threads.
  static func counted(_ count: Int, _ thing: String) -> String {
    "\(grouped(count)) \(thing)\(count == 1 ? "" : "s")"
  }

  /// A quantity with three digits or so and a decimal prefix: 812, 4.21 k, 182 k, 1.50 M.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.description }
    var scaled = value.magnitude
    var prefix = ""
    for next in [" k", " M", " G", " T"] where scaled >= 999.5 {
      scaled /= 1000
      prefix = next
    }
    let decimals = prefix.isEmpty || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
    return (value < 0 ? "-" : "") + fixed(scaled, decimals) + prefix
  }

  /// A count of bytes: 1.4 MB.
  static func bytes(_ count: Int) -> String {
    let text = short(Double(count))
    return text.contains(" ") ? text + "B" : text + " B"
  }

  /// A span of time: 00:07, 12:30, 1:02:03; never negative.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let whole = Int(max(0, seconds).rounded())
    func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
    let rest = "\(twoDigits(whole / 60 % 60)):\(twoDigits(whole % 60))"
    return whole >= 3600 ? "\(whole / 3600):\(rest)" : rest
  }
}
