import ZooFormat
import ZooKernels

/// Activation functions: ONNX's, with its attributes and defaults, and `zoo.Silu`.
enum ActivationOperators {
  static let all: [Operator] = functions.flatMap(\.operators)

  private static let functions: [UnaryFunction] = [
    UnaryFunction("Relu", ZOO_RELU, saved: .result, integers: ElementType.signedIntegers),
    UnaryFunction("Sigmoid", ZOO_SIGMOID, saved: .result, operations: 15),
    UnaryFunction("Tanh", ZOO_TANH, saved: .result, operations: 20),
    /// x · sigmoid(x): what ONNX names Swish from opset 24 on; exported as Sigmoid and Mul before that.
    UnaryFunction("Silu", domain: "zoo", saved: .argument, operations: 16) { _ in .init(code: ZOO_SWISH, a: 1) },
    UnaryFunction("Swish", saved: .argument, operations: 17) { call in
      .init(code: ZOO_SWISH, a: try parameter(call, "alpha", 1))
    },
    UnaryFunction("HardSigmoid", saved: .result, operations: 4) { call in
      .init(code: ZOO_HARD_SIGMOID, a: try parameter(call, "alpha", 0.2), b: try parameter(call, "beta", 0.5))
    },
    UnaryFunction("HardSwish", ZOO_HARD_SWISH, saved: .argument, operations: 5),
    UnaryFunction("Gelu", saved: .argument, operations: 30) { call in
      switch try call.string("approximate", default: "none") {
      case "none": return .init(code: ZOO_GELU)
      case "tanh": return .init(code: ZOO_GELU_TANH)
      case let other: throw call.error("approximate '\(other)'", expected: "none or tanh")
      }
    },
    UnaryFunction("Elu", saved: .argument, operations: 15) { call in
      .init(code: ZOO_ELU, a: try parameter(call, "alpha", 1))
    },
    UnaryFunction("Selu", saved: .argument, operations: 15) { call in
      .init(
        code: ZOO_SELU, a: try parameter(call, "alpha", 1.67326319217681884765625),
        b: try parameter(call, "gamma", 1.05070102214813232421875))
    },
    UnaryFunction("Celu", saved: .argument, operations: 16) { call in
      let alpha = try parameter(call, "alpha", 1)
      guard alpha != 0 else { throw call.error("alpha is 0", expected: "another number") }
      return .init(code: ZOO_CELU, a: alpha)
    },
    UnaryFunction("Softplus", ZOO_SOFTPLUS, saved: .argument, operations: 30),
    UnaryFunction("Softsign", ZOO_SOFTSIGN, saved: .argument, operations: 3),
    UnaryFunction("Mish", ZOO_MISH, saved: .argument, operations: 50),
    UnaryFunction("LeakyRelu", saved: .argument) { call in
      .init(code: ZOO_LEAKY_RELU, a: try parameter(call, "alpha", 0.01))
    },
    UnaryFunction("ThresholdedRelu", saved: .argument) { call in
      .init(code: ZOO_THRESHOLDED_RELU, a: try parameter(call, "alpha", 1))
    },
    UnaryFunction("Shrink", saved: .argument, operations: 2) { call in
      .init(code: ZOO_SHRINK, a: try parameter(call, "bias", 0), b: try parameter(call, "lambd", 0.5))
    },
  ]

  private static func parameter(_ call: OperatorCall, _ name: String, _ value: Float) throws -> Double {
    Double(try call.float(name, default: value))
  }
}
