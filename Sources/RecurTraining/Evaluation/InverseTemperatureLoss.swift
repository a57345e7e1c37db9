#if canImport(Glibc)
  import Glibc
#endif

/// The mean log loss of the softmax of b · logits as a function of b, the inverse temperature.
struct InverseTemperatureLoss {
  let logits: [Float]  // (N, C)
  let labels: [Int]  // (N)
  let classCount: Int

  /// The loss in nats.
  func value(at inverse: Double) -> Double {
    mean { row, label in
      let most = Double(row.max() ?? 0)
      let sum = row.reduce(0.0) { $0 + exp(inverse * (Double($1) - most)) }
      return log(sum) - inverse * (Double(row[row.startIndex + label]) - most)
    }
  }

  /// The first derivative, E[z] - z of the label, and the second, Var[z], both under the softmax.
  func derivatives(at inverse: Double) -> (first: Double, second: Double) {
    var second = 0.0
    let first = mean { row, label in
      let most = Double(row.max() ?? 0)
      var (sum, firstMoment, secondMoment) = (0.0, 0.0, 0.0)
      for logit in row {
        let distance = Double(logit) - most
        let weight = exp(inverse * distance)
        sum += weight
        firstMoment += weight * distance
        secondMoment += weight * distance * distance
      }
      let expected = firstMoment / sum
      second += secondMoment / sum - expected * expected
      return expected - (Double(row[row.startIndex + label]) - most)
    }
    return (first, second / Double(labels.count))
  }

  private func mean(_ term: (_ row: ArraySlice<Float>, _ label: Int) -> Double) -> Double {
    var sum = 0.0
    for (index, label) in labels.enumerated() {
      sum += term(logits[index * classCount..<(index + 1) * classCount], label)
    }
    return sum / Double(labels.count)
  }
}
