import Recur

/// Settings of a training from one place (the command line, a file), over which others may be laid.
struct TrainingSettings {
  private var values: [String: JSONValue] = [:]

  /// A setting; nil where this place does not say it.
  subscript(key: TrainingOptions.CodingKeys) -> JSONValue? {
    get { values[key.rawValue] }
    set { values[key.rawValue] = newValue }
  }

  /// A setting of a classifier; nil where this place does not say it.
  subscript(key: ClassifierOptions.CodingKeys) -> JSONValue? {
    get { values[key.rawValue] }
    set { values[key.rawValue] = newValue }
  }

  /// No settings.
  init() {}

  /// The settings of a configuration file, whose keys may be spelled with `-`.
  ///
  /// - Throws: `.badConfiguration` for keys that there are not and those that come twice.
  init<Options: TaskOptions>(
    _ file: ConfigurationFile, for options: Options.Type
  ) throws(RecurError) {
    for member in file.members {
      let key = String(member.key.map { $0 == "-" ? "_" : $0 })
      if values.updateValue(member.value, forKey: key) != nil {
        throw RecurError(
          .badConfiguration, "\"\(DisplayText.escaped(key))\" is set twice",
          at: .init(path: file.path), hint: "remove one of the two")
      }
    }
    try Options.check(keys: values.keys, path: file.path)
  }

  /// These settings, with others in their place where those say something.
  func overlaid(by others: TrainingSettings) -> TrainingSettings {
    var result = self
    // How long a run is can be said in several ways: saying it in one takes the others back.
    let durations: [TrainingOptions.CodingKeys] = [.epochs, .steps, .minutes]
    if durations.contains(where: { others[$0] != nil }) {
      for key in durations { result[key] = nil }
    }
    let before: [ClassifierOptions.CodingKeys] = [.pretrainEpochs, .pretrainMinutes]
    if before.contains(where: { others[$0] != nil }) {
      for key in before { result[key] = nil }
    }
    result.values.merge(others.values) { $1 }
    return result
  }

  /// What is true or false of the options, and that the environment says is not: a flag that has no value can
  /// only say that it is.
  static func deniedByEnvironment<Options: TaskOptions>(
    for options: Options.Type
  ) throws(RecurError) -> TrainingSettings {
    var result = TrainingSettings()
    for member in try JSONValue(encoding: Options()).members ?? [] {
      guard let usual = member.value.bool else { continue }
      // The flag of what is usual takes it back.
      let flag = Options.flag(of: member.key)
      let isDenied = EnvironmentFlags.isOff(usual ? "--no-" + flag.dropFirst(2) : flag)
      if isDenied { result.values[member.key] = .bool(usual) }
    }
    return result
  }

  /// The options that these settings make of the defaults.
  ///
  /// - Parameter path: What an error names.
  func options<Options: TaskOptions>(path: String) throws(RecurError) -> Options {
    let object = JSONValue.object(
      values.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) })
    return try JSONGate.decode(
      Options.self, from: object.encoded(), limits: .record, path: path)
  }

  /// The settings that options are, every one of them.
  init(_ options: some TaskOptions) throws(RecurError) {
    for member in try JSONValue(encoding: options).members ?? [] {
      values[member.key] = member.value
    }
  }
}
