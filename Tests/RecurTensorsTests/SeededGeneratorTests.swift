import FoundationEssentials
import RecurTensors
import Testing

@Suite("The seeded generator")
struct SeededGeneratorTests {
  @Test("It gives the numbers of xoshiro256**")
  func knownNumbers() throws {
    var generator = try #require(SeededGenerator(state: [1, 2, 3, 4]))
    let expected: [UInt64] = [
      11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
      607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
      10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test("A seed is spread by SplitMix64")
  func knownSeeding() throws {
    let state: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431,
    ]
    #expect(SeededGenerator(seed: 1_234_567) == SeededGenerator(state: state))
  }

  @Test("A stored generator goes on where it was")
  func storedGeneratorGoesOn() throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<7 { _ = generator.next() }
    let stored = try JSONEncoder().encode(generator)
    var restored = try JSONDecoder().decode(SeededGenerator.self, from: stored)
    #expect(restored == generator)
    #expect((0..<5).map { _ in restored.next() } == (0..<5).map { _ in generator.next() })
  }

  @Test(
    "A state that is none is refused",
    arguments: ["[0,0,0,0]", "[1,2,3]", "[1,2,3,4,5]", "[]", "{}", "[1,2,3,-4]"])
  func badStatesAreRefused(_ text: String) {
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(SeededGenerator.self, from: Data(text.utf8))
    }
  }

  @Test("Uniform numbers fill their range evenly")
  func uniformNumbers() {
    var generator = SeededGenerator(seed: 6)
    let numbers = generator.uniform(in: -2...3, shape: [100, 200]).scalars
    #expect(numbers.allSatisfy { (-2...3).contains($0) })
    var bins = [Int](repeating: 0, count: 10)
    for number in numbers { bins[min(9, Int((number + 2) * 2))] += 1 }
    // 2,000 each; the standard deviation is 42.
    #expect(bins.allSatisfy { abs($0 - 2000) < 170 }, "\(bins)")
  }

  @Test("Normal numbers have the moments of the normal distribution")
  func normalNumbers() {
    var generator = SeededGenerator(seed: 7)
    let numbers = generator.normal(shape: [40_000]).scalars.map { Double($0) }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } }
        / Double(numbers.count)
    }
    #expect(abs(moment(1)) < 0.02)
    #expect(abs(moment(2) - 1) < 0.03)
    #expect(abs(moment(3)) < 0.08)
    #expect(abs(moment(4) - 3) < 0.2)
    #expect(numbers.allSatisfy { $0.isFinite })
  }

  @Test("Seeds that are near give streams that are not")
  func seedsDiffer() {
    var streams: Set<UInt64> = []
    for seed in 0..<1000 {
      var generator = SeededGenerator(seed: UInt64(seed))
      streams.insert(generator.next())
    }
    #expect(streams.count == 1000)
  }
}
