/// An initializer of a model's graph, as training sees it.
public struct Parameter: Sendable, Hashable {
  /// What becomes of it while training.
  public enum Role: Sendable, Hashable {
    /// Trained, with weight decay.
    case weight
    /// Trained, spared from weight decay: biases and the parameters of normalisations.
    case spared
    /// A running statistic, which the forward pass changes.
    case statistic
    /// Neither: shapes, the input's normalisation.
    case constant
  }

  /// Name of the initializer.
  public var name: String
  /// Element type and shape.
  public var type: TensorType
  /// What training does with it.
  public var role: Role
  /// The part of the first node that reads it.
  public var part: Part?

  /// Whether an optimizer changes it.
  public var isTrainable: Bool { role == .weight || role == .spared }
}

extension Graph {
  /// Every initializer that a node reads, in the order of first use: by what it is used for, not by its name, so that
  /// imported graphs are served too. O(nodes).
  ///
  /// Only parts between input and output have anything to train. An initializer that reaches an operator's weight
  /// through `Transpose`, `Reshape` and their kind counts as that weight.
  public func parameters() -> [Parameter] {
    var result: [String: Parameter] = [:]
    var order: [String] = []
    // Values that are a rearranged initializer → its name.
    var sources: [String: String] = [:]
    for node in nodes {
      let key = node.domain.isEmpty || node.domain == "ai.onnx" ? node.op : "\(node.domain).\(node.op)"
      for (position, input) in node.inputs.enumerated() {
        guard let name = initializers[input] != nil ? input : sources[input], let tensor = initializers[name] else {
          continue
        }
        if position == 0, ParameterUse.rearranging.contains(key) {
          for output in node.outputs { sources[output] = name }
        }
        let role = ParameterUse.role(of: tensor, op: key, position: position, part: node.part)
        if let known = result[name] {
          // The use as a weight decides; a statistic is never trained.
          if known.role == .constant || role == .statistic { result[name]?.role = role }
        } else {
          order.append(name)
          result[name] = Parameter(name: name, type: tensor.type, role: role, part: node.part)
        }
      }
    }
    return order.compactMap { result[$0] }
  }
}

/// Which inputs of which operators are trained: the one table of it.
private enum ParameterUse {
  private struct Rule {
    var trained: Set<Int>
    var spared: Set<Int> = []
    var statistics: Set<Int> = []
  }

  private static let rules: [String: Rule] = {
    let weightAndBias = Rule(trained: [1, 2], spared: [2])
    let normalisation = Rule(trained: [1, 2], spared: [1, 2])
    let recurrent = Rule(trained: [1, 2, 3, 7], spared: [3, 7])
    let elementwise = Rule(trained: [0, 1])
    return [
      "Conv": weightAndBias, "ConvTranspose": weightAndBias, "Gemm": weightAndBias,
      "MatMul": Rule(trained: [0, 1]), "Gather": Rule(trained: [0]), "PRelu": Rule(trained: [1], spared: [1]),
      "BatchNormalization": Rule(trained: [1, 2], spared: [1, 2], statistics: [3, 4]),
      "InstanceNormalization": normalisation, "GroupNormalization": normalisation,
      "LayerNormalization": normalisation, "RMSNormalization": Rule(trained: [1], spared: [1]),
      "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
      "Add": elementwise, "Sub": elementwise, "Mul": elementwise, "Div": elementwise,
    ]
  }()

  /// Operators whose output holds the elements of input 0.
  static let rearranging: Set<String> = ["Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]

  static func role(of tensor: Tensor, op: String, position: Int, part: Part?) -> Parameter.Role {
    guard tensor.elementType.isFloatingPoint, let part, part != .input, part != .output, let rule = rules[op] else {
      return .constant
    }
    if rule.statistics.contains(position) { return .statistic }
    // A lone number in arithmetic is part of a formula (x + 3 in a hard swish), not a parameter.
    guard rule.trained.contains(position), tensor.elementCount > 1 || !["Add", "Sub", "Mul", "Div"].contains(op) else {
      return .constant
    }
    let isVector = tensor.shape.filter { $0 > 1 }.count <= 1
    let spared = rule.spared.contains(position) || tensor.shape.count <= 1
    return spared || (isVector && ["Add", "Sub", "Mul", "Div"].contains(op)) ? .spared : .weight
  }
}
