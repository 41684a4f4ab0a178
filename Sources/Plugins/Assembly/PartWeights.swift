/// What became of each parameter when weights were taken from another model.
public struct WeightTransfer: Sendable {
  /// A parameter that both have in different shapes; it was left as it was.
  public struct Mismatch: Sendable, Hashable {
    /// Name of the parameter.
    public var name: String
    /// Its type in the model that takes weights.
    public var here: TensorType
    /// Its type in the model that they come from.
    public var there: TensorType
  }

  /// Copied.
  public var matched: [String] = []
  /// Asked for here, absent there; left as they were.
  public var missing: [String] = []
  /// In both, in different shapes; left as they were.
  public var mismatched: [Mismatch] = []
  /// Present there, not asked for here.
  public var unused: [String] = []

  /// Whether every parameter that was asked for was copied.
  public var isComplete: Bool { missing.isEmpty && mismatched.isEmpty }

  /// One line: `62 matched, 1 mismatched (backbone.conv1.weight: here …, there …)`. O(mismatched).
  public var summary: String {
    func list(_ names: [String]) -> String {
      names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    }
    var text = "\(matched.count) matched"
    if !missing.isEmpty { text += ", \(missing.count) missing (\(list(missing)))" }
    if !mismatched.isEmpty {
      text += ", \(mismatched.count) of another shape "
      text += "(\(list(mismatched.map { "\($0.name): here \($0.here), there \($0.there)" })))"
    }
    if !unused.isEmpty { text += ", \(unused.count) unused (\(list(unused)))" }
    return text
  }
}

extension Graph {
  /// Puts the weights and running statistics of `part` in `other` in place of this graph's, by name and shape.
  ///
  /// Names are the same for the same part of the same plugin whatever the rest of the model is. Costs as
  /// `parameters()` of both graphs; tensors are shared, not copied.
  /// - Throws: `ZooError` if not a single parameter fits, for then the two parts have nothing in common.
  @discardableResult
  public mutating func takeWeights(of part: Part, from other: Graph) throws(ZooError) -> WeightTransfer {
    func isWeight(_ parameter: Parameter) -> Bool { parameter.part == part && parameter.role != .constant }
    var theirs = Dictionary(other.parameters().filter(isWeight).map { ($0.name, $0) }) { first, _ in first }
    let ours = parameters().filter(isWeight)
    var transfer = WeightTransfer()
    for parameter in ours {
      guard let match = theirs.removeValue(forKey: parameter.name), let tensor = other.initializers[parameter.name]
      else {
        transfer.missing.append(parameter.name)
        continue
      }
      if match.type == parameter.type {
        initializers[parameter.name] = tensor
        transfer.matched.append(parameter.name)
      } else {
        transfer.mismatched.append(.init(name: parameter.name, here: parameter.type, there: match.type))
      }
    }
    transfer.unused = theirs.keys.sorted()
    guard !transfer.matched.isEmpty || ours.isEmpty else {
      throw ZooError(
        .badInput, problem: "no weight of the \(part.rawValue) fits: \(transfer.summary)",
        expected: "a model with the same \(part.rawValue)", remedy: "Take the weights from a model of the same kind")
    }
    return transfer
  }
}
