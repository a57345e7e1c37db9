import CKernels
import RecurTensors

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as in PyTorch: before Adam's step
/// every weight is multiplied by `1 - learningRate · weightDecay`.
public struct AdamW: Optimizer, Equatable {
  /// The learning rate.
  public var learningRate: Double
  /// What is kept of the first moment.
  public var beta1: Double
  /// What is kept of the second moment.
  public var beta2: Double
  /// What keeps the quotient finite.
  public var epsilon: Double
  /// The decay of a weight in an update, in units of the learning rate.
  public var weightDecay: Double

  /// Makes an optimizer; the defaults are PyTorch's.
  public init(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 1e-2
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// PyTorch's names of the two moments.
  public static let stateNames = Adam.stateNames

  /// One fused pass.
  public func update(_ stretch: UpdateStretch) {
    var settings = stretch.adamSettings(beta1: beta1, beta2: beta2, epsilon: epsilon)
    settings.weight_factor = Real(1 - stretch.learningRate * weightDecay)
    stretch.updateByAdam(settings)
  }
}
