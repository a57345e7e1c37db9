public import RecurFiles

/// The settings of a kind of run: those that every run has, and its own.
///
/// All of them together are one flat set of keys of a configuration file, and of flags.
public protocol TaskOptions: Codable, Sendable, Equatable {
  /// The settings that every run has.
  var training: TrainingOptions { get set }
  /// Every key of a configuration file.
  static var keys: [String] { get }
  /// The keys of settings that may be others where a run is resumed: they do not change its bits.
  static var changeableKeys: Set<String> { get }

  /// All defaults.
  init()

  /// Checks that every setting is in its range and that they fit each other.
  ///
  /// - Parameter kind: What an error counts as: `.usage` for flags, `.badConfiguration` for a file.
  /// - Throws: `RecurError` of that kind for the first setting that cannot be; it names the flag, the
  ///   value and what is possible.
  func validate(as kind: RecurError.Kind) throws(RecurError)
}

extension TaskOptions {
  /// The flag of a setting.
  public static func flag(of key: String) -> String {
    "--" + String(key.map { $0 == "_" ? "-" : $0 })
  }

  /// Refuses keys that there are not; misspelled settings would silently have their defaults.
  ///
  /// - Parameters:
  ///   - keys: The keys of a configuration file; `-` in them counts as `_`.
  ///   - path: The file.
  /// - Throws: `.badConfiguration` for the first unknown key, with the nearest known one.
  public static func check(
    keys: some Sequence<String>, path: String
  ) throws(RecurError) {
    let known = Set(self.keys)
    for key in keys.sorted() where !known.contains(key) {
      throw RecurError(
        .badConfiguration, "there is no setting \"\(DisplayText.escaped(key))\"",
        at: .init(path: path),
        hint: Suggestion.hint(for: key, among: self.keys)
          ?? "the settings are \(self.keys.joined(separator: ", "))")
    }
  }
}

extension TrainingOptions: TaskOptions {
  /// Themselves.
  public var training: TrainingOptions {
    get { self }
    set { self = newValue }
  }

  /// Where files lie, and what a person sees of the run.
  public static let changeableKeys: Set<String> = Set(
    [
      CodingKeys.files, .output, .validation, .invalidUTF8, .patience, .sampleEvery, .sampleLength,
      .samplePrompt, .sampleTemperature, .saveEvery, .keep, .logEvery, .resume, .threads,
    ].map(\.rawValue))
}
