public import RecurFiles

extension Corpus {
  /// Reads a file in pieces of 1 MiB; the text is in memory once.
  ///
  /// A byte order mark at the beginning is dropped.
  ///
  /// - Parameters:
  ///   - path: a regular file, or `-` for standard input.
  ///   - invalidUTF8: what to do with bytes that are not valid UTF-8.
  /// - Throws: what `InputFile` throws for a file that cannot be read; `.badData` for an empty file,
  ///   for UTF-16 and UTF-32, and for the first ill-formed byte with its offset and line.
  public init(
    contentsOf path: String, invalidUTF8: InvalidUTF8Policy = .stop
  ) throws(RecurError) {
    try self.init(contentsOf: [path], invalidUTF8: invalidUTF8)
  }

  /// Reads files one after another into one text, with nothing put between them.
  ///
  /// - Throws: as for one file.
  public init(
    contentsOf paths: [String], invalidUTF8: InvalidUTF8Policy = .stop
  ) throws(RecurError) {
    var size = 0
    for path in paths where path != InputFile.standardInput {
      size += try InputDescriptor(path).size
    }
    // Nothing is gained by beginning with what cannot end.
    let limit = ProcessMemory.limit
    if Double(size) > limit {
      let megabytes = { (bytes: Double) in "\(Int(bytes / 1e6)) MB" }
      throw RecurError(
        .badData,
        "the text has \(megabytes(Double(size))), and there are \(megabytes(limit)) of memory",
        at: .init(path: paths.first ?? ""), hint: "take a part of it: head -c BYTES FILE > PART")
    }
    var utf8: [UInt8] = []
    utf8.reserveCapacity(size)
    var sources: [Source] = []
    for path in paths {
      let begin = utf8.count
      var decoder = CorpusDecoder(path: path, policy: invalidUTF8)
      var digest = SHA256Digest()
      try InputFile.forEachChunk(path) { (chunk: UnsafeRawBufferPointer) throws(RecurError) in
        digest.update(chunk)
        try decoder.append(chunk, to: &utf8)
      }
      try decoder.finish(&utf8)
      if utf8.count == begin {
        throw RecurError(
          .badData, "the file has no text", at: .init(path: path),
          hint: "check that it was written completely, or name another file")
      }
      sources.append(
        Source(
          path: path, range: begin..<utf8.count, sha256: digest.hexadecimal(),
          invalidSequenceCount: decoder.invalidSequenceCount))
    }
    self.init(utf8: utf8, sources: sources)
  }
}
