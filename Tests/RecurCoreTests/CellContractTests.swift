import RecurCore
import RecurFiles
import RecurGradients
import RecurTensors
import TestSupport
import Testing

/// The contract of `Tests/TestSupport/CellContract.swift`, for every cell.
@Suite("The contract of cells")
struct CellContractTests {
  @Test(
    "Unrolling gives the values and gradients of the steps",
    arguments: CellCase.all, CellSizes.all)
  func unrollEqualsStepwise(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    for padded in [false, true] {
      for startsGiven in [false, true] {
        let difference = contract.evaluation(.unroll, padded: padded, startsGiven: startsGiven)
          .difference(
            to: contract.evaluation(.stepwise, padded: padded, startsGiven: startsGiven))
        #expect(
          difference.value < roundingTolerance,
          "\(difference) padded \(padded) state \(startsGiven)")
      }
    }
  }

  @Test(
    "Gradients equal central differences", arguments: CellCase.differentiable, [false, true])
  func gradientsEqualDifferences(_ cell: CellCase, padded: Bool) {
    let error = CellContract(cell, .small).gradientError(padded: padded)
    #expect(error.value < GradientCheck.tolerance, "\(error)")
    #expect(error.value > 0, "nothing was compared")
  }

  @Test(
    "Gradients equal central differences where units fill panels",
    arguments: CellCase.differentiable)
  func gradientsOfManyUnits(_ cell: CellCase) {
    let error = CellContract(cell, CellSizes.all[1]).gradientError(padded: true, checking: 24)
    #expect(error.value < GradientCheck.tolerance, "\(error)")
  }

  @Test("A window computed again by segments equals one that is kept", arguments: CellCase.all)
  func recomputedWindow(_ cell: CellCase) {
    let contract = CellContract(cell, .long)
    for path in [CellContract.Path.unroll, .tokens] {
      for startsGiven in [false, true] {
        let kept = contract.evaluation(path, startsGiven: startsGiven)
        // Segments of one step, and of two with one or four blocks of units kept.
        for limit in [1, 80, 320] {
          let again = Recomputation.$limit.withValue(limit) {
            contract.evaluation(path, startsGiven: startsGiven)
          }
          let difference = again.difference(to: kept)
          #expect(difference.value < roundingTolerance, "\(difference) limit \(limit)")
        }
      }
    }
  }

  @Test("Tokens give what their embeddings give", arguments: CellCase.all, CellSizes.all)
  func tokensEqualEmbeddings(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    for startsGiven in [false, true] {
      let difference = contract.evaluation(.tokens, startsGiven: startsGiven)
        .difference(to: contract.evaluation(.embedded, startsGiven: startsGiven))
      #expect(difference.value < roundingTolerance, "\(difference) state \(startsGiven)")
    }
  }

  @Test("Gradients by way of tokens equal central differences", arguments: CellCase.differentiable)
  func gradientsOfTokens(_ cell: CellCase) {
    let error = CellContract(cell, .small).gradientError(.tokens, padded: false)
    #expect(error.value < GradientCheck.tolerance, "\(error)")
  }

  @Test("Two windows with the state handed on equal one", arguments: CellCase.all, CellSizes.all)
  func splitEqualsWhole(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    let whole = contract.evaluation(.unroll)
    var first = contract
    var second = contract
    first.inputs = contract.inputs.steps(0..<1)
    second.inputs = contract.inputs.steps(1..<sizes.steps)
    first.outputWeights = contract.outputWeights.steps(0..<1)
    second.outputWeights = contract.outputWeights.steps(1..<sizes.steps)
    let early = first.evaluation(.unroll)
    second.initial = early.state
    let late = second.evaluation(.unroll)
    #expect(early.outputs.difference(to: whole.outputs.steps(0..<1)) < roundingTolerance)
    #expect(late.outputs.difference(to: whole.outputs.steps(1..<sizes.steps)) < roundingTolerance)
    for (part, expected) in zip(late.state, whole.state) {
      #expect(part.difference(to: expected) < roundingTolerance)
    }
  }

  @Test("A padded batch equals each sequence alone", arguments: CellCase.all, CellSizes.all)
  func paddedEqualsAlone(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    let batch = contract.evaluation(.unroll, padded: true)
    for row in 0..<min(sizes.batch, 5) {
      let length = Int(contract.lengths[row])
      var alone = contract.rows([row])
      alone.inputs = alone.inputs.steps(0..<length)
      alone.outputWeights = alone.outputWeights.steps(0..<length)
      let result = alone.evaluation(.unroll)
      let outputs = batch.outputs.columns([row])
      #expect(result.outputs.difference(to: outputs.steps(0..<length)) < roundingTolerance)
      if length < sizes.steps {
        let padding = outputs.steps(length..<sizes.steps)
        #expect(padding == Tensor(zeros: padding.shape))
      }
      for (part, expected) in zip(result.state, batch.state) {
        #expect(part.difference(to: expected.rows([row])) < roundingTolerance)
      }
      for index in contract.initial.indices {
        let name = "initial.\(index)"
        let difference = result.gradients[name]?.difference(
          to: batch.gradients[name]?.rows([row]) ?? Tensor(0))
        #expect(difference ?? .infinity < roundingTolerance)
      }
      let inputs = batch.gradients["inputs"]?.columns([row]) ?? Tensor(0)
      let difference = result.gradients["inputs"]?.difference(to: inputs.steps(0..<length))
      #expect(difference ?? .infinity < roundingTolerance)
      if length < sizes.steps {
        let padding = inputs.steps(length..<sizes.steps)
        #expect(padding == Tensor(zeros: padding.shape))
      }
    }
  }

  @Test("What stands past a length changes nothing", arguments: CellCase.all)
  func paddingIsIgnored(_ cell: CellCase) {
    let contract = CellContract(cell, CellSizes.all[1])
    var other = contract
    var inputs = contract.inputs.scalars
    let sizes = contract.sizes
    for step in 0..<sizes.steps {
      for row in 0..<sizes.batch where step >= Int(contract.lengths[row]) {
        for column in 0..<sizes.inputs {
          inputs[(step * sizes.batch + row) * sizes.inputs + column] = 1e6
        }
      }
    }
    other.inputs = Tensor(inputs, shape: contract.inputs.shape)
    let difference = other.evaluation(.unroll, padded: true)
      .difference(to: contract.evaluation(.unroll, padded: true))
    #expect(difference.value == 0, "\(difference)")
  }

  /// A row is summed in one order whatever its neighbours: the same bits. OpenBLAS, which multiplies in
  /// double precision, promises that on no processor and keeps it on some.
  private func expectSameSums(_ found: Tensor, _ expected: Tensor) {
    #if DoublePrecision
      #expect(found.difference(to: expected) < roundingTolerance)
    #else
      #expect(found == expected)
    #endif
  }

  @Test("Exchanging batch rows exchanges the results", arguments: CellCase.all, CellSizes.all)
  func batchRowsAreIndependent(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    let order = (0..<sizes.batch).map { ($0 * 2 + 1) % sizes.batch }
    let isPermutation = Set(order).count == sizes.batch
    let indices = isPermutation ? order : (0..<sizes.batch).reversed()
    for padded in [false, true] {
      let plain = contract.evaluation(.unroll, padded: padded)
      let exchanged = contract.rows(indices).evaluation(.unroll, padded: padded)
      expectSameSums(exchanged.outputs, plain.outputs.columns(indices))
      for (part, expected) in zip(exchanged.state, plain.state) {
        expectSameSums(part, expected.rows(indices))
      }
      for (name, value) in plain.gradients {
        let found = exchanged.gradients[name] ?? Tensor(0)
        switch name {
        case "inputs": #expect(found.difference(to: value.columns(indices)) < roundingTolerance)
        case _ where name.hasPrefix("initial"):
          #expect(found.difference(to: value.rows(indices)) < roundingTolerance)
        default: #expect(found.difference(to: value) < roundingTolerance, "\(name)")
        }
      }
    }
  }

  @Test("No state is the initial state", arguments: CellCase.all, CellSizes.all)
  func noStateIsInitialState(_ cell: CellCase, _ sizes: CellSizes) {
    var contract = CellContract(cell, sizes)
    contract.initial = initialParts(of: contract.cell, batchSize: sizes.batch)
    for padded in [false, true] {
      let given = contract.evaluation(.unroll, padded: padded)
      let absent = contract.evaluation(.unroll, padded: padded, startsGiven: false)
      #expect(given.outputs.difference(to: absent.outputs) < roundingTolerance)
      for (part, expected) in zip(given.state, absent.state) {
        #expect(part.difference(to: expected) < roundingTolerance)
      }
      for (name, value) in absent.gradients {
        let found = given.gradients[name] ?? Tensor(0)
        #expect(found.difference(to: value) < roundingTolerance, "\(name)")
      }
    }
  }

  @Test(
    "Parameter names are unique and their scalars as many as the formula says",
    arguments: CellCase.all, CellSizes.all)
  func parametersAreEnumerated(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    let names = contract.cell.parameters.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(
      contract.cell.parameterCount == cell.parameterCount(sizes.inputs, sizes.hidden))
    // Every one of them is reached by a gradient: none is listed and then forgotten.
    let gradients = contract.evaluation(.unroll).gradients
    for (name, value) in contract.cell.parameters {
      #expect(gradients[name]?.shape == value.shape, "\(name)")
      #expect(gradients[name]?.scalars.contains { $0 != 0 } ?? false, "\(name)")
    }
  }

  @Test("Stored and read again, a cell computes the same bits", arguments: CellCase.all)
  func storingKeepsTheBits(_ cell: CellCase) throws {
    let contract = CellContract(cell, CellSizes.all[1])
    let stored = SafetensorsFile.encode(
      contract.cell.parameters.map { name, value in
        #if DoublePrecision
          SafetensorsFile.Tensor(name, shape: value.shape, doubles: value.scalars)
        #else
          SafetensorsFile.Tensor(name, shape: value.shape, floats: value.scalars)
        #endif
      })
    let file = try SafetensorsFile(bytes: stored)
    var generator = SeededGenerator(seed: 99)
    var other = cell.make(contract.sizes.inputs, contract.sizes.hidden, &generator)
    #expect(other.parameters.map(\.value) != contract.cell.parameters.map(\.value))
    try other.visitParameters { name, parameter in
      #if DoublePrecision
        let scalars = try file.doubles(named: name)
      #else
        let scalars = try file.floats(named: name)
      #endif
      parameter.value = Tensor(scalars, shape: parameter.value.shape)
    }
    let restored = contract.replacingCell(by: other).evaluation(.unroll, padded: true)
    let difference = restored.difference(to: contract.evaluation(.unroll, padded: true))
    #expect(difference.value == 0, "\(difference)")
  }

  @Test("One thread and two give the same bits", arguments: CellCase.all, CellSizes.all)
  func threadsChangeNothing(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    for path in [CellContract.Path.unroll, .stepwise, .tokens] {
      let padded = path != .tokens
      let evaluations = [1, 2, 3].map { threads in
        ThreadTeam.$current.withValue(ThreadTeam(threadCount: threads)) {
          contract.evaluation(path, padded: padded)
        }
      }
      for other in evaluations.dropFirst() {
        let difference = other.difference(to: evaluations[0])
        #expect(difference.value == 0, "\(path) \(difference)")
      }
    }
  }

  @Test("Inference gives the bits of training", arguments: CellCase.all, CellSizes.all)
  func inferenceEqualsTraining(_ cell: CellCase, _ sizes: CellSizes) {
    let contract = CellContract(cell, sizes)
    for padded in [false, true] {
      let trained = contract.evaluation(.unroll, padded: padded)
      let (outputs, state) = contract.inference(padded: padded)
      #expect(outputs == trained.outputs)
      #expect(state == trained.state)
    }
  }

  private func initialParts(of cell: some RecurrentCell, batchSize: Int) -> [Tensor] {
    cell.initialState(batchSize: batchSize).tensors
  }
}
