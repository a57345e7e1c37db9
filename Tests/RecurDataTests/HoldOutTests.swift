import RecurData
import Testing

@Suite("Hold-out")
struct HoldOutTests {
  @Test("The last contiguous fraction is held out")
  func lastFraction() {
    let (training, validation) = HoldOut.split(105, fraction: 0.1)
    #expect((training, validation) == (0..<94, 94..<105))
    let parts = HoldOut.split([1, 2, 3, 4, 5], fraction: 0.4)
    #expect(parts.training == [1, 2, 3])
    #expect(parts.validation == [4, 5])
  }

  @Test("The parts make the whole, whatever the fraction")
  func partsMakeTheWhole() {
    for count in [0, 1, 2, 7, 1000] {
      for fraction in [0, 0.001, 0.05, 0.5, 0.999, 1] {
        let (training, validation) = HoldOut.split(count, fraction: fraction)
        #expect(training.lowerBound == 0 && training.upperBound == validation.lowerBound)
        #expect(validation.upperBound == count)
      }
    }
    #expect(HoldOut.split(10, fraction: 0).validation.isEmpty)
    #expect(HoldOut.split(10, fraction: 1).training.isEmpty)
  }
}
