/// A value: row-major scalars and their shape. Copies share memory until one of them is written.
public struct Tensor: Sendable {
  /// The size of each dimension, outermost first; empty for a single scalar.
  public let shape: [Int]
  /// The number of scalars: the product of the shape.
  public let count: Int
  private var storage: TensorStorage

  /// Makes a tensor whose contents are whatever the memory held; every scalar must be written.
  package init(unwritten shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative size in the shape \(shape)")
    self.shape = shape
    count = shape.reduce(1, *)
    storage = TensorStorage(count: count)
  }

  /// Makes a tensor that is the same scalar everywhere.
  public init(repeating scalar: Real, shape: [Int]) {
    self.init(unwritten: shape)
    storage.pointer.initialize(repeating: scalar, count: count)
  }

  /// Makes a tensor of zeros.
  public init(zeros shape: [Int]) {
    self.init(repeating: 0, shape: shape)
  }

  /// Makes a tensor of given scalars.
  ///
  /// - Parameters:
  ///   - scalars: The scalars, row by row; as many as `shape` says.
  ///   - shape: The size of each dimension.
  public init(_ scalars: [Real], shape: [Int]) {
    self.init(unwritten: shape)
    precondition(scalars.count == count, "\(scalars.count) scalars for the shape \(shape)")
    scalars.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.pointer.initialize(from: base, count: count) }
    }
  }

  /// Makes a single scalar, of shape `[]`.
  public init(_ scalar: Real) {
    self.init(repeating: scalar, shape: [])
  }

  private init(shape: [Int], sharing storage: TensorStorage, count: Int) {
    self.shape = shape
    self.count = count
    self.storage = storage
  }

  /// The number of dimensions.
  public var rank: Int { shape.count }

  /// The scalars, row by row.
  public var scalars: [Real] {
    withUnsafeBuffer { Array($0) }
  }

  /// The only scalar of a tensor that has one.
  public var scalar: Real {
    precondition(count == 1, "the scalar of a tensor of shape \(shape)")
    return withUnsafeBuffer { $0[0] }
  }

  /// The scalar at an index for each dimension.
  public subscript(indices: Int...) -> Real {
    precondition(indices.count == rank, "\(indices.count) indices for the shape \(shape)")
    var position = 0
    for (index, size) in zip(indices, shape) {
      precondition((0..<size).contains(index), "index \(indices) outside the shape \(shape)")
      position = position * size + index
    }
    return withUnsafeBuffer { $0[position] }
  }

  /// The same scalars under another shape of as many.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "\(self.shape) cannot take the shape \(shape)")
    return Tensor(shape: shape, sharing: storage, count: count)
  }

  /// Reads the scalars, row by row.
  public func withUnsafeBuffer<Result>(
    _ body: (UnsafeBufferPointer<Real>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: storage.pointer, count: count))
    }
  }

  /// Writes the scalars, row by row; copies them first where another tensor shares them.
  public mutating func withUnsafeMutableBuffer<Result>(
    _ body: (UnsafeMutableBufferPointer<Real>) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableBufferPointer(start: storage.pointer, count: count))
    }
  }

  /// The address of the scalars, valid while this tensor lives.
  package var pointer: UnsafePointer<Real> { UnsafePointer(storage.pointer) }

  /// The address of the scalars for writing, valid until the tensor is copied or ends.
  package var mutablePointer: UnsafeMutablePointer<Real> {
    mutating get {
      makeUnique()
      return storage.pointer
    }
  }

  private mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) { return }
    let copy = TensorStorage(count: count)
    copy.pointer.initialize(from: storage.pointer, count: count)
    storage = copy
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal scalars.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    left.shape == right.shape
      && left.withUnsafeBuffer { a in right.withUnsafeBuffer { b in a.elementsEqual(b) } }
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first scalars.
  public var description: String {
    let shown = scalars.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor \(shape) [\(shown)\(count > 8 ? ", …" : "")]"
  }
}
