/// The facts of a model card that the model itself does not know. What is not given is not written.
public struct ModelCard: Sendable, Equatable {
  /// A text that the model was trained with.
  public struct Dataset: Sendable, Equatable {
    /// Its name, a file's or a corpus's.
    public var name: String
    /// The SHA-256 of its bytes, hexadecimal.
    public var sha256: String?
    /// Its length in bytes.
    public var byteCount: Int?
    /// Its length in characters (code points).
    public var characterCount: Int?

    /// Describes a text.
    public init(
      name: String, sha256: String? = nil, byteCount: Int? = nil, characterCount: Int? = nil
    ) {
      self.name = name
      self.sha256 = sha256
      self.byteCount = byteCount
      self.characterCount = characterCount
    }
  }

  /// Something measured.
  public struct Metric: Sendable, Equatable {
    /// The name that the hub knows it by, such as `perplexity`.
    public var type: String
    /// What it is called in the text, with its unit.
    public var name: String
    /// The value.
    public var value: Double
    /// What it was measured on; the first data set, held out, where this is nil.
    public var dataset: String?

    /// Describes a measurement.
    public init(type: String, name: String, value: Double, dataset: String? = nil) {
      self.type = type
      self.name = name
      self.value = value
      self.dataset = dataset
    }
  }

  /// A line of the section on training.
  public struct Fact: Sendable, Equatable {
    /// What it is about, such as `Command` or `Seed`.
    public var title: String
    /// What is so.
    public var text: String

    /// Makes a line.
    public init(_ title: String, _ text: String) {
      self.title = title
      self.text = text
    }
  }

  /// What the model is called; the name of its directory where this is nil.
  public var name: String?
  /// The languages of the texts, as codes of ISO 639.
  public var languages: [String]
  /// The licence of the weights, as the hub's identifiers.
  public var license: String?
  /// More tags than `recur`, the cell and `language-model`.
  public var tags: [String]
  /// The texts.
  public var datasets: [Dataset]
  /// The measurements.
  public var metrics: [Metric]
  /// How it was trained: command, seed, split, hardware, time.
  public var facts: [Fact]
  /// A text that the model wrote.
  public var sample: String?

  /// Collects facts.
  public init(
    name: String? = nil, languages: [String] = [], license: String? = nil, tags: [String] = [],
    datasets: [Dataset] = [], metrics: [Metric] = [], facts: [Fact] = [], sample: String? = nil
  ) {
    self.name = name
    self.languages = languages
    self.license = license
    self.tags = tags
    self.datasets = datasets
    self.metrics = metrics
    self.facts = facts
    self.sample = sample
  }
}
