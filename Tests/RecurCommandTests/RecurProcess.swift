import FoundationEssentials
import Glibc
import Testing

/// The built command as a process: what a user has.
struct RecurProcess {
  /// How a process ended, and what it said.
  struct Result {
    /// The exit code; 128 and the signal where a signal ended it.
    var code: Int32
    var output: String
    var errors: String

    /// The lines of standard error.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
  }

  /// The command beside the tests.
  static let binary: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    precondition(count > 0, "this process has no path")
    let path = buffer.prefix(count).map { UInt8(bitPattern: $0) }
    let folder = path.prefix(upTo: path.lastIndex(of: UInt8(ascii: "/")) ?? path.endIndex)
    return String(decoding: folder, as: UTF8.self) + "/recur"
  }()

  let process: pid_t
  private let folder: String

  /// Starts the command, or another program; its output goes to files.
  ///
  /// - Parameters:
  ///   - arguments: What follows the name.
  ///   - directory: The directory that it works in.
  ///   - input: What it reads.
  ///   - environment: Variables besides those of this process; an empty value removes one.
  ///   - program: The program; the command unless told.
  init(
    _ arguments: [String], in directory: String, input: String = "",
    environment: [String: String] = [:], program: String = Self.binary
  ) throws {
    folder = "\(directory)/.process-\(UInt64.random(in: 0 ... .max))"
    mkdir(folder, 0o700)
    let inputPath = folder + "/input"
    try input.write(toFile: inputPath, atomically: false, encoding: .utf8)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, folder + "/output", O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder + "/errors", O_WRONLY | O_CREAT, 0o600)
    // Changing directory between fork and exec is beyond what Glibc shows to Swift.
    process = try Self.spawn(
      "/usr/bin/env", ["-C", directory, program] + arguments, &actions, environment)
  }

  /// Starts a program with given file actions.
  static func spawn(
    _ program: String, _ arguments: [String], _ actions: inout posix_spawn_file_actions_t,
    _ environment: [String: String]
  ) throws -> pid_t {
    var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("RECUR_") }
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"] { variables[name] = nil }
    variables["COLUMNS"] = "80"
    variables.merge(environment) { $1 }
    let settings = variables.filter { !$0.value.isEmpty }.map { "\($0.key)=\($0.value)" }
    let words = ([program] + arguments).map { strdup($0) } + [nil]
    let block = settings.map { strdup($0) } + [nil]
    defer { for pointer in words + block { free(pointer) } }
    // The threads that run tests block signals, and a process inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let status = posix_spawn(&process, program, &actions, &attributes, words, block)
    try #require(status == 0, "\(program): \(String(cString: strerror(status)))")
    return process
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process, signal) }

  /// Waits for the end, at most two minutes.
  func wait() -> Result {
    let code = Self.exitCode(of: process)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func text(_ name: String) -> String {
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) } ?? []
      return String(decoding: bytes, as: UTF8.self)
    }
    return Result(code: code, output: text("output"), errors: text("errors"))
  }

  static func exitCode(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    for _ in 0..<24_000 {
      if waitpid(process, &status, WNOHANG) != 0 {
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
      }
      usleep(5000)
    }
    kill(process, SIGKILL)
    waitpid(process, &status, 0)
    Issue.record("the process did not end within two minutes")
    return -1
  }

  /// Runs the command to its end.
  static func run(
    _ arguments: [String], in directory: String, input: String = "",
    environment: [String: String] = [:]
  ) throws -> Result {
    try RecurProcess(arguments, in: directory, input: input, environment: environment).wait()
  }

  /// Runs a line of a shell, in which `$RECUR` is the command.
  static func shell(_ line: String, in directory: String) throws -> Result {
    try RecurProcess(
      ["-c", line], in: directory, environment: ["RECUR": binary], program: "/bin/bash"
    ).wait()
  }
}
