import ArgumentParser
import Recur

/// The cells by the names of the command line.
enum CellName: String, CaseIterable, ExpressibleByArgument {
  case rnn, lstm, gru
  case rnnReLU = "rnn-relu"

  /// Takes PyTorch's spellings as well: `LSTM`, `RNN_TANH`.
  init?(argument: String) {
    let folded = String(argument.lowercased().map { $0 == "_" ? "-" : $0 })
    self.init(rawValue: folded == "rnn-tanh" ? "rnn" : folded)
  }

  /// The cell that is meant.
  var kind: CellKind {
    switch self {
    case .rnn: .rnnTanh
    case .rnnReLU: .rnnReLU
    case .lstm: .lstm
    case .gru: .gru
    }
  }
}
