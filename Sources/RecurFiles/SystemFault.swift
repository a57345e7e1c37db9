/// Failures of the system, made to order by tests: the k-th write of a save fails, for every k.
///
/// Outside tests nothing is bound and every call goes straight through.
package enum SystemFault: Sendable {
  /// The calls that can be made to fail.
  package enum Call: Sendable { case create, write, synchronize, rename }

  /// The call fails with this error number.
  case error(Int32)
  /// The write takes only this many bytes.
  case short(Int)

  /// Asked before every such call; nil lets it through.
  @TaskLocal package static var decide: (@Sendable (Call) -> SystemFault?)?

  static func error(_ call: Call) -> Int32? {
    if case .error(let code)? = decide?(call) { code } else { nil }
  }
}
