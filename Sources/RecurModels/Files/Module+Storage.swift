public import RecurFiles
public import RecurGradients
import RecurTensors

extension Module {
  /// The parameters as tensors of a safetensors file, under their names.
  public var storedTensors: [SafetensorsFile.Tensor] {
    parameters.map { name, value in
      #if DoublePrecision
        SafetensorsFile.Tensor(name, shape: value.shape, doubles: value.scalars)
      #else
        SafetensorsFile.Tensor(name, shape: value.shape, floats: value.scalars)
      #endif
    }
  }

  /// Takes the values of all parameters from a file that holds exactly them.
  ///
  /// - Parameters:
  ///   - file: The opened file.
  ///   - allowingNonFinite: Whether NaN and infinities are taken.
  /// - Throws: `.badData` with every missing, extra and ill-fitting tensor in one line, or naming
  ///   the first element that is not finite. The module is unchanged then.
  public mutating func load(
    _ file: SafetensorsFile, allowingNonFinite: Bool = false
  ) throws(RecurError) {
    try load(
      file, expecting: parameters.map { (name: $0.name, shape: $0.value.shape) },
      allowingNonFinite: allowingNonFinite)
  }

  /// Takes the values of all parameters, in their order, from a file; the shapes may be others than
  /// the module has so far.
  mutating func load(
    _ file: SafetensorsFile, expecting expected: [(name: String, shape: [Int])],
    types: [DType] = [.f32], allowingNonFinite: Bool
  ) throws(RecurError) {
    let problems = file.problems(expecting: expected, types: types)
    if !problems.isEmpty {
      throw RecurError(
        .badData, RecurError.joined(problems), at: .init(path: file.path),
        hint: "this is another model's file; restore the one that was written with the model")
    }
    var values: [Tensor] = []
    for (name, shape) in expected {
      #if DoublePrecision
        let scalars = try file.doubles(named: name, allowingNonFinite: allowingNonFinite)
        values.append(Tensor(scalars, shape: shape))
      #else
        var value = Tensor(unwritten: shape)
        try file.read(
          named: name, into: .init(start: value.mutablePointer, count: value.count),
          allowingNonFinite: allowingNonFinite)
        values.append(value)
      #endif
    }
    var index = 0
    visitParameters { _, parameter in
      parameter.value = values[index]
      index += 1
    }
  }
}

extension SafetensorsFile {
  /// What is missing, extra, or of a shape or type that does not fit.
  ///
  /// - Parameter others: Tensors that are looked at elsewhere.
  func problems(
    expecting expected: [(name: String, shape: [Int])], types: [DType] = [.f32],
    besides others: [String] = []
  ) -> [String] {
    #if DoublePrecision
      let types = types + [.f64]
    #endif
    var problems: [String] = []
    for (name, shape) in expected {
      guard let record = record(named: name) else {
        problems.append("tensor \"\(name)\" \(shape) is missing")
        continue
      }
      if record.shape != shape {
        problems.append("tensor \"\(name)\" has the shape \(record.shape), not \(shape)")
      }
      if !types.contains(record.dtype) {
        problems.append("tensor \"\(name)\" is \(record.dtype.rawValue), not F32")
      }
    }
    let known = Set((expected.map(\.name) + others).map { Array($0.utf8) })
    for name in names where !known.contains(Array(name.utf8)) {
      problems.append("tensor \"\(DisplayText.escaped(name, limit: 80))\" does not belong here")
    }
    return problems
  }
}
