import Recur
import TOMLKit

/// A configuration file: TOML, or JSON where its name ends so. The only file that knows TOML.
struct ConfigurationFile {
  /// The file as the user named it.
  let path: String
  /// Its settings in the order of the file.
  let members: [JSONValue.Member]

  /// Reads a file.
  ///
  /// - Throws: what `InputFile` throws for a file that cannot be read, `.badConfiguration` for one that
  ///   is not TOML or JSON.
  init(_ path: String) throws(RecurError) {
    self.path = path
    let limits = JSONGate.Limits.configuration
    let bytes = try InputFile.read(path, limit: limits.byteCount, allowingEmpty: true)
    if path.hasSuffix(".json") {
      let value: JSONValue
      do throws(RecurError) {
        value = try JSONGate.value(from: bytes, limits: limits, path: path)
      } catch {
        var error = error
        error.kind = .badConfiguration
        throw error
      }
      guard let members = value.members else {
        throw RecurError(
          .badConfiguration, "the configuration is no JSON object", at: .init(path: path),
          hint: "write settings like {\"batch-size\": 64}")
      }
      self.members = members
      return
    }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw RecurError(
        .badConfiguration, "the file is not text in UTF-8", at: .init(path: path),
        hint: "write the configuration in TOML, or in JSON with a name that ends in .json")
    }
    do {
      members = try Self.members(of: TOMLTable(string: text))
    } catch let error as TOMLParseError {
      throw RecurError(
        .badConfiguration, "this is not TOML: \(DisplayText.escaped(error.description))",
        at: .init(path: path, line: error.source.begin.line),
        hint: "correct the line; settings look like batch-size = 64")
    } catch {
      throw RecurError(
        .badConfiguration, "this is not TOML: \(error)", at: .init(path: path),
        hint: "settings look like batch-size = 64")
    }
  }

  private static func members(of table: TOMLTable) -> [JSONValue.Member] {
    zip(table.keys, table.values).map { JSONValue.Member($0, value($1)) }
  }

  private static func value(_ value: some TOMLValueConvertible) -> JSONValue {
    if let bool = value.bool { return .bool(bool) }
    if let integer = value.int { return .integer(integer) }
    // TOML has inf and nan, JSON has not; as words they are refused where a number is needed.
    if let number = value.double {
      return number.isFinite ? .number(number) : .string(number.description)
    }
    if let string = value.string { return .string(string) }
    if let array = value.array { return .array(array.map { self.value($0) }) }
    if let table = value.table { return .object(members(of: table)) }
    return .string(value.debugDescription)
  }
}
