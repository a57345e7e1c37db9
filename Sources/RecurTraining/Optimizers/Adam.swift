import CKernels
import RecurTensors

/// Adam (Kingma and Ba, 2015), as in PyTorch: with bias correction, and ε added to the corrected
/// root.
///
///     m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
///     w ← w - η m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + ε)
///
/// Weight decay is added to the gradient (L2); for decay apart from the gradient see `AdamW`.
public struct Adam: Optimizer, Equatable {
  /// η.
  public var learningRate: Double
  /// β₁, what is kept of the first moment.
  public var beta1: Double
  /// β₂, what is kept of the second moment.
  public var beta2: Double
  /// ε, what keeps the quotient finite.
  public var epsilon: Double
  /// What times the weight is added to the gradient.
  public var weightDecay: Double

  /// Makes an optimizer; the defaults are PyTorch's.
  public init(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// PyTorch's names of the two moments.
  public static let stateNames = ["exp_avg", "exp_avg_sq"]

  /// One fused pass.
  public func update(_ stretch: UpdateStretch) {
    var settings = stretch.adamSettings(beta1: beta1, beta2: beta2, epsilon: epsilon)
    settings.gradient_decay = Real(weightDecay)
    stretch.updateByAdam(settings)
  }
}

extension UpdateStretch {
  /// The settings of Adam without decay.
  func adamSettings(beta1: Double, beta2: Double, epsilon: Double) -> UpdateSettings {
    var settings = settings
    settings.beta1 = Real(beta1)
    settings.beta2 = Real(beta2)
    settings.epsilon = Real(epsilon)
    // From the rounded β, with which the kernel averages: so the first step's correction is exact.
    settings.correction1 = Real(1 / (1 - power(Double(settings.beta1), step)))
    settings.correction2 = Real(1 / (1 - power(Double(settings.beta2), step)).squareRoot())
    return settings
  }

  /// Runs the fused kernel of Adam.
  func updateByAdam(_ settings: UpdateSettings) {
    withUnsafePointer(to: settings) {
      Kernels.table.adam($0, weights, gradient, states[0], states[1], Int64(count))
    }
  }

  /// `base` to a positive whole power, by squaring.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
