/// A number that tells texts apart, the same in every process and on every machine: FNV-1a of 64 bits
/// (Fowler, Noll and Vo). Swift's `Hasher` draws another seed in each process, and a cryptographic digest
/// is too slow for every word of a corpus.
package enum ContentHash {
  /// The number of some bytes.
  package static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
