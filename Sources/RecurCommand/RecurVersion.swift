/// The version of Recur.
enum RecurVersion {
  static let current = "0.1.0"
}
