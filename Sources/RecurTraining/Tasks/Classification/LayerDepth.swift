/// How far a parameter of a classifier is below its head: 0 for the head and an attention, 1 for the top
/// layer, and one more than the bottom layer for the embedding.
struct LayerDepth {
  /// L.
  let layerCount: Int
  /// Whether the backward direction is as fresh as the head, and so counts with it.
  var isBackwardFresh = false

  /// The depths there are: 0 to L + 1.
  var count: Int { layerCount + 2 }

  /// The depth of a parameter, by its name.
  func callAsFunction(_ name: String) -> Int {
    if name.hasPrefix("embedding.") { return layerCount + 1 }
    // rnn.weight_hh_l0, rnn.weight_hh_l0_reverse
    let layer = name.split(separator: "_").lazy.compactMap { part in
      part.first == "l" ? Int(part.dropFirst()) : nil
    }.last
    guard name.hasPrefix("rnn."), let layer else { return 0 }
    if isBackwardFresh, name.hasSuffix("_reverse") { return 0 }
    return layerCount - layer
  }
}
