import CKernels
public import RecurTensors

/// A stretch of one parameter in one update: what an optimizer reads and writes.
public struct UpdateStretch {
  /// The weights, to be updated; `count` of them.
  public let weights: UnsafeMutablePointer<Real>
  /// The gradient of the objective.
  public let gradient: UnsafePointer<Real>
  /// The tensors kept for the parameter, to be updated, in the order of `Optimizer.stateNames`.
  public let states: [UnsafeMutablePointer<Real>]
  /// Elements in the stretch.
  public let count: Int
  /// The number of this update of the parameter, from 1.
  public let step: Int
  /// The learning rate of this update.
  public let learningRate: Double
  /// What every gradient is multiplied by first (clipping by norm).
  public let gradientScale: Double
  /// What every element of the scaled gradient is then held within, ±; may be infinite.
  public let gradientLimit: Double

  /// The settings that all kernels share; decay, moments and corrections are neutral.
  var settings: UpdateSettings {
    var settings = UpdateSettings()
    settings.gradient_scale = Real(gradientScale)
    settings.limit = Real(gradientLimit)
    settings.learning_rate = Real(learningRate)
    settings.weight_factor = 1
    settings.correction1 = 1
    settings.correction2 = 1
    return settings
  }
}

@available(*, unavailable)
extension UpdateStretch: Sendable {}
