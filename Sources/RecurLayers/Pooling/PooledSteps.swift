import CKernels
import RecurGradients
public import RecurTensors

/// What a pooling keeps of the steps that were read so far, for each row of a batch: memory of a fixed
/// size, whatever the number of steps.
///
/// Steps are taken one after the other in double precision, so that neither where a sequence is cut
/// into chunks nor what stands beside it changes a bit.
public struct PooledSteps: Sendable {
  let pooling: Pooling
  let width: Int
  /// The first columns end at the last step, the others, those of a backward direction, at the first.
  let forwardWidth: Int

  /// How many steps of each row were read.  // (B)
  public private(set) var counts: [Int]
  private(set) var ends: Tensor?  // (B, W)
  private(set) var maxima: Tensor?  // (B, W)
  /// Sums over the steps, each step weighted by exp(score - peak) in an attention.  // (B, W)
  private(set) var sums: [Double]
  /// The greatest score, and the sum of the weights.  // (B)
  private(set) var peaks: [Real]
  private(set) var totals: [Double]

  /// Begins with no steps.
  ///
  /// - Parameters:
  ///   - pooling: What is wanted in the end.
  ///   - width: W: the width of the outputs.
  ///   - forwardWidth: How many of their columns belong to a forward direction; all by default.
  ///   - rows: B.
  public init(_ pooling: Pooling, width: Int, forwardWidth: Int? = nil, rows: Int) {
    self.pooling = pooling
    self.width = width
    self.forwardWidth = forwardWidth ?? width
    counts = Array(repeating: 0, count: rows)
    let parts = pooling.parts
    ends = parts.contains(.last) ? Tensor(zeros: [rows, width]) : nil
    maxima = parts.contains(.max) ? Tensor(zeros: [rows, width]) : nil
    let isSummed = parts.contains(.mean) || parts.contains(.attention)
    sums = Array(repeating: 0, count: isSummed ? rows * width : 0)
    let isWeighted = parts.contains(.attention)
    peaks = Array(repeating: 0, count: isWeighted ? rows : 0)
    totals = Array(repeating: 0, count: isWeighted ? rows : 0)
  }

  /// B: the number of rows.
  public var rows: Int { counts.count }

  /// Reads the next steps of every row.
  ///
  /// - Parameters:
  ///   - outputs: (T, B, W).
  ///   - lengths: The steps that count of each row, from 0 to T; nil where all do.
  ///   - attention: The vector v of an attention, (W).
  public mutating func append(_ outputs: Tensor, lengths: [Int32]?, attention: Tensor? = nil) {
    precondition(
      outputs.rank == 3 && outputs.shape[1] == rows && outputs.shape[2] == width,
      "outputs of the shape \(outputs.shape) for \(rows) rows of \(width)")
    precondition(
      lengths.map {
        $0.count == counts.count && $0.allSatisfy { $0 >= 0 && $0 <= outputs.shape[0] }
      }
        ?? true, "lengths \(lengths ?? []) for the shape \(outputs.shape)")
    precondition(
      pooling != .attention || attention?.shape == [width],
      "an attention of the shape \(attention?.shape ?? []) for outputs of \(width)")
    let steps = outputs.shape[0]
    let batch = rows
    let before = counts
    for row in 0..<batch { counts[row] += lengths.map { Int($0[row]) } ?? steps }
    withPlaces(attention: pooling == .attention ? attention : nil) { places in
      Elementwise.forEachPart(ofRows: batch, width: steps * places.width) { part in
        var squashed = Tensor(unwritten: [places.vector == nil ? 0 : places.width])
        let scratch = squashed.mutablePointer
        for row in part {
          let count = lengths.map { Int($0[row]) } ?? steps
          for step in 0..<count {
            places.take(
              outputs.pointer + (step * batch + row) * places.width, row,
              isFirst: before[row] + step == 0, isLast: step == count - 1, scratch: scratch)
          }
        }
        withExtendedLifetime(squashed) {}
      }
    }
    withExtendedLifetime(outputs) {}
  }

  private mutating func withPlaces(attention: Tensor?, _ body: (Places) -> Void) {
    let (ends, maxima) = (self.ends?.mutablePointer, self.maxima?.mutablePointer)
    let (width, forwardWidth) = (width, forwardWidth)
    sums.withUnsafeMutableBufferPointer { sums in
      peaks.withUnsafeMutableBufferPointer { peaks in
        totals.withUnsafeMutableBufferPointer { totals in
          body(
            Places(
              width: width, forwardWidth: forwardWidth, vector: attention?.pointer, ends: ends,
              maxima: maxima, sums: sums.isEmpty ? nil : sums.baseAddress,
              peaks: peaks.baseAddress, totals: totals.baseAddress))
        }
      }
    }
    withExtendedLifetime((self, attention)) {}
  }

