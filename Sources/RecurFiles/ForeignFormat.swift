/// File formats that Recur does not read, told by their first bytes, each with what to do instead.
///
/// Formats that can run code when they are loaded (pickle and what contains it) are never opened.
public enum ForeignFormat: String, Sendable, CaseIterable {
  /// A Python pickle, among them PyTorch's old `.pt`.
  case pickle
  /// A zip archive, among them PyTorch's `.pt` and NumPy's `.npz`.
  case zip
  /// HDF5, among them Keras' `.h5`.
  case hdf5
  /// llama.cpp's GGUF.
  case gguf
  /// A pointer that Git LFS left in place of a large file.
  case gitLFSPointer
  /// gzip.
  case gzip
  /// Zstandard.
  case zstandard

  /// Recognises a format by the first bytes of a file (at least 48 where the file has them).
  public static func recognize(_ prefix: UnsafeRawBufferPointer) -> ForeignFormat? {
    func begins(_ bytes: [UInt8]) -> Bool { prefix.starts(with: bytes) }
    if begins([0x50, 0x4B, 0x03, 0x04]) || begins([0x50, 0x4B, 0x05, 0x06]) { return .zip }
    if begins([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) { return .hdf5 }
    // A small number follows, its version; a text may begin with the letters.
    if begins(Array("GGUF".utf8)), prefix.count < 5 || prefix[4] < 0x20 { return .gguf }
    if begins(Array("version https://git-lfs.github.com/spec/".utf8)) { return .gitLFSPointer }
    if begins([0x1F, 0x8B, 0x08]) { return .gzip }
    if begins([0x28, 0xB5, 0x2F, 0xFD]) { return .zstandard }
    // Protocols 2 to 5. The eight bytes of a safetensors length may begin alike, but end in zeros.
    if prefix.count >= 3, prefix[0] == 0x80, (2...5).contains(prefix[1]), prefix[2] != 0 {
      let tail = prefix.dropFirst(3).prefix(5)
      if tail.count < 5 || tail.contains(where: { $0 != 0 }) { return .pickle }
    }
    return nil
  }

  /// What such a file is called in a message.
  public var title: String {
    switch self {
    case .pickle: "a Python pickle"
    case .zip: "a zip archive (PyTorch's .pt, NumPy's .npz)"
    case .hdf5: "an HDF5 file (Keras' .h5)"
    case .gguf: "a GGUF file"
    case .gitLFSPointer: "a Git LFS pointer, not the file itself"
    case .gzip: "a gzip archive"
    case .zstandard: "a Zstandard archive"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch self {
    case .pickle, .zip:
      "loading it could run code, so Recur never does; in Python, load it where it came from and "
        + "save the weights with safetensors.torch.save_file"
    case .hdf5:
      "convert the weights in Python and save them with safetensors.numpy.save_file"
    case .gguf:
      "Recur does not run GGUF models; take the original weights as safetensors"
    case .gitLFSPointer:
      "fetch the content with `git lfs pull`"
    case .gzip:
      "unpack it first: gzip -dk FILE"
    case .zstandard:
      "unpack it first: zstd -dk FILE"
    }
  }

  /// The error for a file of this format.
  public func error(path: String) -> RecurError {
    RecurError(.badData, "this is \(title)", at: .init(path: path), hint: hint)
  }
}
