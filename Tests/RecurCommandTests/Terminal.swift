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
    let master = posix_openpt(O_RDWR | O_NOCTTY)
    try #require(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
    defer { close(master) }
    let path = try #require(ptsname(master).map { String(cString: $0) })
    // Held open, so that the first read does not come too early.
    let slave = open(path, O_RDWR | O_NOCTTY)
    try #require(slave >= 0)
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    ioctl(master, UInt(TIOCSWINSZ), &size)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, slave, 1)
    posix_spawn_file_actions_adddup2(&actions, slave, 2)
    posix_spawn_file_actions_addchdir_np(&actions, directory)
    var environment = environment
    environment["TERM"] = environment["TERM"] ?? "xterm"
    let process = try RecurProcess.spawn(RecurProcess.binary, arguments, &actions, environment)
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
