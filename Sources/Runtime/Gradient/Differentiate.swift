import ZooFormat

extension Graph {
  /// Adds the nodes that compute the gradient of a scalar by some of the graph's values (reverse mode).
  ///
  /// The result is a graph like any other: its nodes are the forward nodes followed by the backward ones.
  /// - Parameters:
  ///   - loss: a float32 scalar that the graph computes.
  ///   - values: names of initializers, inputs or inner values.
  ///   - inputTypes: the types of inputs whose declared types aren't wholly fixed.
  /// - Returns: the larger graph, and the name of the gradient of each value that the loss depends on.
  /// - Throws: `ZooError` naming a node on the way that has no gradient. O(nodes).
  package func differentiated(
    _ loss: String, by values: Set<String>, opsets: [String: Int] = ["": Model.currentOpset, "zoo": 1],
    inputTypes: [String: TensorType] = [:], operators: OperatorTable = .current
  ) throws -> (graph: Graph, gradients: [String: String]) {
    // Parameters must not be taken for constants, or a rule could build their present values into the graph.
    let program = try Program(self, opsets: opsets, inputTypes: inputTypes, operators: operators, states: values)
    var builder = program.builder
    guard try builder.type(of: loss) == TensorType(.float32, []) else {
      throw ZooError(
        .usage, tensor: loss, problem: "the loss is \(try builder.type(of: loss))", expected: "a float32 scalar")
    }

    // Only what lies between the values and the loss takes part.
    var active = values
    for node in program.nodes where node.inputs.contains(where: active.contains) {
      active.formUnion(node.outputs.filter { !$0.isEmpty })
    }

    var contributions: [String: [Value]] = [:]
    var sums: [String: Value] = [:]
    func total(_ value: String, _ builder: inout GraphBuilder) throws -> Value? {
      if let sum = sums[value] { return sum }
      guard let parts = contributions[value], var sum = parts.first else { return nil }
      for part in parts.dropFirst() {
        sum = try builder.add("Add", [sum, part], name: builder.fresh("\(value).gradient"))
      }
      sums[value] = sum
      return sum
    }

    contributions[loss] = [try builder.constant(1)]
    for node in program.nodes.reversed() where node.outputs.contains(where: active.contains) {
      let gradients = try node.outputs.map { $0.isEmpty ? nil : try total($0, &builder) }
      guard gradients.contains(where: { $0 != nil }) else { continue }
      let wanted = node.inputs.map { active.contains($0) }
      guard wanted.contains(true) else { continue }
      guard let definition = operators[domain: node.domain, name: node.op], let rule = definition.gradient else {
        throw ZooError(
          .badInput, node: node.name, problem: "operator '\(node.op)' has no gradient",
          remedy: "Freeze the part that the node belongs to, or replace the operator")
      }
      let call = try program.builder.call(node)
      builder.part = node.part
      let results = try rule(
        &builder,
        GradientCall(
          call: call, outputTypes: try program.builder.infer(node), outputGradients: gradients, wanted: wanted))
      for (index, (input, result)) in zip(node.inputs, results).enumerated() where wanted[index] {
        guard let result else { continue }
        let (expected, actual) = (try builder.type(of: input), try builder.type(of: result))
        guard expected == actual else {
          throw ZooError(
            .failed, node: node.name,
            problem: "the gradient rule of '\(node.op)' gave \(actual) for input \(index)", expected: "\(expected)")
        }
        contributions[input, default: []].append(result)
      }
    }

    var gradients: [String: String] = [:]
    for value in values.sorted() { gradients[value] = try total(value, &builder)?.name }
    var graph = self
    graph.nodes = builder.nodes
    graph.initializers = builder.initializers
    return (graph, gradients)
  }
}
