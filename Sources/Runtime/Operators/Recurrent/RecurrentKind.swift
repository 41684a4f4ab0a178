import ZooKernels

/// The three recurrent operators of ONNX, and in what they differ.
enum RecurrentKind: Sendable {
  case lstm, gru, rnn

  var op: String {
    switch self {
    case .lstm: "LSTM"
    case .gru: "GRU"
    case .rnn: "RNN"
    }
  }

  var gates: Int {
    switch self {
    case .lstm: 4
    case .gru: 3
    case .rnn: 1
    }
  }

  /// Values for each unit that the forward pass saves for the backward pass.
  var savedValues: Int {
    switch self {
    case .lstm: Int(ZOO_LSTM_SAVED)
    case .gru: Int(ZOO_GRU_SAVED)
    case .rnn: Int(ZOO_RNN_SAVED)
    }
  }

  /// The activations of one direction if the node names none.
  var standardActivations: [String] {
    switch self {
    case .lstm: ["Sigmoid", "Tanh", "Tanh"]
    case .gru: ["Sigmoid", "Tanh"]
    case .rnn: ["Tanh"]
    }
  }

  /// X, W, R, B, sequence_lens, initial_h, and LSTM's initial_c and P.
  var inputs: ClosedRange<Int> { self == .lstm ? 3...8 : 3...6 }

  /// Y, Y_h, and LSTM's Y_c.
  var outputs: Int { self == .lstm ? 3 : 2 }
}

/// Positions of a recurrent operator's inputs.
enum RecurrentInput {
  static let x = 0
  static let weights = 1
  static let recurrence = 2
  static let bias = 3
  static let lengths = 4
  static let state = 5
  static let cell = 6
  static let peepholes = 7
}
