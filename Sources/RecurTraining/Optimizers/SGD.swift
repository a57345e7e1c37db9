import CKernels
import RecurTensors

/// Stochastic gradient descent with momentum, as in PyTorch: `m ← μ m + g`, `w ← w - η m`.
public struct SGD: Optimizer, Equatable {
  /// η.
  public var learningRate: Double
  /// μ, what is kept of the velocity.
  public var momentum: Double
  /// What times the weight is added to the gradient.
  public var weightDecay: Double

  /// Makes an optimizer; the defaults are PyTorch's.
  public init(learningRate: Double = 1e-3, momentum: Double = 0, weightDecay: Double = 0) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  /// PyTorch's name of the velocity.
  public static let stateNames = ["momentum_buffer"]

  /// One fused pass.
  public func update(_ stretch: UpdateStretch) {
    var settings = stretch.settings
    settings.beta1 = Real(momentum)
    settings.gradient_decay = Real(weightDecay)
    withUnsafePointer(to: settings) {
      Kernels.table.sgd(
        $0, stretch.weights, stretch.gradient, stretch.states[0], Int64(stretch.count))
    }
  }
}
