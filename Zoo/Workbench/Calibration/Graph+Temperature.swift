import ZooPlugins

extension Graph {
  private static let temperature = "output.temperature"
  private static let scaled = "output.scaled"

  /// The graph that divides its logits by `temperature` before the softmax; the output `logits` stays as it is.
  /// A temperature that was there before is replaced.
  /// - Throws: ``ZooError`` if the probabilities aren't the softmax of a value.
  func dividingLogits(by temperature: Double) throws -> Graph {
    var graph = self
    if let old = graph.nodes.firstIndex(where: { $0.name == Self.scaled && $0.op == "Div" }) {
      let (logits, divided) = (graph.nodes[old].inputs[0], graph.nodes[old].outputs[0])
      graph.nodes.remove(at: old)
      for place in graph.nodes.indices {
        graph.nodes[place].inputs = graph.nodes[place].inputs.map { $0 == divided ? logits : $0 }
      }
    }
    guard
      let place = graph.nodes.firstIndex(where: {
        $0.op == "Softmax" && $0.domain.isEmpty && $0.outputs.first == Registry.Border.output
      }), graph.outputs.contains(where: { $0.name == Registry.Border.head })
    else {
      throw ZooError(
        .badInput, tensor: Registry.Border.output, problem: "isn't the softmax of logits that the model gives",
        expected: "outputs 'logits' and 'probabilities', as zoo train makes them")
    }
    let logits = graph.nodes[place].inputs[0]
    graph.nodes[place].inputs[0] = Self.scaled
    graph.initializers[Self.temperature] = try Tensor(Float(temperature))
    graph.nodes.insert(
      Node(
        name: Self.scaled, op: "Div", inputs: [logits, Self.temperature], outputs: [Self.scaled], part: .output),
      at: place)
    return graph
  }
}
