/// Kinds of operators that a drawing tells apart by colour.
enum OperatorFamily: String, CaseIterable {
  case convolution, dense, recurrent, normalization, activation, pooling, arithmetic, shape

  init(_ op: String) {
    self = Self.named[op] ?? (op.hasPrefix("Reduce") ? .pooling : .shape)
  }

  var title: String {
    switch self {
    case .convolution: "convolution"
    case .dense: "fully connected"
    case .recurrent: "recurrent"
    case .normalization: "normalisation"
    case .activation: "activation"
    case .pooling: "pooling, reduction"
    case .arithmetic: "arithmetic"
    case .shape: "shape and other"
    }
  }

  private static let named: [String: OperatorFamily] = {
    let members: [OperatorFamily: [String]] = [
      .convolution: ["Conv", "ConvTranspose", "ConvInteger", "QLinearConv"],
      .dense: ["Gemm", "MatMul", "MatMulInteger", "QLinearMatMul", "Einsum", "Attention"],
      .recurrent: ["LSTM", "GRU", "RNN"],
      .normalization: [
        "BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization",
        "RMSNormalization", "LRN", "LpNormalization",
      ],
      .activation: [
        "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Mish", "Sigmoid", "HardSigmoid", "HardSwish",
        "Swish", "Tanh", "Softplus", "Softsign", "Clip", "Softmax", "LogSoftmax", "Erf",
      ],
      .pooling: ["MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool"],
      .arithmetic: ["Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Neg", "Sum", "Mean", "Max", "Min", "Exp", "Log"],
    ]
    var named: [String: OperatorFamily] = [:]
    for (family, names) in members { for name in names { named[name] = family } }
    return named
  }()
}
