import Recur

/// What a person sees of a training on standard error.
final class TrainingReport<Task: ShownTask> {
  private let line: ProgressLine
  private let isQuiet: Bool
  private let isFinal: Bool
  private let palette: Palette
  private let shown = TerminalText(for: .error, raw: false)
  private let unicode = Environment.hasUnicodeLocale
  private var overview: TrainingOverview<Task.Configuration>?
  private var hasHeading = false
  private var losses: [Double] = []

  /// - Parameter isFinal: Whether what can be done with the model is shown at the end.
  init(mode: ProgressMode, quiet: Bool, palette: Palette, isFinal: Bool = true) {
    self.isFinal = isFinal
    line = ProgressLine(mode, quiet: quiet)
    isQuiet = quiet
    self.palette = palette
  }

  /// Takes an event in.
  func receive(_ event: TrainingEvent<Task>) {
    switch event {
    case .started(let overview): begin(overview)
    case .step(let progress): step(progress)
    case .evaluated(let evaluation): show(evaluation)
    case .sampled(_, let text): show(sample: text)
    case .saved: break
    case .warning(let text):
      line.note(palette.alarm("warning:") + " \(DisplayText.escaped(text, limit: 2000))")
    case .finished(let summary): finish(summary)
    }
  }

  /// Leaves the line in order where an error ends the training.
  func leave() { line.finish() }

  private func begin(_ overview: TrainingOverview<Task.Configuration>) {
    self.overview = overview
    let run =
      if case .epochs = overview.duration, let steps = overview.totalSteps {
        "\(overview.duration), \(NumberText.grouped(steps)) steps"
      } else {
        "\(overview.duration)"
      }
    say(Task.rows(of: overview))
    say(
      [
        (
          "run",
          "\(run), an evaluation every \(NumberText.grouped(overview.evaluationInterval)) steps"
        ),
        (
          "machine",
          "\(overview.kernels), \(NumberText.counted(overview.threadCount, "thread")), about "
            + "\(NumberText.bytes(Int(overview.memory.total))) of memory"
        ),
      ])
    if overview.resumedStep > 0 {
      say([("resumed", "after step \(NumberText.grouped(overview.resumedStep))")])
    }
  }

  func say(_ rows: [(String, String)]) {
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
          progress.bitsPerCharacter.map { "\(NumberText.fixed($0, 3)) bits/char" },
          progress.accuracy.map { "\(NumberText.fixed($0 * 100, 1)) % right" },
          "\(NumberText.short(progress.charactersPerSecond)) char/s".replacingSpaceBeforeUnit,
        ].compactMap(\.self))
    }
  }

  private func show(_ evaluation: TrainingEvaluation<Task.Report>) {
    if !hasHeading {
      line.note(palette.quiet(Task.heading.joined(separator: "  ")))
      hasHeading = true
    }
    let row = zip(Task.cells(of: evaluation), Task.heading).map { cell, title in
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

  private func finish(_ summary: TrainingSummary<Task.Report>) {
    line.finish()
    if isQuiet { return }
    var rows: [(String, String)] = []
    if losses.count > 1, let first = losses.first, let last = losses.last {
      let width = max(10, min(50, StandardStream.error.width - 40))
      let curve = Sparkline.drawn(losses, width: width, unicode: unicode)
      rows.append(
        (
          "loss",
          "\(curve)  \(NumberText.fixed(first, 3)) to \(NumberText.fixed(last, 3)) \(Task.lossUnit)"
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
      rows.append(("best", "\(Task.text(of: best)) (step \(NumberText.grouped(step)))"))
    }
    rows.append(("model", palette.strong(DisplayText.escaped(summary.modelPath, limit: 4096))))
    say(rows)
    if isFinal { showNext(summary) }
  }

  /// Shows what can be done with the model.
  func showNext(_ summary: TrainingSummary<Task.Report>) {
    if isQuiet { return }
    let path = ShellWord.quoted(summary.modelPath)
    let next =
      (summary.ending == .stopped ? ["recur train \(Task.name) --resume --output \(path)"] : [])
      + Task.commands(path, isStopped: summary.ending == .stopped)
    StandardStream.error.show(
      "\nnext:\n" + next.map { "  " + palette.advice($0) + "\n" }.joined())
  }
}

extension TrainingReport {
  /// Shows how a training that was stopped goes on, where there is no model yet.
  func showResumption(of name: String, in output: String) {
    let command = "recur train \(name) --resume --output \(ShellWord.quoted(output))"
    say([("next", command)])
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
