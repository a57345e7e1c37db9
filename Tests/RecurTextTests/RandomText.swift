/// Reproducible texts that are hard on a tokenizer.
struct RandomText {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ (bits >> 31)) % UInt64(bound))
  }

  /// Bytes of ASCII, of the kinds that rules of boundaries look at.
  mutating func ascii(count: Int) -> [UInt8] {
    let alphabet = Array("aZ09__  ..,;:''\"\"-\t\n\r\u{B}\u{C}\u{0}\u{7F}b1".utf8)
    return (0..<count).map { _ in alphabet[next(below: alphabet.count)] }
  }

  /// Valid UTF-8 of any scalars, mostly of those that join their neighbours.
  mutating func utf8(count: Int) -> [UInt8] {
    let special: [Unicode.Scalar] = [
      "a", "b", "Z", "1", " ", " ", ".", ",", ":", "'", "\n", "\r", "_", "\u{301}", "\u{308}",
      "\u{200D}", "\u{FE0F}", "\u{1F469}", "\u{1F3FD}", "\u{1F1E9}", "\u{1F1EA}", "\u{1100}",
      "\u{1161}", "\u{11A8}", "\u{AC00}", "\u{AC01}", "\u{E33}", "\u{E01}", "\u{915}", "\u{94D}",
      "\u{93F}", "\u{600}", "\u{110BD}", "\u{5D0}", "\"", "\u{30AB}", "\u{4E2D}", "\u{3042}",
      "\u{E9}", "\u{FB01}", "\u{130}", "\u{DF}", "\u{3000}", "\u{2028}", "\u{85}", "\u{AD}",
      "\u{FEFF}", "\u{FFFF}", "\u{D7FF}", "\u{E000}", "\u{10FFFF}", "\u{1D165}", "\u{430}",
    ]
    var bytes: [UInt8] = []
    while bytes.count < count {
      if next(below: 10) < 8 {
        bytes += Array(String(special[next(below: special.count)]).utf8)
      } else if let scalar = Unicode.Scalar(UInt32(next(below: 0x110000))) {
        bytes += Array(String(scalar).utf8)
      }
    }
    return bytes
  }
}
