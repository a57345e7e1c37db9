import Recur
import TestSupport
import Testing

@Suite("A model card")
struct ModelCardTests {
  private func card(_ card: ModelCard) throws -> String {
    let folder = TemporaryFolder()
    let (model, tokenizer) = try SmallModels.pair()
    try ModelDirectory(model, tokenizer, card: card).write(to: folder("my-model"))
    return String(
      decoding: try #require(folder.bytes(of: "my-model/README.md")), as: UTF8.self)
  }

  @Test("The front matter has the hub's keys, in their shape")
  func frontMatter() throws {
    let text = try card(
      ModelCard(
        name: "Erlkönig: a \"model\"", languages: ["de"], license: "apache-2.0",
        datasets: [.init(name: "goethe.txt", sha256: "abc123", byteCount: 77)],
        metrics: [.init(type: "perplexity", name: "Perplexity", value: 4.25)],
        facts: [.init("Seed", "42")]))
    let parts = text.split(separator: "---\n", maxSplits: 2, omittingEmptySubsequences: false)
    #expect(parts.count == 3 && parts[0].isEmpty)
    #expect(
      parts[1] == """
        language:
        - "de"
        license: "apache-2.0"
        library_name: "recur"
        tags:
        - "recur"
        - "gru"
        - "language-model"
        datasets:
        - "goethe.txt"
        metrics:
        - "perplexity"
        pipeline_tag: "text-generation"
        model-index:
        - name: "Erlkönig: a \\"model\\""
          results:
          - task:
              type: "text-generation"
            dataset:
              name: "goethe.txt"
              type: "goethe.txt"
            metrics:
            - type: "perplexity"
              name: "Perplexity"
              value: 4.25

        """)
    for line in [
      "- Seed: 42", "- Perplexity: 4.25", "SHA-256 `abc123`", "77 bytes", "| Cell | gru |",
    ] {
      #expect(parts[2].contains(line), "\(line) is missing")
    }
  }

  @Test("What is not known is not written")
  func nothingIsInvented() throws {
    let text = try card(ModelCard())
    for word in [
      "license", "language:", "datasets", "metrics", "model-index", "## Data", "## Results",
    ] {
      #expect(!text.contains(word), "\(word) is there")
    }
    #expect(text.contains("# my-model"))
  }

  @Test("Names from outside stay in their line, and a sample in its fence")
  func namesAreEscaped() throws {
    let text = try card(
      ModelCard(
        name: "a\n---\n# b", datasets: [.init(name: "x\u{1B}[2J|y")], sample: "before\n````\nafter")
    )
    #expect(!text.contains("\u{1B}"))
    #expect(text.split(separator: "\n").filter { $0 == "---" }.count == 2)
    #expect(text.contains("`````text\nbefore\n````\nafter\n`````"))
  }
}
