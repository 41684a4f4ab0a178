import ZooFormat

/// What a `DequantizeLinear` with known scales makes of an 8-bit or 32-bit value.
struct DequantizedValue {
  /// The integers.
  var source: String
  var scales: [Float]
  var zeros: [Int]
  /// The axis that has a scale for each index; `nil` for one scale.
  var axis: Int?

  /// The scale of an activation: one, positive and finite.
  var single: QuantizedScale? {
    guard axis == nil, let scale = scales.first, scale > 0, scale.isFinite, let zero = zeros.first,
      (0...255).contains(zero)
    else { return nil }
    return QuantizedScale(scale: scale, zero: zero)
  }
}

extension Program {
  /// The scale of a `QuantizeLinear` to uint8 with one known scale.
  func quantization(_ node: Node) -> QuantizedScale? {
    guard node.operatorKey == "QuantizeLinear", types[node.outputs[0]]?.elementType == .uint8,
      types[node.inputs[0]]?.elementType == .float32
    else { return nil }
    return scales(node)?.single
  }

  /// What `node` dequantizes, if it is a `DequantizeLinear` with known scales.
  func dequantization(_ node: Node) -> DequantizedValue? {
    guard node.operatorKey == "DequantizeLinear", types[node.outputs[0]]?.elementType == .float32 else { return nil }
    return scales(node)
  }

  private func scales(_ node: Node) -> DequantizedValue? {
    guard let scale = builder.constants[node.inputs[1]], let scales: [Float] = scale.values(),
      case nil = node.attributes["block_size"]
    else { return nil }
    var zeros = [Int](repeating: 0, count: scales.count)
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      guard let known = builder.constants[node.inputs[2]]?.integers(), known.count == scales.count else { return nil }
      zeros = known
    }
    var axis: Int?
    if scale.shape.count == 1, scales.count > 1 || types[node.inputs[0]]?.rank == 1 {
      axis = 1
      if case .int(let given)? = node.attributes["axis"] { axis = given }
      if let given = axis, given < 0 { axis = given + (types[node.inputs[0]]?.rank ?? 0) }
    }
    return DequantizedValue(source: node.inputs[0], scales: scales, zeros: zeros, axis: axis)
  }
}
