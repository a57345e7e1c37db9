import RecurFiles
public import RecurTensors
public import RecurText

extension LanguageModel {
  /// Writes text that goes on from a prompt.
  ///
  ///     print(model.generate(after: "ROMEO:", tokenizer: tokenizer, count: 300, using: &generator))
  ///
  /// For several samples, stop texts and text as it is written, see `TextGenerator`.
  ///
  /// - Parameters:
  ///   - prompt: The text to go on from; it is not repeated.
  ///   - tokenizer: The tokenizer that the model was trained with.
  ///   - count: How many tokens.
  ///   - temperature: 0 for the likeliest token each time; the default is 0.8.
  ///   - sampling: All other settings.
  ///   - generator: Where the draws come from; one number is taken from it.
  /// - Precondition: the tokenizer has as many tokens as the model, and the settings are valid.
  public func generate(
    after prompt: String, tokenizer: Tokenizer, count: Int, temperature: Double? = nil,
    sampling: Sampling = Sampling(), using generator: inout SeededGenerator
  ) -> String {
    var sampling = sampling
    if let temperature { sampling.temperature = temperature }
    do throws(RecurError) {
      let writer = try TextGenerator(
        self, tokenizer, prompt: prompt, length: count, sampling: sampling, seed: generator.next())
      return writer.reduce(into: "") { text, pieces in
        for piece in pieces { text += piece.text }
      }
    } catch {
      preconditionFailure(error.what)
    }
  }
}
