import Recur
import Testing

/// Numbers that scikit-learn printed; see Tests/Golden/README.md.
struct GoldenJSON {
  let value: JSONValue

  /// Opens a file below Tests/Golden/classification.
  init(_ name: String) throws {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let path = "/\(folder)/Golden/classification/\(name).json"
    value = try JSONGate.value(
      from: try InputFile.read(path), limits: .configuration, path: path)
  }

  private init(_ value: JSONValue) { self.value = value }

  subscript(key: String) -> GoldenJSON {
    get throws { GoldenJSON(try #require(value[key], "\(key)")) }
  }

  var elements: [GoldenJSON] {
    get throws { try #require(value.elements).map(GoldenJSON.init) }
  }

  var number: Double {
    get throws { try #require(value.number) }
  }

  /// All numbers, the rows of a matrix one after another.
  var numbers: [Double] {
    get throws {
      guard let elements = value.elements else { return [try number] }
      return try elements.flatMap { try GoldenJSON($0).numbers }
    }
  }

  var integers: [Int] {
    get throws { try numbers.map { Int($0) } }
  }

  var floats: [Float] {
    get throws { try numbers.map { Float($0) } }
  }

  var strings: [String] {
    get throws { try #require(value.elements).map { try #require($0.string) } }
  }
}