  /// The pooled vectors, (B, P).
  public func features() -> Tensor {
    var result = Tensor(unwritten: [rows, pooling.width(ofOutputs: width)])
    let target = result.mutablePointer
    let parts = pooling.parts
    for row in 0..<rows {
      for (index, part) in parts.enumerated() {
        let place = target + (row * parts.count + index) * width
        if counts[row] == 0 {
          place.update(repeating: 0, count: width)
          continue
        }
        switch part {
        case .last:
          if let ends { place.update(from: ends.pointer + row * width, count: width) }
        case .max:
          if let maxima { place.update(from: maxima.pointer + row * width, count: width) }
        case .mean, .attention, .concat:
          let total = part == .attention ? totals[row] : Double(counts[row])
          for unit in 0..<width { place[unit] = Real(sums[row * width + unit] / total) }
        }
      }
    }
    return result
  }

  /// The same rows in the order given and as often as named; rows without steps where nil is named.
  public func rows(_ indices: [Int?]) -> PooledSteps {
    var result = PooledSteps(
      pooling, width: width, forwardWidth: forwardWidth, rows: indices.count)
    for (row, index) in indices.enumerated() {
      if let index { result.replaceRow(row, by: self, index) }
    }
    return result
  }

  /// Takes a row of another.
  public mutating func replaceRow(_ row: Int, by other: PooledSteps, _ index: Int) {
    precondition(
      pooling == other.pooling && width == other.width && (0..<rows).contains(row)
        && (0..<other.rows).contains(index),
      "row \(index) of \(other.rows) for row \(row) of \(rows)")
    counts[row] = other.counts[index]
    if let source = other.ends { ends?.copyRow(row, from: source, index, width: width) }
    if let source = other.maxima { maxima?.copyRow(row, from: source, index, width: width) }
    if !sums.isEmpty {
      for unit in 0..<width { sums[row * width + unit] = other.sums[index * width + unit] }
    }
    if !peaks.isEmpty {
      peaks[row] = other.peaks[index]
      totals[row] = other.totals[index]
    }
  }
}

/// Where the accumulators of a `PooledSteps` stand.
private struct Places {
  let width: Int
  let forwardWidth: Int
  let vector: UnsafePointer<Real>?
  let ends: UnsafeMutablePointer<Real>?
  let maxima: UnsafeMutablePointer<Real>?
  let sums: UnsafeMutablePointer<Double>?
  let peaks: UnsafeMutablePointer<Real>?
  let totals: UnsafeMutablePointer<Double>?

  /// Reads one step of a row.
  func take(
    _ output: UnsafePointer<Real>, _ row: Int, isFirst: Bool, isLast: Bool,
    scratch: UnsafeMutablePointer<Real>
  ) {
    let start = row * width
    if let ends, isFirst || isLast {
      (ends + start).update(from: output, count: isFirst ? width : forwardWidth)
    }
    if let maxima {
      let target = maxima + start
      if isFirst {
        target.update(from: output, count: width)
      } else {
        for unit in 0..<width {
          // What is not a number stays, so that it is seen.
          let isLower = output[unit] <= target[unit] || target[unit].isNaN
          target[unit] = isLower ? target[unit] : output[unit]
        }
      }
    }
    guard let sums else { return }
    let sum = sums + start
    guard let vector, let peaks, let totals else {
      for unit in 0..<width { sum[unit] += Double(output[unit]) }
      return
    }
    Kernels.table.tanh(scratch, output, Int64(width))
    let score = innerProduct(scratch, vector, count: width)
    if isFirst { peaks[row] = score }
    if score > peaks[row] {
      let factor = exponential(Double(peaks[row] - score))
      for unit in 0..<width { sum[unit] *= factor }
      totals[row] *= factor
      peaks[row] = score
    }
    let weight = exponential(Double(score - peaks[row]))
    for unit in 0..<width { sum[unit] += weight * Double(output[unit]) }
    totals[row] += weight
  }
}

extension Tensor {
  fileprivate mutating func copyRow(_ row: Int, from other: Tensor, _ index: Int, width: Int) {
    (mutablePointer + row * width).update(from: other.pointer + index * width, count: width)
  }
}

/// Σ a b, in eight lanes: the order of the sum depends on the count alone.
func innerProduct(_ a: UnsafePointer<Real>, _ b: UnsafePointer<Real>, count: Int) -> Real {
  var lanes = SIMD8<Real>(repeating: 0)
  let whole = count / 8 * 8
  for first in stride(from: 0, to: whole, by: 8) {
    lanes +=
      UnsafeRawPointer(a + first).loadUnaligned(as: SIMD8<Real>.self)
      * UnsafeRawPointer(b + first).loadUnaligned(as: SIMD8<Real>.self)
  }
  var sum = lanes.sum()
  for index in whole..<count { sum += a[index] * b[index] }
  return sum
}
