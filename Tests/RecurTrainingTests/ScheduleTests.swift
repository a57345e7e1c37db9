import Recur
import Testing

@Suite struct ScheduleTests {
  @Test("The warm-up rises in equal parts to 1, then the shape begins")
  func warmup() {
    for shape in Schedule.Shape.allCases {
      let schedule = Schedule(shape, warmup: 4, totalSteps: 14)
      #expect((0..<4).map { schedule.factor(step: $0) } == [0.25, 0.5, 0.75, 1])
      #expect(schedule.factor(step: 4) == 1)
    }
  }

  @Test("A constant schedule is 1 at every step")
  func constant() {
    #expect((0..<5).allSatisfy { Schedule.constant.factor(step: $0 * 1000) == 1 })
  }

  @Test("A linear schedule falls in a straight line to the final fraction and stays there")
  func linear() {
    let schedule = Schedule(.linear, warmup: 10, totalSteps: 110, finalFraction: 0.2)
    #expect(abs(schedule.factor(step: 60) - 0.6) < 1e-12)
    #expect(abs(schedule.factor(step: 85) - 0.4) < 1e-12)
    #expect(abs(schedule.factor(step: 110) - 0.2) < 1e-12)
    #expect(schedule.factor(step: 5000) == schedule.factor(step: 110))
  }

  @Test("A cosine schedule is half way down in the middle and at √½ of its swing after a quarter")
  func cosine() {
    let schedule = Schedule(.cosine, totalSteps: 100, finalFraction: 0.1)
    #expect(abs(schedule.factor(step: 50) - 0.55) < 1e-12)
    #expect(abs(schedule.factor(step: 25) - (0.1 + 0.45 * (1 + 0.5.squareRoot()))) < 1e-12)
    #expect(abs(schedule.factor(step: 100) - 0.1) < 1e-12)
  }

  @Test("A given progress takes the place of steps, and values outside 0 to 1 are held")
  func progress() {
    let schedule = Schedule(.linear, totalSteps: 10)
    #expect(schedule.factor(step: 3, progress: 0.75) == 0.25)
    #expect(schedule.factor(step: 3, progress: -1) == 1)
    #expect(schedule.factor(step: 3, progress: 2) == 0)
  }

  @Test("A plateau falls once the patience is exceeded, and not below the final fraction")
  func plateau() {
    var state = PlateauState()
    var factors: [Double] = []
    for loss in [2.0, 1.5, 1.6, 1.5, 1.7, 1.4, 1.4, 1.4, 1.4] {
      state.observe(loss, threshold: 1e-4)
      state.reduce(by: 0.5, patience: 2)
      factors.append(state.factor)
    }
    #expect(factors == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25])
    let schedule = Schedule(.plateau, finalFraction: 0.3)
    #expect(schedule.factor(step: 9, plateau: state.factor) == 0.3)
  }

  @Test("A loss that is not a number is no improvement")
  func nanIsNoImprovement() {
    var state = PlateauState()
    let nothing = state.observe(.nan)
    let first = state.observe(1)
    let second = state.observe(.nan)
    #expect(!nothing && first && !second)
    #expect(state.best == 1)
    #expect(state.failures == 1)
  }
}
