import Recur

/// What a person sees of a training on standard error.
final class TrainingReport {
  private let line: ProgressLine
  private let isQuiet: Bool
  private let palette: Palette
  private let shown = TerminalText(for: .error, raw: false)
  private let unicode = Environment.hasUnicodeLocale
  private var overview: TrainingOverview?
  private var hasHeading = false
  private var losses: [Double] = []

  init(mode: ProgressMode, quiet: Bool, palette: Palette) {
    line = ProgressLine(mode, quiet: quiet)
    isQuiet = quiet
    self.palette = palette
  }

  /// Takes an event in.
  func receive(_ event: TrainingEvent) {
    switch event {
    case .started(let overview): begin(overview)
    case .step(let progress): step(progress)
    case .evaluated(let evaluation): show(evaluation)
    case .sampled(_, let text): show(sample: text)
    case .saved: break
    case .warning(let text):
      if !isQuiet {
        line.note(palette.alarm("warning:") + " \(DisplayText.escaped(text, limit: 2000))")
      }
    case .finished(let summary): finish(summary)
    }
  }

  /// Leaves the line in order where an error ends the training.
  func leave() { line.finish() }

  private func begin(_ overview: TrainingOverview) {
    self.overview = overview
    let model = overview.configuration
    let sizes = model.hiddenSizes.map(String.init).joined(separator: ", ")
    let held =
      overview.validationTokenCount == 0
      ? "nothing" : NumberText.grouped(overview.validationTokenCount)
    let run =
      if case .epochs = overview.duration, let steps = overview.totalSteps {
        "\(overview.duration), \(NumberText.grouped(steps)) steps"
      } else {
        "\(overview.duration)"
      }
    say(
      [
        (
          "model",
          "\(model.cell.rawValue), hidden sizes \(sizes), embedding \(model.embeddingSize), "
            + "\(NumberText.short(Double(overview.parameterCount))) parameters"
        ),
        (
          "text",
          "\(NumberText.grouped(overview.trainingTokenCount)) tokens to train on, \(held) held "
            + "out, vocabulary \(NumberText.grouped(model.vocabularySize)), coverage "
            + "\(NumberText.fixed(overview.coverage * 100, 2)) %"
        ),
        (
          "run",
          "\(run), an evaluation every \(NumberText.grouped(overview.evaluationInterval)) steps"
        ),
        (
          "machine",
          "\(overview.kernels), \(overview.threadCount) "
            + "\(overview.threadCount == 1 ? "thread" : "threads"), about "
            + "\(NumberText.bytes(Int(overview.memory.total))) of memory"
        ),
      ])
    if overview.resumedStep > 0 {
      say([("resumed", "after step \(NumberText.grouped(overview.resumedStep))")])
    }
  }

  private func say(_ rows: [(String, String)]) {
    if isQuiet { return }
    for (title, text) in rows {
      StandardStream.error.show(
        palette.quiet(title + String(repeating: " ", count: max(1, 9 - title.count))) + text + "\n")
    }
  }

  private func step(_ progress: TrainingProgress) {
    losses.append(progress.smoothedLoss)
    let isLast = progress.fraction >= 1
    line.update(force: isLast) {
      let epochs = { () -> String in
        guard case .epochs(let count)? = overview?.duration else { return "" }
        return "/\(count)"
      }()
      return Progress(
        title: "epoch \(progress.epoch)\(epochs)", fraction: progress.fraction,
        position: progress.totalSteps.map { "\(progress.step)/\($0)" } ?? "step \(progress.step)",
        elapsed: progress.elapsed, remaining: progress.remaining,
        details: [
          "loss \(NumberText.fixed(progress.smoothedLoss, 3))",
          "\(NumberText.fixed(progress.bitsPerCharacter, 3)) bits/char",
          "\(NumberText.short(progress.charactersPerSecond)) char/s".replacingSpaceBeforeUnit,
        ])
    }
  }

  private static let heading = [
    "  step", " epoch", "train nats", "valid nats", "bits/char", "perplexity",
  ]

  private func show(_ evaluation: TrainingEvaluation) {
    if !hasHeading {
      line.note(palette.quiet(Self.heading.joined(separator: "  ")))
      hasHeading = true
    }
    let report = evaluation.report
    let cells = [
      String(evaluation.step), String(evaluation.epoch),
      evaluation.trainingLoss.map { NumberText.fixed($0, 4) } ?? "-",
      NumberText.fixed(report.natsPerToken, 4), NumberText.fixed(report.bitsPerCharacter, 4),
      NumberText.fixed(report.perplexity, 3),
    ]
    let row = zip(cells, Self.heading).map { cell, title in
      String(repeating: " ", count: max(0, title.count - cell.count)) + cell
    }.joined(separator: "  ")
    line.note(evaluation.isBest ? palette.strong(row) + "  best" : row)
  }

  private func show(sample text: String) {
    let lines = shown.shown(text).split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0.isEmpty }
    line.note(
      lines.map { palette.quiet(unicode ? "│ " : "| ") + $0 }.joined(separator: "\n"))
  }

  private func finish(_ summary: TrainingSummary) {
    line.finish()
    if isQuiet { return }
    var rows: [(String, String)] = []
    if losses.count > 1, let first = losses.first, let last = losses.last {
      let width = max(10, min(50, StandardStream.error.width - 40))
      let curve = Sparkline.drawn(losses, width: width, unicode: unicode)
      rows.append(
        (
          "loss",
          "\(curve)  \(NumberText.fixed(first, 3)) to \(NumberText.fixed(last, 3)) nats/token"
        ))
    }
    let ending =
      switch summary.ending {
      case .completed: "all"
      case .stoppedEarly: "no further improvement after"
      case .stopped: "stopped after"
      }
    rows.append(
      (
        "done",
        "\(ending) \(NumberText.grouped(summary.stepCount)) steps, "
          + "\(NumberText.fixed(summary.epochCount, 2)) epochs in \(NumberText.duration(summary.seconds)), "
          + "\(NumberText.short(summary.charactersPerSecond)) characters/s"
      ))
    if let best = summary.best, let step = summary.bestStep {
      rows.append(
        (
          "best",
          "\(NumberText.fixed(best.natsPerCharacter, 4)) nats, "
            + "\(NumberText.fixed(best.bitsPerCharacter, 4)) bits per character on the held-out text "
            + "(step \(NumberText.grouped(step)))"
        ))
    }
    rows.append(("model", palette.strong(DisplayText.escaped(summary.modelPath, limit: 4096))))
    say(rows)
    let path = ShellWord.quoted(summary.modelPath)
    let next =
      summary.ending == .stopped
      ? ["recur train lm --resume --output \(path)", "recur generate \(path)"]
      : [
        "recur generate \(path) --length 500", "recur evaluate \(path) FILE", "recur info \(path)",
      ]
    StandardStream.error.show(
      "\nnext:\n" + next.map { "  " + palette.advice($0) + "\n" }.joined())
  }
}

extension String {
  /// `182 k char/s` as `182 kchar/s`.
  fileprivate var replacingSpaceBeforeUnit: String {
    var parts = split(separator: " ").map(String.init)
    guard parts.count == 3 else { return self }
    parts[1] += parts.removeLast()
    return parts.joined(separator: " ")
  }
}
