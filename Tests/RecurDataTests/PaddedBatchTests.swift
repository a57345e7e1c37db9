import RecurData
import Testing

@Suite("Padded batch")
struct PaddedBatchTests {
  @Test("Sequences stand side by side, filled up with zeros")
  func padding() {
    let batch = PaddedBatch([[1, 2, 3], [4], [], [5, 6]])
    #expect(batch.lengths == [3, 1, 0, 2])
    #expect((batch.length, batch.batchSize) == (3, 4))
    #expect(batch.tokens == [1, 4, 0, 5, 2, 0, 0, 6, 3, 0, 0, 0])
  }

  @Test("A batch of empty sequences has no steps")
  func emptySequences() {
    #expect(PaddedBatch([[], []]).length == 0)
    #expect(PaddedBatch([[], []]).lengths == [0, 0])
  }
}
