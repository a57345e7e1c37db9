public import RecurFiles
public import RecurTensors

/// A file of numbers that another program printed, in `Tests/Golden`.
public struct GoldenFile: Sendable {
  private let file: SafetensorsFile

  /// Opens a file.
  ///
  /// - Parameter path: Below `Tests/Golden`, such as `recurrent/lstm_1.safetensors`.
  public init(_ path: String) throws(RecurError) {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false)
      .dropLast(2).joined(separator: "/")
    file = try SafetensorsFile(contentsOf: "\(folder)/Golden/\(path)")
  }

  /// The names of the tensors.
  public var names: [String] { file.names }

  /// Whether there is a tensor of that name.
  public func contains(_ name: String) -> Bool { file.record(named: name) != nil }

  /// A tensor, rounded to `Real`.
  public func tensor(_ name: String) throws(RecurError) -> Tensor {
    let scalars = try file.doubles(named: name)
    return Tensor(scalars.map { Real($0) }, shape: file.record(named: name)?.shape ?? [])
  }

  /// The numbers of a tensor, exactly.
  public func doubles(_ name: String) throws(RecurError) -> [Double] {
    try file.doubles(named: name)
  }
}
