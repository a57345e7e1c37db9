import CKernels
public import RecurTensors

/// A record of what was computed, in order, for the way back.
///
/// The tape is an arena: each variable that wants a gradient has a slot, each operation a pullback.
/// Going back is a loop over the operations from the last to the first, never a recursion, so that
/// the length of an unroll is bounded by memory alone.
public final class Tape {
  private struct Slot {
    let shape: [Int]
    let isKept: Bool
    var gradient: Tensor?
  }
  private struct Operation {
    let outputs: Range<Int>
    let pullback: (Pullback) -> Void
  }

  private var slots: [Slot] = []
  private var operations: [Operation] = []
  private var parameterSlots: [ObjectIdentifier: Variable] = [:]
  private let seed: UInt64
  private let frozen: Set<ObjectIdentifier>
  private var drawn: UInt64 = 0

  /// Starts an empty tape.
  ///
  /// - Parameter seed: What the randomness on this tape (dropout) is drawn from.
  public convenience init(seed: UInt64 = 0) {
    self.init(seed: seed, frozen: [])
  }

  /// - Parameter frozen: The keys of parameters that are constants on this tape.
  init(seed: UInt64, frozen: Set<ObjectIdentifier>) {
    self.seed = seed
    self.frozen = frozen
  }

  // MARK: Variables

  /// Puts a tensor on the tape without asking for its gradient: the data of a step.
  public func constant(_ value: Tensor) -> Variable {
    Variable(value, tape: self, slot: nil)
  }

  /// Puts a tensor on the tape and asks for its gradient.
  public func watch(_ value: Tensor) -> Variable {
    Variable(value, tape: self, slot: addSlot(value.shape, isKept: true))
  }

  /// The variable of a parameter, the same one each time; without a gradient where it is frozen.
  func variable(for parameter: Parameter) -> Variable {
    if frozen.contains(parameter.key) { return constant(parameter.value) }
    if let known = parameterSlots[parameter.key] { return known }
    let variable = watch(parameter.value)
    parameterSlots[parameter.key] = variable
    return variable
  }

  /// A key for a random decision, another at each call, the same sequence for the same seed.
  package func nextRandomKey() -> UInt64 {
    drawn += 1
    return SeededGenerator.mixed(seed &+ drawn &* 0x9e37_79b9_7f4a_7c15)
  }

  // MARK: Recording

  /// Records an operation with one output.
  ///
  /// - Parameters:
  ///   - value: What was computed.
  ///   - pullback: Adds to the gradients of the operands what flows back from the output's.
  package func record(_ value: Tensor, pullback: @escaping (Pullback) -> Void) -> Variable {
    record([value], pullback: pullback)[0]
  }

  /// Records an operation with several outputs. The pullback runs if any of them has a gradient.
  package func record(
    _ values: [Tensor], pullback: @escaping (Pullback) -> Void
  ) -> [Variable] {
    let first = slots.count
    let outputs = values.map {
      Variable($0, tape: self, slot: addSlot($0.shape, isKept: false))
    }
    operations.append(Operation(outputs: first..<slots.count, pullback: pullback))
    return outputs
  }

  private func addSlot(_ shape: [Int], isKept: Bool) -> Int {
    slots.append(Slot(shape: shape, isKept: isKept, gradient: nil))
    return slots.count - 1
  }

  // MARK: The way back

  /// The gradients of an objective for everything it depends on. The tape is spent afterwards.
  public func gradients(of objective: Variable) -> Gradients {
    defer { end() }
    precondition(
      objective.value.count == 1, "the gradient of an objective of shape \(objective.shape)")
    guard objective.tape === self, let slot = objective.slot else {
      return Gradients(byParameter: [:], bySlot: [:])
    }
    slots[slot].gradient = Tensor(repeating: 1, shape: objective.shape)
    while let operation = operations.popLast() {
      if operation.outputs.contains(where: { slots[$0].gradient != nil }) {
        operation.pullback(Pullback(tape: self, outputs: operation.outputs))
      }
      for output in operation.outputs { slots[output].gradient = nil }
    }
    var bySlot: [Int: Tensor] = [:]
    for (index, slot) in slots.enumerated() where slot.isKept {
      if let gradient = slot.gradient { bySlot[index] = gradient }
    }
    let byParameter = parameterSlots.compactMapValues { $0.slot.flatMap { bySlot[$0] } }
    return Gradients(byParameter: byParameter, bySlot: bySlot)
  }

  /// Forgets everything, as `gradients(of:)` does at its end: operations and parameters hold variables,
  /// which hold the tape. For a tape that nobody goes back on, such as one whose dropout is sampled.
  public func end() {
    slots.removeAll()
    operations.removeAll()
    parameterSlots.removeAll()
  }

  /// What a pullback sees: the gradients of its outputs, and where to add those of its operands.
  package struct Pullback {
    fileprivate let tape: Tape
    fileprivate let outputs: Range<Int>

    /// The gradient of an output; nil where nothing depends on it.
    package func gradient(ofOutput index: Int = 0) -> Tensor? {
      tape.slots[outputs.lowerBound + index].gradient
    }

    /// Takes the gradient of an output, so that its memory can be reused for an operand's.
    package func takeGradient(ofOutput index: Int = 0) -> Tensor? {
      tape.slots[outputs.lowerBound + index].gradient.take()
    }

    /// Whether a gradient is wanted for an operand.
    package func wantsGradient(of operand: Operand) -> Bool { operand.slot != nil }

    /// Adds a tensor to the gradient of an operand; the first one becomes the gradient.
    package func add(_ gradient: consuming Tensor, to operand: Operand) {
      guard let slot = operand.slot else { return }
      let shape = tape.slots[slot].shape
      precondition(gradient.shape == shape, "a gradient \(gradient.shape) for \(shape)")
      guard tape.slots[slot].gradient != nil else {
        tape.slots[slot].gradient = gradient
        return
      }
      let addend = gradient
      accumulate(into: operand) { sum, _ in
        Elementwise.forEachPart(of: addend.count) { part in
          Kernels.table.add(
            sum + part.lowerBound, addend.pointer + part.lowerBound, Int64(part.count))
        }
      }
    }

    /// Writes to the gradient of an operand in place.
    ///
    /// - Parameters:
    ///   - operand: Nothing happens where no gradient is wanted for it.
    ///   - body: Gets the memory and whether to add to it; where it need not add, the contents are
    ///     unspecified and every scalar must be written.
    package func accumulate(
      into operand: Operand, _ body: (UnsafeMutablePointer<Real>, _ adding: Bool) -> Void
    ) {
      guard let slot = operand.slot else { return }
      let adding = tape.slots[slot].gradient != nil
      // Out of the slot while it is written, so that nothing else refers to its memory.
      var sum = tape.slots[slot].gradient.take() ?? Tensor(unwritten: tape.slots[slot].shape)
      body(sum.mutablePointer, adding)
      tape.slots[slot].gradient = sum
    }

    /// As `accumulate(into:_:)` for operations that touch a part of the operand only: the memory
    /// always holds the sum so far, zeros at first.
    package func accumulatePart(
      of operand: Operand, _ body: (UnsafeMutablePointer<Real>) -> Void
    ) {
      guard let slot = operand.slot else { return }
      let count = tape.slots[slot].shape.reduce(1, *)
      accumulate(into: operand) { pointer, adding in
        if !adding {
          Elementwise.forEachPart(of: count) { part in
            (pointer + part.lowerBound).update(repeating: 0, count: part.count)
          }
        }
        body(pointer)
      }
    }
  }
}

@available(*, unavailable)
extension Tape: Sendable {}
