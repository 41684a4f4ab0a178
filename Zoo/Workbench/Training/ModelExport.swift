import ZooPlugins

extension Model {
  /// The model as others use it: nodes that only training needs are gone, and so is the training state; a self-test is
  /// added.
  /// - Parameter samples: float32 input for the self-test, which the file carries; one or two samples are enough.
  package func exported(selfTest samples: Tensor, threads: Int) throws -> Model {
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
  package func withoutTrainingOperators() throws -> Graph {
    var graph = self
    var replaced: [String: String] = [:]
    graph.nodes = []
    let outputs = Set(self.outputs.map(\.name))
    // Graphs inside nodes go on reading values by the names that these have.
    let captured = Set(nodes.flatMap(\.capturedNames))
    let named = outputs.union(valueInfos.map(\.name)).union(captured)
    let read = Set(nodes.flatMap(\.inputs)).union(named)
    for var node in nodes {
      node.inputs = node.inputs.map { replaced[$0] ?? $0 }
      // A mask that somebody reads, or a training form that the file itself asks for, is more than training's.
      let isTraining = node.inputs.count > 2 && initializers[node.inputs[2]]?.integers() == [1]
      let isNeeded = node.op == "Dropout" && (node.outputs.dropFirst().contains(where: read.contains) || isTraining)
      let isDropped =
        (node.domain.isEmpty && node.op == "Dropout" && !isNeeded)
        || (node.domain == "zoo" && node.op == "StochasticDepth")
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
    let kept = Set(graph.nodes.flatMap { $0.inputs + $0.capturedNames }).union(outputs).union(inputs.map(\.name))
    graph.initializers = initializers.filter { kept.contains($0.key) }
    return graph
  }
}
