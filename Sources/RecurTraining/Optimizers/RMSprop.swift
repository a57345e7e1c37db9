import CKernels
import RecurTensors

/// RMSprop (Tieleman and Hinton, 2012), as in PyTorch: not centred, without momentum.
///
///     v ← α v + (1 - α) g²        w ← w - η g / (√v + ε)
public struct RMSprop: Optimizer, Equatable {
  /// η.
  public var learningRate: Double
  /// α, what is kept of the mean square.
  public var smoothing: Double
  /// ε, what keeps the quotient finite.
  public var epsilon: Double
  /// What times the weight is added to the gradient.
  public var weightDecay: Double

  /// Makes an optimizer; the defaults are PyTorch's.
  public init(
    learningRate: Double = 1e-2, smoothing: Double = 0.99, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.smoothing = smoothing
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// PyTorch's name of the mean square.
  public static let stateNames = ["square_avg"]

  /// One fused pass.
  public func update(_ stretch: UpdateStretch) {
    var settings = stretch.settings
    settings.beta2 = Real(smoothing)
    settings.epsilon = Real(epsilon)
    settings.gradient_decay = Real(weightDecay)
    withUnsafePointer(to: settings) {
      Kernels.table.rmsprop(
        $0, stretch.weights, stretch.gradient, stretch.states[0], Int64(stretch.count))
    }
  }
}
