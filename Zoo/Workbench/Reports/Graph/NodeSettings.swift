/// The attributes of a node that a reader looks for, in few words.
enum NodeSettings {
  /// E.g. `3×3, stride 2, 64 groups`; attributes at their defaults are left out.
  static func text(_ node: Node, _ graph: Graph) -> String {
    var words: [String] = []
    if let kernel = kernel(node, graph) { words.append(kernel.map(String.init).joined(separator: "×")) }
    if let strides = ints(node, "strides"), strides.contains(where: { $0 != 1 }) {
      words.append("stride \(joined(strides))")
    }
    if let dilations = ints(node, "dilations"), dilations.contains(where: { $0 != 1 }) {
      words.append("dilation \(joined(dilations))")
    }
    if case .int(let groups)? = node.attributes["group"], groups != 1 { words.append("\(groups) groups") }
    if case .int(let size)? = node.attributes["hidden_size"] { words.append("\(size) hidden") }
    if case .string(let direction)? = node.attributes["direction"], direction != "forward" { words.append(direction) }
    if case .int(let axis)? = node.attributes["axis"] { words.append("axis \(axis)") }
    if let permutation = ints(node, "perm") {
      words.append("(\(permutation.map(String.init).joined(separator: ", ")))")
    }
    if case .string(let mode)? = node.attributes["mode"] { words.append(mode) }
    return words.joined(separator: ", ")
  }

  /// The window of a convolution or pooling; a convolution may leave it to its weight's shape.
  private static func kernel(_ node: Node, _ graph: Graph) -> [Int]? {
    if let kernel = ints(node, "kernel_shape") { return kernel }
    guard node.op.hasPrefix("Conv"), node.inputs.count > 1, let weight = graph.initializers[node.inputs[1]],
      weight.shape.count > 2
    else { return nil }
    return Array(weight.shape[2...])
  }

  private static func ints(_ node: Node, _ name: String) -> [Int]? {
    if case .ints(let ints)? = node.attributes[name] { return ints }
    return nil
  }

  private static func joined(_ sizes: [Int]) -> String {
    Set(sizes).count == 1 ? "\(sizes[0])" : sizes.map(String.init).joined(separator: "×")
  }
}
