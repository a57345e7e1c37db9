// %% [markdown]
// # A first language model
//
// A language model reads a text character by character and says, before each one, how likely every
// character is to come next. Trained on a text, it can then write: draw a character, read it, draw the
// next. Here a small LSTM learns from nine short stories, in about a minute, and writes one of its own.
//
// Run it from the top of the repository:
//
//     make notebooks

// %%
import Recur

let corpus = try Corpus(contentsOf: "corpora/harbour.txt")
print("The text has \(corpus.characterCount) characters and begins:\n")
print(String(decoding: corpus.utf8.prefix(230), as: UTF8.self) + " …\n")

// %% [markdown]
// ## From text to numbers
//
// A tokenizer gives each distinct character a number. The first 256 numbers are kept for single bytes,
// so that any text in the world can be written, also one with characters that this text has not.

// %%
let tokenizer = Tokenizer(.character, fitting: corpus)
let tokens = tokenizer.encode(corpus)
print("The vocabulary has \(tokenizer.vocabulary.count) tokens, 256 of them for single bytes.")
print("The first ten tokens are \(tokens.prefix(10).map { $0 }).\n")

// %% [markdown]
// ## What to learn from, and what to be tested on
//
// The last tenth of the text is set aside: the model never learns from it, and how well it predicts it
// tells whether it has learnt the language or only the letters of this text by heart. The rest is cut
// into 16 tracks that are read side by side, 64 characters at a time.

// %%
let (training, heldOut) = HoldOut.split(tokens, fraction: 0.1)
let windows = ContiguousBatches(training, batchSize: 16, windowLength: 64)
print("Training on \(training.count) characters in \(windows.count) windows of 64 × 16;")
print("\(heldOut.count) characters are held out.\n")

// %% [markdown]
// ## The model
//
// An embedding turns a token into 32 numbers, an LSTM of 192 units keeps what has been read in mind,
// and a linear map turns its state into a score for each token. Everything random comes from one seed,
// so the same program prints the same text every time on the same kind of processor.

// %%
var generator = SeededGenerator(seed: 7)
var model = LanguageModel(
  vocabularySize: tokenizer.vocabulary.count, embeddingSize: 32, cell: .lstm(hiddenSize: 192),
  using: &generator)
print("The model has \(model.parameterCount) parameters. Untrained, it writes:\n")
print(indented(sample(120)))

// %% [markdown]
// ## Training
//
// One epoch is one pass over the text. The loss is in bits per character: 8 would be a guess among all
// bytes, English as people predict it is near 1.

// %%
let epochs = 28
let evaluation = Evaluation()
let measure = TokenMeasure(tokenizer.vocabulary)
var trainer = Trainer(
  optimizer: Adam(learningRate: 4e-3),
  schedule: Schedule(.cosine, warmup: 20, totalSteps: epochs * windows.count),
  clippingNorm: 1)
var learning: [Double] = []
var testing: [Double] = []
print("epoch  training  held out   (bits per character)")
for epoch in 1...epochs {
  let report = try trainer.fit(&model, on: windows)
  let held = try evaluation.report(of: heldOut, under: model, measure)
  learning.append(report.bitsPerCharacter)
  testing.append(held.bitsPerCharacter)
  print(
    "\(padded(epoch, 5))  \(fixed(report.bitsPerCharacter, 8))  \(fixed(held.bitsPerCharacter, 8))")
}

// %% [markdown]
// ## The learning curve
//
// Both curves fall. Where the training curve goes on falling while the other one stays, the model
// begins to learn this text by heart.

// %%
print("\n" + plot([("training", "*", learning), ("held out", "o", testing)], height: 12))

// %% [markdown]
// ## Writing
//
// At a low temperature the model takes what is likeliest, at a high one it dares more.

// %%
for temperature in [0.4, 0.8, 1.2] {
  print("At temperature \(temperature):\n")
  print(indented(sample(280, temperature: temperature)))
}

// %% [markdown]
// ## Keeping it
//
// A model directory holds the weights, the tokenizer and a model card, in the files that other tools
// read. `recur generate` writes with it, `recur info` describes it.

// %%
try ModelDirectory(model, tokenizer).write(to: "out/first-language-model")
let again = try ModelDirectory(contentsOf: "out/first-language-model")
print(
  "Written to out/first-language-model and read back: \(again.model.parameterCount) parameters.")
print("Try: recur generate out/first-language-model --prompt \"The boat\"")

// %% [markdown]
// ## What was used above

// %%
/// Some text that the model writes after a line break.
@MainActor func sample(_ count: Int, temperature: Double = 0.8) -> String {
  model.generate(
    after: "\n", tokenizer: tokenizer, count: count, temperature: temperature, using: &generator)
}

/// A text with a margin, broken into lines that fit a page; what is not printable shows as `?`.
func indented(_ text: String) -> String {
  var lines = [""]
  for scalar in text.unicodeScalars {
    if scalar == "\n" || (scalar == " " && (lines.last ?? "").count > 72) {
      lines.append("")
    } else {
      let isPrintable = scalar.value >= 32 && scalar.value < 127
      lines[lines.count - 1].append(isPrintable ? Character(scalar) : "?")
    }
  }
  return lines.map { "    | " + $0 + "\n" }.joined()
}

/// A whole number at the right of a column.
func padded(_ value: Int, _ width: Int) -> String {
  let text = String(value)
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// A number with three decimals at the right of a column.
func fixed(_ value: Double, _ width: Int) -> String {
  let thousandths = Int((value * 1000).rounded())
  let fraction = String(thousandths % 1000)
  let text =
    "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// Curves as a picture of characters, the first value at the left.
func plot(_ curves: [(name: String, mark: Character, values: [Double])], height: Int) -> String {
  let values = curves.flatMap(\.values)
  guard let low = values.min(), let high = values.max(), high > low else { return "" }
  let columns = curves.map(\.values.count).max() ?? 0
  var rows = Array(
    repeating: Array(repeating: Character(" "), count: columns * 2), count: height)
  for curve in curves {
    for (column, value) in curve.values.enumerated() {
      let level = (value - low) / (high - low) * Double(height - 1)
      rows[height - 1 - Int(level.rounded())][column * 2] = curve.mark
    }
  }
  let lines = rows.enumerated().map { row, marks in
    let value = high - (high - low) * Double(row) / Double(height - 1)
    return fixed(value, 6) + " | " + String(marks)
  }
  let legend = curves.map { "\($0.mark) \($0.name)" }.joined(separator: "   ")
  return lines.joined(separator: "\n") + "\n       +" + String(repeating: "-", count: columns * 2)
    + "\n         epochs 1 to \(columns); bits per character: \(legend)\n"
}
