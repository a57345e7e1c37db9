/// Other spellings of flags, from PyTorch's examples, char-rnn, llama.cpp and their users' habits.
///
/// They are accepted and not documented: arguments are rewritten before they are parsed.
enum ArgumentAliases {
  /// Rewrites what stands before `--`.
  static func rewritten(_ arguments: [String]) -> [String] {
    var result: [String] = []
    let generates = arguments.first == "generate"
    var index = arguments.startIndex
    while index < arguments.endIndex {
      let argument = arguments[index]
      index += 1
      if argument == "--" {
        result += arguments[(index - 1)...]
        break
      }
      let (name, value) = parts(argument)
      guard name.hasPrefix("-"), name.utf8.count > 1 else {
        result.append(argument)
        continue
      }
      guard let known = documented(name, generates: generates) else {
        result.append(argument)
        continue
      }
      // `--data FILE` is the positional argument under a name.
      if known.isEmpty {
        if let value { result.append(value) }
      } else {
        result.append(known + (value.map { "=\($0)" } ?? ""))
      }
    }
    return result
  }

  /// The documented spelling of a flag; empty where the flag's value alone is it; nil for a flag to be
  /// left as it is.
  private static func documented(_ name: String, generates: Bool) -> String? {
    if generates, let short = generation[name] { return short }
    guard name.hasPrefix("--") else {
      // char-rnn's flags have one dash.
      guard name.utf8.count > 2 else { return nil }
      let long = "-" + dashed(name)
      return characterRNN[name].map { $0 } ?? (table[long] != nil ? table[long] : nil)
    }
    let long = dashed(name)
    if let other = table[long] { return other }
    return long == name ? nil : long
  }

  private static func dashed(_ name: String) -> String {
    String(name.map { $0 == "_" ? "-" : $0 })
  }

  private static func parts(_ argument: String) -> (name: String, value: String?) {
    guard let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }

  private static let table = [
    "--data": "", "--model-type": "--cell", "--rnn-size": "--hidden-size",
    "--nhid": "--hidden-size",
    "--num-layers": "--layers", "--nlayers": "--layers", "--emsize": "--embedding-size",
    "--seq-length": "--window", "--window-length": "--window", "--bptt": "--window",
    "--max-steps": "--steps", "--max-epochs": "--epochs", "--budget": "--minutes",
    "--lr": "--learning-rate", "--lr-schedule": "--schedule", "--warmup-steps": "--warmup",
    "--grad-clip-norm": "--clip-norm", "--grad-clip-value": "--clip-value", "--clip": "--clip-norm",
    "--tied": "--tie-weights", "--dropouti": "--input-dropout", "--dropoute": "--embedding-dropout",
    "--wdrop": "--weight-drop", "--val-fraction": "--validation-fraction",
    "--validation-file": "--validation", "--output-dir": "--output",
    "--max-vocab": "--max-vocabulary",
    "--vocab-size": "--vocabulary-size", "--temp": "--temperature",
    "--repeat-penalty": "--repetition-penalty", "--predict": "--length", "--n-predict": "--length",
    "--reverse-prompt": "--stop", "--primetext": "--prompt", "--num-samples": "--count",
    "--colour": "--color",
  ]

  private static let characterRNN = [
    "-model": "--cell", "-dropout": "--dropout", "-seed": "--seed", "-length": "--length",
    "-temperature": "--temperature", "-batch_size": "--batch-size",
    "-learning_rate": "--learning-rate",
  ]

  private static let generation = [
    "-n": "--length", "-p": "--prompt", "-r": "--stop", "-s": "--seed", "-c": "--count",
  ]
}
