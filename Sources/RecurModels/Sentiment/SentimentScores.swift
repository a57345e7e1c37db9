/// The scores of texts that come one after the other, in their order.
///
/// Texts are gathered and scored side by side: a score comes when so many texts have come, or the last.
public struct SentimentScores<Texts: AsyncSequence>: AsyncSequence where Texts.Element == String {
  let model: SentimentModel
  let texts: Texts
  let batchSize: Int

  /// Scores, as they are asked for.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let model: SentimentModel
    let batchSize: Int
    var texts: Texts.AsyncIterator
    var ready: ArraySlice<Sentiment> = []
    /// What the texts threw, until the scores before it are given.
    var failure: Texts.Failure?

    /// The score of the next text; nil after the last.
    ///
    /// - Throws: what the texts throw, once all before it are scored.
    public mutating func next(
      isolation actor: isolated (any Actor)? = #isolation
    ) async throws(Texts.Failure) -> Sentiment? {
      if let score = ready.popFirst() { return score }
      var batch: [String] = []
      do throws(Texts.Failure) {
        while failure == nil, batch.count < batchSize,
          let text = try await texts.next(isolation: actor)
        {
          batch.append(text)
        }
      } catch {
        failure = error
      }
      if batch.isEmpty {
        if let error = failure.take() { throw error }
        return nil
      }
      ready = model.scores(of: batch)[...]
      return ready.popFirst()
    }
  }

  /// Begins to read the texts.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(model: model, batchSize: batchSize, texts: texts.makeAsyncIterator())
  }
}

extension SentimentScores: Sendable where Texts: Sendable {}

extension SentimentModel {
  /// Scores texts as they come, in their order and in memory for `batchSize` of them.
  ///
  /// - Parameters:
  ///   - texts: The texts.
  ///   - batchSize: How many are gathered and scored side by side, at least 1: more are faster, fewer are
  ///     sooner.
  public func scores<Texts: AsyncSequence>(
    of texts: Texts, batchSize: Int = 256
  ) -> SentimentScores<Texts> where Texts.Element == String {
    precondition(batchSize >= 1, "batches of \(batchSize) texts")
    return SentimentScores(model: self, texts: texts, batchSize: batchSize)
  }
}
