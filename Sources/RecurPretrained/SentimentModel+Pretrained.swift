import CPretrained
import RecurFiles
public import RecurModels

extension SentimentModel {
  /// The English model that ships with Recur, with the classes `negative` and `positive`. It is loaded
  /// when it is first asked for; `Sources/CPretrained/Model/README.md` is its card.
  ///
  ///     print(SentimentModel.pretrained.score("I want those two hours back.").label)
  public static let pretrained: SentimentModel = {
    do throws(RecurError) {
      return try SentimentModel(
        configuration: bytes(recur_pretrained_configuration()),
        tokenizer: bytes(recur_pretrained_tokenizer()),
        weights: bytes(recur_pretrained_weights()),
        ngrams: bytes(recur_pretrained_ngrams()), name: "the model that ships")
    } catch {
      // Tests hold the files that the program was built from: only a broken build comes here.
      preconditionFailure(error.what)
    }
  }()

  private static func bytes(_ file: recur_pretrained_file) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
  }
}
