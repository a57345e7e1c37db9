import Recur

/// Two parameters with gradients of one's choice: the objective is their product with given numbers.
struct ParameterPair: Module {
  var first: Parameter
  var second: Parameter

  init(firstCount: Int = 16_500, secondCount: Int = 7) {
    first = Parameter(Self.wave(firstCount, phase: 0.3))
    second = Parameter(Self.wave(secondCount, phase: 1.1))
  }

  mutating func visitParameters(_ visit: (String, inout Parameter) throws -> Void) rethrows {
    try visit("first", &first)
    try visit("second", &second)
  }

  /// A known gradient for each parameter, another at each step.
  func gradients(step: Int, scale: Real = 1) -> Gradients {
    var gradients = Tape().gradients(of: Variable(Tensor(0)))
    gradients[first] = Self.wave(first.value.count, phase: Double(step), scale: scale)
    gradients[second] = Self.wave(second.value.count, phase: Double(step) + 0.5, scale: scale)
    return gradients
  }

  /// sin of a multiple of the index.
  static func wave(_ count: Int, phase: Double, scale: Real = 1) -> Tensor {
    var generator = SeededGenerator(seed: UInt64(phase * 1000))
    let tensor = generator.uniform(in: -1...1, shape: [count])
    return Tensor(tensor.scalars.map { $0 * scale }, shape: [count])
  }
}
