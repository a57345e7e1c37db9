/// How the outputs of all steps of a sequence become one vector. Only a sequence's own steps count,
/// never the padding behind it; of an empty sequence every pooling is zero.
public enum Pooling: String, CaseIterable, Codable, Sendable {
  /// The output at the last step; of the backward direction the one at the first step, which is its
  /// last.
  case last
  /// The mean over the steps.
  case mean
  /// The greatest value of each unit over the steps.
  case max
  /// The mean weighted by a learned softmax over the steps of v · tanh(h) (Zhou and others,
  /// "Attention-Based Bidirectional Long Short-Term Memory Networks for Relation Classification",
  /// ACL 2016).
  case attention
  /// Last, max and mean, side by side (Howard and Ruder, "Universal Language Model Fine-tuning for
  /// Text Classification", ACL 2018).
  case concat

  /// The poolings that stand side by side in the result.
  var parts: [Pooling] { self == .concat ? [.last, .max, .mean] : [self] }

  /// P: the width of the result for outputs of a width.
  public func width(ofOutputs width: Int) -> Int { parts.count * width }
}
