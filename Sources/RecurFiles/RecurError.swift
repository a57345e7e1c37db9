/// What went wrong with something from outside (a file, a flag, a configuration), in a form that a
/// person can act on: one line of what and where, one line of what to do.
public struct RecurError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The class of a failure; it decides the exit code of the command.
  public enum Kind: Sendable, Equatable {
    /// Anything that has no class of its own (1).
    case other
    /// A wrong flag or argument (64).
    case usage
    /// Data or a model that cannot be used (65).
    case badData
    /// An input that does not exist (66).
    case missingInput
    /// A defect of Recur itself (70).
    case bug
    /// An output that cannot be created (73).
    case cannotCreate
    /// A failed read or write (74).
    case inputOutput
    /// Something that another process holds (75).
    case busy
    /// Missing permission (77).
    case noPermission
    /// A configuration that cannot be used (78).
    case badConfiguration
    /// A training that diverged (80).
    case diverged

    /// The exit code, after `sysexits.h` where that has one.
    public var exitCode: Int32 {
      switch self {
      case .other: 1
      case .usage: 64
      case .badData: 65
      case .missingInput: 66
      case .bug: 70
      case .cannotCreate: 73
      case .inputOutput: 74
      case .busy: 75
      case .noPermission: 77
      case .badConfiguration: 78
      case .diverged: 80
      }
    }
  }

  /// Where in a file: the path, and as much of the position as is known.
  public struct Place: Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it.
    public var path: String
    /// The line, from 1.
    public var line: Int?
    /// The byte offset from the start of the file, from 0.
    public var byte: Int?

    /// Names a place in a file.
    public init(path: String, line: Int? = nil, byte: Int? = nil) {
      self.path = path
      self.line = line
      self.byte = byte
    }

    /// `path`, `path:line` or `path:line:byte`; `path: byte N` where only the byte is known. Controls
    /// in the path are escaped.
    public var description: String {
      let path = DisplayText.escaped(path, limit: 4096)
      return switch (line, byte) {
      case (let line?, let byte?): "\(path):\(line):\(byte)"
      case (let line?, nil): "\(path):\(line)"
      case (nil, let byte?): "\(path): byte \(byte)"
      case (nil, nil): path
      }
    }
  }

  /// The class of the failure.
  public var kind: Kind
  /// What is wrong, in one line.
  public var what: String
  /// Where it is wrong, if that is in a file.
  public var place: Place?
  /// What to do about it, in one line.
  public var hint: String

  /// Describes a failure.
  public init(_ kind: Kind, _ what: String, at place: Place? = nil, hint: String) {
    self.kind = kind
    self.what = what
    self.place = place
    self.hint = hint
  }

  /// Two lines: `error: … (place)` and `hint: …`.
  public var description: String {
    "error: \(what)\(place.map { " (\($0))" } ?? "")\nhint: \(hint)"
  }
}
