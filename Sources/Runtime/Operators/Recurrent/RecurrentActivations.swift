import ZooKernels

/// Reads the attributes `activations`, `activation_alpha` and `activation_beta`.
enum RecurrentActivations {
  private struct Entry {
    var function: zoo_recurrent_function
    /// What alpha and beta are if they aren't given; `nil` if the function has none.
    var alpha: Float?
    var beta: Float?
  }

  private static let table: [String: Entry] = [
    "sigmoid": Entry(function: ZOO_RECURRENT_SIGMOID), "tanh": Entry(function: ZOO_RECURRENT_TANH),
    "relu": Entry(function: ZOO_RECURRENT_RELU),
    "affine": Entry(function: ZOO_RECURRENT_AFFINE, alpha: 1, beta: 0),
    "leakyrelu": Entry(function: ZOO_RECURRENT_LEAKY_RELU, alpha: 0.01),
    "thresholdedrelu": Entry(function: ZOO_RECURRENT_THRESHOLDED_RELU, alpha: 1),
    "scaledtanh": Entry(function: ZOO_RECURRENT_SCALED_TANH, alpha: 1, beta: 1),
    "hardsigmoid": Entry(function: ZOO_RECURRENT_HARD_SIGMOID, alpha: 0.2, beta: 0.5),
    "elu": Entry(function: ZOO_RECURRENT_ELU, alpha: 1),
    "softsign": Entry(function: ZOO_RECURRENT_SOFTSIGN), "softplus": Entry(function: ZOO_RECURRENT_SOFTPLUS),
  ]

  /// The activations of each direction. Alphas and betas are taken in order by the functions that have them.
  static func read(_ call: OperatorCall, kind: RecurrentKind, directions: Int) throws -> [[zoo_recurrent_activation]] {
    let standard = kind.standardActivations
    let names = try call.strings("activations") ?? (0..<directions).flatMap { _ in standard }
    guard names.count == standard.count * directions else {
      throw call.error("\(names.count) activations", expected: "\(standard.count) for each of \(directions) directions")
    }
    var alphas = (try call.floats("activation_alpha") ?? [])[...]
    var betas = (try call.floats("activation_beta") ?? [])[...]
    let all = try names.map { name in
      guard let entry = table[name.lowercased()] else {
        throw call.error("activation '\(name)' is unknown", expected: "one of ONNX's for \(kind.op)")
      }
      let alpha = entry.alpha.map { alphas.popFirst() ?? $0 } ?? 0
      let beta = entry.beta.map { betas.popFirst() ?? $0 } ?? 0
      return zoo_recurrent_activation(function: entry.function, alpha: alpha, beta: beta)
    }
    return (0..<directions).map { Array(all[$0 * standard.count..<($0 + 1) * standard.count]) }
  }

  /// Whether the derivative can be had from the activation's output.
  static func isDifferentiable(_ activation: zoo_recurrent_activation) -> Bool {
    [ZOO_RECURRENT_SIGMOID, ZOO_RECURRENT_TANH, ZOO_RECURRENT_RELU].contains { $0 == activation.function }
  }
}
