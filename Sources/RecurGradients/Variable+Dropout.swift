import CKernels
public import RecurTensors

// Dropout acts only on a tape, that is in training. What is dropped follows from the seed of the tape
// and from what was drawn before.

extension Variable {
  /// Sets a random part of the elements to zero and divides the others by the probability to stay;
  /// acts only on a tape.
  ///
  /// - Parameter probability: The probability of each element to be dropped, from 0 up to, not
  ///   including, 1.
  public func dropout(probability: Real) -> Variable {
    dropped(probability) { target, source, count, key in
      Elementwise.forEachPart(of: count) { part in
        Kernels.table.dropout(
          target + part.lowerBound, source + part.lowerBound, Int64(part.count), probability, key,
          Int64(part.lowerBound))
      }
    }
  }

  /// Dropout of the same elements in every step of a sequence (Gal and Ghahramani, NIPS 2016, called
  /// variational; Merity and others, ICLR 2018, called locked); acts only on a tape.
  ///
  /// - Parameter probability: The probability of each element of a step to be dropped.
  /// - Returns: As this variable, (T, …).
  public func lockedDropout(probability: Real) -> Variable {
    precondition(!shape.isEmpty, "the steps of a single scalar")
    let (steps, width) = (shape[0], shape.dropFirst().reduce(1, *))
    return dropped(probability) { target, source, _, key in
      Elementwise.forEachPart(ofRows: steps, width: width) { part in
        for step in part {
          let first = step * width
          Kernels.table.dropout(
            target + first, source + first, Int64(width), probability, key, 0)
        }
      }
    }
  }

  /// Dropout of whole rows; acts only on a tape. On an embedding it is the embedding dropout of Gal
  /// and Ghahramani (NIPS 2016): a word is dropped wherever it occurs.
  ///
  /// - Parameters:
  ///   - probability: The probability of each row to be dropped.
  ///   - names: A number for each row, on which alone it depends for a seed whether the row is
  ///     dropped; nil for the number of the row.
  /// - Returns: As this variable, (N, …).
  public func rowDropout(probability: Real, names: [Int32]? = nil) -> Variable {
    precondition(
      !shape.isEmpty && names?.count ?? shape[0] == shape[0],
      "\(names?.count ?? 0) names for the rows of the shape \(shape)")
    let (rows, width) = (shape[0], shape.dropFirst().reduce(1, *))
    return dropped(probability) { target, source, _, key in
      Elementwise.forEachPart(ofRows: rows, width: width) { part in
        for row in part {
          var factor: Real = 1
          withUnsafeMutablePointer(to: &factor) {
            Kernels.table.dropout($0, $0, 1, probability, key, Int64(names?[row] ?? Int32(row)))
          }
          Kernels.table.scale(target + row * width, factor, source + row * width, Int64(width))
        }
      }
    }
  }

  /// Multiplies by a random diagonal, and gradients by the same one.
  ///
  /// - Parameter drop: Writes the products to its first argument, which may be its second.
  private func dropped(
    _ probability: Real,
    _ drop:
      @escaping (
        _ target: UnsafeMutablePointer<Real>, _ source: UnsafePointer<Real>, _ count: Int,
        _ key: UInt64
      ) -> Void
  ) -> Variable {
    precondition((0..<1).contains(probability), "dropout with probability \(probability)")
    guard let tape, probability > 0 else { return self }
    let key = tape.nextRandomKey()
    var result = Tensor(unwritten: shape)
    drop(result.mutablePointer, value.pointer, result.count, key)
    withExtendedLifetime(self) {}
    let operand = operand
    return .computed(result, from: [self]) { pullback in
      guard var gradient = pullback.takeGradient() else { return }
      let target = gradient.mutablePointer
      drop(target, target, gradient.count, key)
      pullback.add(gradient, to: operand)
    }
  }
}
