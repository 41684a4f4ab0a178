import ZooKernels

/// What a kernel applies to its result before it is written.
struct FusedActivation: Sendable {
  var kind = ZOO_ACTIVATION_NONE
  var alpha: Float = 0
  var beta: Float = 0

  /// An epilogue with this activation and nothing else.
  var epilogue: zoo_epilogue {
    var epilogue = zoo_epilogue()
    epilogue.activation = kind
    epilogue.alpha = alpha
    epilogue.beta = beta
    return epilogue
  }
}

extension OperatorCall {
  /// The activation that the attributes `activation`, `activation_alpha` and `activation_beta` name.
  func activation() throws -> FusedActivation {
    let name = try string("activation", default: "")
    var activation: FusedActivation
    switch name {
    case "": activation = FusedActivation()
    case "relu": activation = FusedActivation(kind: ZOO_ACTIVATION_RELU)
    case "leaky_relu": activation = FusedActivation(kind: ZOO_ACTIVATION_LEAKY_RELU, alpha: 0.01)
    case "clip":
      activation = FusedActivation(
        kind: ZOO_ACTIVATION_CLIP, alpha: -.greatestFiniteMagnitude, beta: .greatestFiniteMagnitude)
    case "sigmoid": activation = FusedActivation(kind: ZOO_ACTIVATION_SIGMOID)
    case "silu": activation = FusedActivation(kind: ZOO_ACTIVATION_SILU)
    case "hard_sigmoid": activation = FusedActivation(kind: ZOO_ACTIVATION_HARD_SIGMOID, alpha: 0.2, beta: 0.5)
    case "hard_swish": activation = FusedActivation(kind: ZOO_ACTIVATION_HARD_SWISH)
    case "gelu": activation = FusedActivation(kind: ZOO_ACTIVATION_GELU)
    default:
      throw error(
        "activation '\(name)'",
        expected: "relu, leaky_relu, clip, sigmoid, silu, hard_sigmoid, hard_swish, gelu or none")
    }
    activation.alpha = try float("activation_alpha", default: activation.alpha)
    activation.beta = try float("activation_beta", default: activation.beta)
    return activation
  }
}
