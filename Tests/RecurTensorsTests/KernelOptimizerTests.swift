import CKernels
import RecurTensors
import Testing

@Suite("Optimizer updates of every instruction set")
struct KernelOptimizerTests {
  private let counts = [1, 5, 16, 37]

  private func settings() -> UpdateSettings {
    var settings = UpdateSettings()
    settings.gradient_scale = 0.5
    settings.limit = 0.6
    settings.learning_rate = 0.01
    settings.gradient_decay = 0.1
    settings.weight_factor = 0.99
    settings.beta1 = 0.9
    settings.beta2 = 0.95
    settings.epsilon = 1e-3
    settings.correction1 = 1 / (1 - 0.81)
    settings.correction2 = Real(1 / (1 - 0.95 * 0.95).squareRoot())
    return settings
  }

  private func gradient(_ u: UpdateSettings, _ g: Real, _ w: Real) -> Double {
    let scaled = Double(g) * Double(u.gradient_scale)
    return min(max(scaled, -Double(u.limit)), Double(u.limit)) + Double(u.gradient_decay)
      * Double(w)
  }

  @Test("Adam equals its formula", arguments: NamedKernels.all)
  func adam(_ kernels: NamedKernels) {
    for count in counts {
      var u = settings()
      let (w, g) = (normal(count, seed: 1), normal(count, seed: 2))
      let (m, v) = (normal(count, seed: 3), normal(count, seed: 4).map { $0 * $0 })
      var (weights, first, second) = (w + [77], m + [77], v + [77])
      kernels.table.adam(&u, &weights, g, &first, &second, Int64(count))
      #expect([weights.removeLast(), first.removeLast(), second.removeLast()] == [77, 77, 77])
      let gradients = (0..<count).map { gradient(u, g[$0], w[$0]) }
      let b1 = Double(u.beta1)
      let b2 = Double(u.beta2)
      let firsts = (0..<count).map { b1 * Double(m[$0]) + (1 - b1) * gradients[$0] }
      let seconds = (0..<count).map {
        b2 * Double(v[$0]) + (1 - b2) * gradients[$0] * gradients[$0]
      }
      let expected = (0..<count).map { i in
        let root = seconds[i].squareRoot() * Double(u.correction2) + Double(u.epsilon)
        return Double(u.weight_factor) * Double(w[i])
          - Double(u.learning_rate) * firsts[i] * Double(u.correction1) / root
      }
      #expect(difference(first, firsts) < kernelTolerance)
      #expect(difference(second, seconds) < kernelTolerance)
      #expect(difference(weights, expected) < kernelTolerance)
    }
  }

  @Test("Gradient descent with momentum equals its formula", arguments: NamedKernels.all)
  func sgd(_ kernels: NamedKernels) {
    for count in counts {
      var u = settings()
      let (w, g, m) = (normal(count, seed: 1), normal(count, seed: 2), normal(count, seed: 3))
      var (weights, momentum) = (w, m)
      kernels.table.sgd(&u, &weights, g, &momentum, Int64(count))
      let moved = (0..<count).map {
        Double(u.beta1) * Double(m[$0]) + gradient(u, g[$0], w[$0])
      }
      let expected = (0..<count).map {
        Double(u.weight_factor) * Double(w[$0]) - Double(u.learning_rate) * moved[$0]
      }
      #expect(difference(momentum, moved) < kernelTolerance)
      #expect(difference(weights, expected) < kernelTolerance)
    }
  }

  @Test("RMSprop equals its formula", arguments: NamedKernels.all)
  func rmsprop(_ kernels: NamedKernels) {
    for count in counts {
      var u = settings()
      let (w, g) = (normal(count, seed: 1), normal(count, seed: 2))
      let v = normal(count, seed: 4).map { $0 * $0 }
      var (weights, second) = (w, v)
      kernels.table.rmsprop(&u, &weights, g, &second, Int64(count))
      let gradients = (0..<count).map { gradient(u, g[$0], w[$0]) }
      let b2 = Double(u.beta2)
      let seconds = (0..<count).map {
        b2 * Double(v[$0]) + (1 - b2) * gradients[$0] * gradients[$0]
      }
      let expected = (0..<count).map { i in
        Double(u.weight_factor) * Double(w[i])
          - Double(u.learning_rate) * gradients[i] / (seconds[i].squareRoot() + Double(u.epsilon))
      }
      #expect(difference(second, seconds) < kernelTolerance)
      #expect(difference(weights, expected) < kernelTolerance)
    }
  }

  @Test("A gradient that is not a number reaches the weight", arguments: NamedKernels.all)
  func notANumberIsSeen(_ kernels: NamedKernels) {
    var u = settings()
    var (w, m, v): ([Real], [Real], [Real]) = ([1, 1, 1], [0, 0, 0], [0, 0, 0])
    kernels.table.adam(&u, &w, [0.1, .nan, 0.1], &m, &v, 3)
    #expect(w[0].isFinite && w[1].isNaN && w[2].isFinite)
  }
}
