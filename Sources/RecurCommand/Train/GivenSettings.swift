import Recur

/// The settings that a person gave a training, each with the place where it was said.
struct GivenSettings<Options: TaskOptions> {
  /// Those of the command line and of the environment.
  private let flags: TrainingSettings
  /// Those of a configuration file.
  private let file: TrainingSettings
  /// The configuration file; nil for none.
  private let path: String?

  /// Takes flags, and reads a configuration file.
  ///
  /// - Throws: As `ConfigurationFile`; `.badConfiguration` for keys that there are not.
  init(flags: TrainingSettings, file path: String?) throws(RecurError) {
    self.flags = flags
    self.path = path
    file =
      try path.map { path throws(RecurError) in
        try TrainingSettings(ConfigurationFile(path), for: Options.self)
      } ?? TrainingSettings()
  }

  /// All of them, the flags over the file.
  var all: TrainingSettings { file.overlaid(by: flags) }

  /// The options that they make, over those of a run that is resumed or of a recipe, checked.
  ///
  /// - Throws: `.usage` for what the command line says, `.badConfiguration` for what the file says.
  func options(
    recipe: TrainingSettings?, resumed: Options?
  ) throws(RecurError) -> Options {
    if let resumed { try checkStandardInput(resumed.training) }
    let base =
      try resumed.map { options throws(RecurError) in try TrainingSettings(options) }
      ?? recipe ?? TrainingSettings()
    func options(
      _ settings: TrainingSettings, path: String, as kind: RecurError.Kind
    ) throws(RecurError) -> Options {
      let options: Options = try base.overlaid(by: settings).options(path: path)
      try options.validate(as: kind)
      return options
    }
    guard let path else { return try options(flags, path: "the command line", as: .usage) }
    do throws(RecurError) {
      return try options(all, path: path, as: .badConfiguration)
    } catch {
      // Where the command line alone is wrong, the file is not to blame.
      _ = try options(flags, path: "the command line", as: .usage)
      var error = error
      error.kind = .badConfiguration
      error.place = .init(path: path)
      throw error
    }
  }

  /// What a run read from standard input is gone when it is resumed.
  private func checkStandardInput(_ resumed: TrainingOptions) throws(RecurError) {
    let input = InputFile.standardInput
    let given = all
    let isGone =
      given[.files] == nil && resumed.files.contains(input)
      || given[.validation] == nil && resumed.validation == input
    if isGone {
      throw RecurError(
        .usage, "the run was trained from standard input, which is gone",
        hint: "give the same data again: name a file, or - for standard input, beside --resume")
    }
  }

  // MARK: Where a setting was said

  /// The place of a setting.
  struct Origin {
    /// What the setting is called there: `--batch-size`, or `batch-size` in a file.
    let name: String
    /// The file.
    fileprivate let path: String?

    /// The error that the setting cannot be.
    func refusal(_ what: String, hint: String) -> RecurError {
      RecurError(
        path == nil ? .usage : .badConfiguration, what, at: path.map { .init(path: $0) },
        hint: hint)
    }
  }

  /// Where a setting was said; nil where it was not, or by the environment, which may hold settings for
  /// other runs.
  func origin(_ key: TrainingOptions.CodingKeys) -> Origin? {
    origin(key.flag, isFlag: flags[key] != nil, isInFile: file[key] != nil)
  }

  /// The same for a setting of a classifier alone.
  func origin(_ key: ClassifierOptions.CodingKeys) -> Origin? {
    origin(key.flag, isFlag: flags[key] != nil, isInFile: file[key] != nil)
  }

  private func origin(_ flag: String, isFlag: Bool, isInFile: Bool) -> Origin? {
    if isFlag, EnvironmentFlags.isOnCommandLine(flag) { return Origin(name: flag, path: nil) }
    return isInFile ? Origin(name: String(flag.dropFirst(2)), path: path) : nil
  }
}
