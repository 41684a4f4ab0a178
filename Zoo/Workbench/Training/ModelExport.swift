import ZooPlugins

extension Model {
  /// The model as others use it: nodes that only training needs are gone, and so is the training state; a self-test is
  /// added.
  /// - Parameter samples: float32 input for the self-test, which the file carries; one or two samples are enough.
  public func exported(selfTest samples: Tensor, threads: Int) throws -> Model {
    var model = self
    model.training = nil
    model.graph = try graph.withoutTrainingOperators()
    guard let input = model.graph.inputs.first?.name else { return model }
    let outputs = try LoadedModel(model, threads: threads).run([input: samples])
    model.selfTest = SelfTest(inputs: [input: samples], outputs: outputs)
    return model
  }
}

extension Graph {
  /// The graph without `Dropout` and `StochasticDepth`, and without the constants that only they read.
  public func withoutTrainingOperators() throws -> Graph {
    var graph = self
    var replaced: [String: String] = [:]
    graph.nodes = []
    let outputs = Set(self.outputs.map(\.name))
    let named = outputs.union(valueInfos.map(\.name))
    for var node in nodes {
      node.inputs = node.inputs.map { replaced[$0] ?? $0 }
      let isDropped =
        (node.domain.isEmpty && node.op == "Dropout") || (node.domain == "zoo" && node.op == "StochasticDepth")
      if isDropped, let output = node.outputs.first, !named.contains(output) {
        replaced[output] = node.inputs[0]
      } else if isDropped {
        // A border between two parts keeps its name.
        graph.nodes.append(
          Node(
            name: node.name, op: "Identity", inputs: [node.inputs[0]], outputs: [node.outputs[0]], part: node.part))
      } else {
        graph.nodes.append(node)
      }
    }
    let read = Set(graph.nodes.flatMap(\.inputs)).union(outputs)
    graph.initializers = initializers.filter { read.contains($0.key) }
    return graph
  }
}
