/// How the parameters of PyTorch's recurrent layers stand in those of ONNX's operators.
///
/// For layer l and each direction d (`_reverse` for the second):
/// `rnn.weight_ih_lL[d]` is `weight_ih_lL` with its blocks of `hidden` rows reordered, `rnn.weight_hh_lL[d]` likewise,
/// and `rnn.bias_lL[d]` is `bias_ih_lL` followed by `bias_hh_lL`, both reordered.
/// An LSTM's gates are i, f, g, o in PyTorch and i, o, f, c (= g) in ONNX; a GRU's r, z, n and z, r, h (= n).
package enum RecurrentLayout: String, Sendable, CaseIterable {
  case lstm, gru

  /// Gate k of ONNX's order is this gate of PyTorch's.
  package var gateOrder: [Int] {
    switch self {
    case .lstm: [0, 3, 1, 2]
    case .gru: [1, 0, 2]
    }
  }

  /// PyTorch's names of what makes up the parameter `name` (e.g. `weight_ih_l0`): one list for each direction, in the
  /// order in which the pieces follow each other.
  package static func sources(of name: String, directions: Int) -> [[String]] {
    (0..<directions).map { direction in
      let suffix = direction == 0 ? "" : "_reverse"
      if name.hasPrefix("bias_l") {
        let layer = name.dropFirst("bias".count)
        return ["bias_ih\(layer)\(suffix)", "bias_hh\(layer)\(suffix)"]
      }
      return [name + suffix]
    }
  }

  /// Makes ONNX's parameter from PyTorch's tensors, given as ``sources(of:directions:)`` lists them.
  /// - Parameter type: of the parameter, [directions, rows, columns] or [directions, 2 · rows].
  /// - Throws: `ZooError` if a tensor doesn't have the type that the parameter asks for.
  package func parameter(_ name: String, type: TensorType, from sources: [[Tensor]]) throws -> Tensor {
    let pieces = sources.first?.count ?? 0
    let gates = gateOrder.count
    guard type.elementType == .float32, type.rank >= 2, pieces > 0, type.shape[0] == sources.count,
      type.shape[1] % (pieces * gates) == 0
    else {
      throw ZooError(.badInput, tensor: name, problem: "\(type) is no parameter of a recurrent layer")
    }
    let block = type.shape[1] / (pieces * gates) * type.shape[2...].reduce(1, *)
    var values: [Float] = []
    values.reserveCapacity(type.elementCount)
    for source in sources {
      for tensor in source {
        guard tensor.elementCount == gates * block, let elements = tensor.values(as: Float.self) else {
          throw ZooError(
            .badInput, tensor: name, problem: "is made from \(tensor.type)",
            expected: "\(gates * block) float32 elements")
        }
        for gate in gateOrder { values += elements[gate * block..<(gate + 1) * block] }
      }
    }
    return try Tensor(shape: type.shape, values)
  }
}
