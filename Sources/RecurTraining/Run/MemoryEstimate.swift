import RecurCore
import RecurFiles
import RecurLayers
public import RecurModels
import RecurTensors

/// What a training takes of memory, in bytes, estimated from its sizes.
public struct MemoryEstimate: Sendable, Equatable {
  /// Weights, their gradients, the optimizer's state, and the weights as the kernels want them.
  public var parameters: Double
  /// What a step keeps for the way back, and what flows back.
  public var activations: Double
  /// The text as tokens; of a classifier the texts too, and what n-grams are fitted on.
  public var tokens: Double
  /// The logits of an evaluation.
  public var evaluation: Double

  /// The flag of what bounds the steps that activations are kept for.
  private var stepsFlag = "--window"

  /// All together, with what any process takes.
  public var total: Double { parameters + activations + tokens + evaluation + 32e6 }

  /// Estimates.
  ///
  /// - Parameters:
  ///   - configuration: The model.
  ///   - optimizerStates: Tensors that the optimizer keeps for each parameter.
  ///   - batchSize: B.
  ///   - windowLength: T.
  ///   - trainingTokenCount: Tokens of the text that is trained on.
  ///   - validationTokenCount: Tokens that are held out.
  public init(
    _ configuration: LanguageModelConfiguration, optimizerStates: Int, batchSize: Int,
    windowLength: Int, trainingTokenCount: Int, validationTokenCount: Int
  ) {
    self.init(
      configuration, optimizerStates: optimizerStates, batchSize: batchSize,
      windowLength: windowLength, trainingTokenCount: trainingTokenCount,
      validationTokenCount: validationTokenCount, computesAgain: true)
  }

  /// - Parameter computesAgain: Whether a layer's activations may be computed again instead of kept: not where
  ///   sequences have lengths of their own.
  private init(
    _ configuration: LanguageModelConfiguration, optimizerStates: Int, batchSize: Int,
    windowLength: Int, trainingTokenCount: Int, validationTokenCount: Int, computesAgain: Bool
  ) {
    let real = Double(MemoryLayout<Real>.size)
    let steps = Double(batchSize) * Double(windowLength)
    parameters =
      real * Double(configuration.parameterCount) * Double(4 + optimizerStates)
    // The gradient of what the head sees.
    var perStep = Double(configuration.hiddenSizes.last ?? 0)
    var activationsOfLayers = 0.0
    for size in configuration.hiddenSizes {
      let width =
        switch configuration.cell {
        case .lstm, .gru: 4
        case .rnnTanh, .rnnReLU: 1
        }
      // Outputs, dropped outputs, and the gradients of outputs and inputs; gates and cell states.
      perStep += Double(size) * 4
      let gates = steps * Double(size * width)
      let cells = configuration.cell == .lstm ? steps * Double(size) : 0
      let limit = Double(Recomputation.limit)
      activationsOfLayers += computesAgain && gates > limit ? limit : gates + cells
    }
    if configuration.inputDropout > 0 {
      // The embedded tokens, what is left of them, and the gradient.
      perStep += 3 * Double(configuration.embeddingSize)
    }
    let tokenCount = Double(
      configuration.adaptiveCutoffs.map { ($0.first ?? 0) + $0.count }
        ?? configuration.vocabularySize)
    let logits = min(steps * tokenCount, max(Double(LogitBlock.limit), tokenCount))
    activations = real * (steps * perStep + activationsOfLayers + logits)
    tokens = 4 * (Double(trainingTokenCount) + Double(validationTokenCount))
    evaluation =
      validationTokenCount == 0
      ? 0
      : real
        * Double(
          Evaluation().windowTokenCount(
            of: validationTokenCount, vocabularySize: configuration.vocabularySize))
        * Double(configuration.vocabularySize)
  }

  /// Estimates for a classifier.
  ///
  /// - Parameters:
  ///   - configuration: The model.
  ///   - optimizerStates: Tensors that the optimizer keeps for each parameter.
  ///   - batchSize: B.
  ///   - isAdversarial: Whether each step is done on perturbed inputs too.
  ///   - longestText: The tokens of the longest text; a batch is as long as its longest.
  ///   - trainingTokenCount: Tokens of the texts that are trained on.
  ///   - validationTokenCount: Tokens that are held out.
  ///   - textByteCount: The bytes of all these texts.
  ///   - fitsNGrams: Whether n-grams of them are fitted first.
  public init(
    _ configuration: SequenceClassifierConfiguration, optimizerStates: Int, batchSize: Int,
    isAdversarial: Bool, longestText: Int, trainingTokenCount: Int, validationTokenCount: Int,
    textByteCount: Int, fitsNGrams: Bool
  ) {
    // Gradients flow through the last two segments of both directions.
    let directions = configuration.isBidirectional ? 2 : 1
    let steps = max(1, min(longestText, directions * configuration.maximumTokens))
    let language = LanguageModelConfiguration(
      cell: configuration.cell, vocabularySize: 1, embeddingSize: 1,
      hiddenSizes: configuration.hiddenSizes)
    self.init(
      language, optimizerStates: optimizerStates, batchSize: batchSize,
      windowLength: steps, trainingTokenCount: trainingTokenCount,
      validationTokenCount: validationTokenCount, computesAgain: false)
    activations *= Double(directions)
    let real = Double(MemoryLayout<Real>.size)
    if isAdversarial {
      // The embedded tokens, the perturbation, their sum, and the gradients of these.
      activations +=
        6 * real * Double(steps) * Double(batchSize) * Double(configuration.embeddingSize)
    }
    parameters =
      real * Double(configuration.parameterCount)
      * Double(4 + optimizerStates + (isAdversarial ? 1 : 0))
    // Each word ends three runs of four bytes, which are held twice while they are sorted.
    tokens += Double(textByteCount) * (fitsNGrams ? 5 : 1)
    evaluation = 0
    stepsFlag = "--maximum-tokens"
  }

  /// Refuses a training that does not fit.
  ///
  /// - Throws: `.badConfiguration` with what is needed and what there is.
  func check(limit: Double = ProcessMemory.limit) throws(RecurError) {
    if total <= limit { return }
    throw RecurError(
      .badConfiguration,
      "the training needs about \(Self.megabytes(total)), and there are \(Self.megabytes(limit))",
      hint: "lower --batch-size, \(stepsFlag), --hidden-size, --layers or --max-vocabulary")
  }

  private static func megabytes(_ bytes: Double) -> String {
    "\(Int((bytes / 1e6).rounded(.up))) MB"
  }
}
