import CTerminal
import Glibc
import Testing

/// The command at a terminal of its own.
enum Terminal {
  /// Runs the command with standard output and standard error on a terminal of 80 columns.
  ///
  /// - Returns: The exit code and everything that reached the terminal.
  static func run(
    _ arguments: [String], in directory: String, environment: [String: String] = [:]
  ) throws -> (code: Int32, text: String) {
    var slave: Int32 = -1
    let master = terminal_open(&slave)
    try #require(master >= 0)
    defer { close(master) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, slave, 1)
    posix_spawn_file_actions_adddup2(&actions, slave, 2)
    var environment = environment
    environment["TERM"] = environment["TERM"] ?? "xterm"
    let process = try RecurProcess.spawn(
      "/usr/bin/env", ["-C", directory, RecurProcess.binary] + arguments, &actions, environment)
    close(slave)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(master, &buffer, buffer.count)
      if count <= 0 { break }
      bytes += buffer.prefix(count)
    }
    return (RecurProcess.exitCode(of: process), String(decoding: bytes, as: UTF8.self))
  }
}
