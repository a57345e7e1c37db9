import FoundationEssentials
import Glibc
import RecurFiles

/// Runs one program to its end: arguments as they are, never through a shell.
struct ChildProcess {
  /// The environment of the children; programs are searched for in its `PATH`.
  var environment: [String: String]

  /// What a program left.
  struct Result {
    /// The exit code, or 128 and the signal that ended it.
    var status: Int32
    /// What it wrote to standard error.
    var errors: String
  }

  /// Runs `program`, searched for in the `PATH` of `environment` unless it is a path.
  ///
  /// - Parameters:
  ///   - program: its name or path.
  ///   - arguments: its arguments, without its own name.
  ///   - directory: the folder it runs in.
  ///   - output: the file that takes standard output; nothing where nil.
  ///   - log: the file that takes standard error.
  /// - Throws: `.other` where the program does not exist or cannot be started.
  func run(
    _ program: String, _ arguments: [String], in directory: String, output: String? = nil,
    log: String
  ) throws(RecurError) -> Result {
    let path = try resolve(program)
    // Swift does not see the spawn action that changes the folder; `env` of coreutils does it. The shell
    // between takes a path with "=" for what it is.
    let changer = "/usr/bin/env"
    let shell = ["/bin/sh", "-c", "exec \"$0\" \"$@\""]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, log, flags, 0o600)
    var child: pid_t = 0
    let code = withCStrings([changer, "-C", directory] + shell + [path] + arguments) { arguments in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
        posix_spawn(&child, changer, &actions, nil, arguments, environment)
      }
    }
    guard code == 0 else { throw cannotStart(program, RecurError.text(ofSystemError: code)) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else {
        throw cannotStart(program, RecurError.text(ofSystemError: errno))
      }
    }
    let signal = status & 0x7F
    let errors = (try? InputFile.read(log, limit: 1 << 20, allowingEmpty: true)) ?? []
    return Result(
      status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
      errors: String(decoding: errors, as: UTF8.self))
  }

  private func resolve(_ program: String) throws(RecurError) -> String {
    if program.utf8.contains(UInt8(ascii: "/")) { return program }
    let folders = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in folders.split(separator: ":") {
      let path = "\(folder)/\(program)"
      if access(path, X_OK) == 0 { return path }
    }
    throw cannotStart(program, "it is not installed")
  }

  private func cannotStart(_ program: String, _ reason: String) -> RecurError {
    let package = ["python3": "python3-pip", "tar": "tar", "curl": "curl", "dpkg-deb": "dpkg"]
    let hint =
      program == "apt-get"
      ? "this corpus needs Debian or a system derived from it; choose another"
      : "install it, on Debian: apt-get install \(package[program] ?? program)"
    return RecurError(.other, "cannot run \(program): \(reason)", hint: hint)
  }

  private func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
