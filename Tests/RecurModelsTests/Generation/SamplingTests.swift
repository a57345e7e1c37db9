import Recur
import Testing

@Suite("The settings of sampling")
struct SamplingTests {
  @Test("The defaults are the documented ones")
  func defaults() throws {
    let sampling = Sampling()
    #expect(sampling.temperature == 0.8)
    #expect(sampling.topP == 0.95)
    #expect(sampling.topK == 0)
    #expect(sampling.minP == 0)
    #expect(sampling.repetitionPenalty == 1)
    try sampling.validate()
    let decoded = try JSONGate.decode(
      Sampling.self, from: Array("{}".utf8), limits: .configuration, path: "")
    #expect(decoded == sampling)
  }

  @Test("Everything out of range is named at once")
  func validationListsEverything() {
    let bad = Sampling(
      temperature: -1, topK: -1, topP: 0, minP: 1.5, repetitionPenalty: 0, repetitionWindow: -1)
    let error = #expect(throws: RecurError.self) { try bad.validate() }
    for word in [
      "temperature", "top-k", "top-p", "min-p", "repetition penalty", "repetition window",
    ] {
      #expect(error?.what.contains(word) == true, "\(word) is not named")
    }
    let notNumbers = Sampling(
      temperature: .nan, topP: .nan, minP: .nan, repetitionPenalty: .infinity)
    #expect(throws: RecurError.self) { try notNumbers.validate() }
  }

  @Test("Settings come back from JSON as they were, under the names of the hub")
  func roundTrip() throws {
    let configuration = GenerationConfiguration(
      sampling: Sampling(
        temperature: 0.5, topK: 3, topP: 0.75, minP: 0.125, repetitionPenalty: 1.5,
        repetitionWindow: 9), maximumTokens: 77)
    let bytes = try JSONGate.encode(configuration)
    let decoded = try JSONGate.decode(
      GenerationConfiguration.self, from: bytes, limits: .configuration, path: "")
    #expect(decoded == configuration)
    let json = try JSONGate.value(from: bytes, limits: .configuration, path: "")
    let keys = json.members?.map(\.key).sorted()
    #expect(
      keys == [
        "do_sample", "max_new_tokens", "min_p", "repetition_penalty", "repetition_window",
        "temperature", "top_k", "top_p",
      ])
  }

  @Test("Settings of another tool that does not sample are greedy")
  func withoutSampling() throws {
    let json = #"{"do_sample": false, "temperature": 0.7, "bos_token_id": 1}"#
    let decoded = try JSONGate.decode(
      GenerationConfiguration.self, from: Array(json.utf8), limits: .configuration, path: "")
    #expect(decoded.sampling.temperature == 0)
    #expect(decoded.maximumTokens == 500)
  }
}
