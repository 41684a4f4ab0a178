/// An initializer of a model's graph, as training sees it.
public struct Parameter: Sendable, Hashable {
  /// What becomes of it while training.
  public enum Role: Sendable, Hashable {
    /// Trained, with weight decay.
    case weight
    /// Trained without weight decay: biases and the parameters of normalisations.
    case undecayed
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
  public var isTrainable: Bool { role == .weight || role == .undecayed }
}

extension Graph {
  /// Every initializer that a node reads, in the order of first use: by what it is used for, not by its name, so that
  /// imported graphs are served too. O(nodes), and a name for each way from an initializer to a value that is computed from
  /// initializers alone; the scales and offsets of standardised weights are read.
  ///
  /// Only parts between input and output have anything to train; what of them is trained, ``ParameterUse`` says.
  public func parameters() -> [Parameter] { parameters(ignoringParts: false) }

  /// The same of graphs whose nodes belong to no part.
  /// - Parameter foreignConstants: of a graph of others, the initializers that were constants in nodes.
  func parameters(ignoringParts ignoresParts: Bool, foreignConstants: Set<String>? = nil) -> [Parameter] {
    var use = ParameterUse(self, ignoresParts: ignoresParts, foreignConstants: foreignConstants)
    var result: [String: Parameter] = [:]
    var order: [String] = []
    for node in nodes {
      for (name, role) in use.roles(of: node) {
        if let known = result[name] {
          // The use as a weight decides; a statistic is never trained.
          if known.role == .constant || role == .statistic { result[name]?.role = role }
        } else if let tensor = initializers[name] {
          order.append(name)
          result[name] = Parameter(name: name, type: tensor.type, role: role, part: node.part)
        }
      }
    }
    return order.compactMap { result[$0] }
  }

  /// Refuses weights and running statistics that aren't numbers. Other constants may be infinite if they are single numbers,
  /// and hold −∞ as attention masks do. O(elements).
  /// - Parameter weightsAlone: whether other constants may be anything.
  /// - Throws: `ZooError` naming the first.
  package func checkFinite(weightsAlone: Bool = false) throws {
    let parameters = parameters(ignoringParts: true, foreignConstants: [])
    let weights = Set(parameters.filter { $0.role != .constant }.map(\.name))
    for (name, tensor) in initializers.sorted(by: { $0.key < $1.key }) where tensor.elementType.isFloatingPoint {
      let isWeight = weights.contains(name)
      guard isWeight || (!weightsAlone && tensor.elementCount > 1) else { continue }
      let values = try tensor.values(as: Float.self) ?? tensor.converted(to: .float32).values(as: Float.self) ?? []
      let isWrong = { (value: Float) in !value.isFinite && (isWeight || value != -.infinity) }
      guard let place = values.firstIndex(where: isWrong) else { continue }
      throw ZooError(
        .badInput, tensor: name,
        problem:
          "\(values.count(where: isWrong)) of \(values.count) elements are not finite: number \(place) is \(values[place])",
        expected: "numbers",
        remedy:
          "Training has diverged: train again with a lower learning rate or clipped gradients, or take an earlier checkpoint"
      )
    }
  }
}
