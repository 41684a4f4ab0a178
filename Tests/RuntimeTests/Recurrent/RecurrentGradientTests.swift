import Testing
import ZooRuntime

@Suite struct RecurrentGradientTests {
  struct Setup: Sendable, CustomTestStringConvertible {
    var op: String
    var steps = 3
    var batch = 2
    var features = 3
    var hidden = 5
    var full = false
    var attributes: [String: Attribute] = [:]
    var testDescription: String {
      "\(op) \(steps)×\(batch)×\(features) to \(hidden)\(full ? ", full" : "") \(attributes.keys.sorted())"
    }
  }

  static let setups: [Setup] = [
    Setup(op: "LSTM"), Setup(op: "LSTM", steps: 1, batch: 1, features: 1, hidden: 1),
    Setup(op: "LSTM", steps: 4, batch: 3, hidden: 17, full: true),
    Setup(op: "LSTM", full: true, attributes: ["direction": .string("bidirectional"), "layout": .int(1)]),
    Setup(op: "LSTM", full: true, attributes: ["direction": .string("reverse")]),
    Setup(op: "LSTM", attributes: ["activations": .strings(["Sigmoid", "Tanh", "Sigmoid"])]),
    Setup(op: "GRU"), Setup(op: "GRU", attributes: ["linear_before_reset": .int(1)]),
    Setup(op: "GRU", steps: 4, batch: 3, hidden: 17, full: true),
    Setup(op: "GRU", steps: 4, batch: 3, hidden: 17, full: true, attributes: ["linear_before_reset": .int(1)]),
    Setup(op: "GRU", full: true, attributes: ["direction": .string("bidirectional"), "layout": .int(1)]),
    Setup(
      op: "GRU", full: true,
      attributes: ["direction": .string("bidirectional"), "layout": .int(1), "linear_before_reset": .int(1)]),
    Setup(op: "RNN"), Setup(op: "RNN", steps: 4, batch: 3, hidden: 17, full: true),
    Setup(op: "RNN", full: true, attributes: ["direction": .string("bidirectional"), "layout": .int(1)]),
  ]

  /// The node, and the sum of all its outputs' elements, each with a weight of its own, as `loss`.
  private func lossGraph(_ sample: RecurrentCase, variables: Set<String>, training: Bool) throws -> Graph {
    var graph = try sample.graph(variables: variables)
    if training {
      graph.nodes[0].op += "Training"
      graph.nodes[0].domain = "zoo"
      graph.nodes[0].outputs.append("saved")
    }
    var generator = RecurrentSamples.Generator(state: 5)
    let result = try execute(sample.graph(variables: variables), sample.tensors)
    var terms: [String] = []
    for output in graph.outputs.map(\.name) {
      let count = result[output]?.elementCount ?? 0
      graph.initializers["\(output).weights"] = try Tensor(
        shape: result[output]?.shape ?? [], (0..<count).map { _ in generator.next() })
      graph.nodes.append(
        Node(
          name: "\(output).weighted", op: "Mul", inputs: [output, "\(output).weights"], outputs: ["\(output).weighted"])
      )
      graph.nodes.append(
        Node(
          name: "\(output).sum", op: "ReduceSum", inputs: ["\(output).weighted"], outputs: ["\(output).sum"],
          attributes: ["keepdims": .int(0)]))
      terms.append("\(output).sum")
    }
    for (index, term) in terms.enumerated().dropFirst() {
      let name = index == terms.count - 1 ? "loss" : "partial\(index)"
      let before = index == 1 ? terms[0] : "partial\(index - 1)"
      graph.nodes.append(Node(name: name, op: "Add", inputs: [before, term], outputs: [name]))
    }
    graph.outputs = [ValueInfo("loss", .float32, [])]
    return graph
  }

  @Test(arguments: setups, [false, true])
  func gradientsAgreeWithFiniteDifferences(_ setup: Setup, training: Bool) throws {
    let sample = try RecurrentSamples.random(
      setup.op, steps: setup.steps, batch: setup.batch, features: setup.features, hidden: setup.hidden,
      full: setup.full, attributes: setup.attributes)
    let names = Set(sample.tensors.keys).subtracting(["sequence_lens"])
    let variables = Set(sample.tensors.keys)
    let graph = try lossGraph(sample, variables: variables, training: training)
    var (backward, gradients) = try graph.differentiated("loss", by: names)
    backward.outputs = gradients.values.sorted().map { ValueInfo($0, .float32, nil) }
    let results = try execute(backward, sample.tensors, threads: 2)

    let executable = try Executable(graph, purpose: .training, threads: ThreadPool(count: 1))
    let context = try ExecutionContext(executable)
    func loss(_ tensors: [String: Tensor]) throws -> Double {
      for (name, tensor) in tensors { context.bind(name, to: UnsafeRawPointer(tensor.storage.base)) }
      return try withExtendedLifetime(tensors) {
        try context.run()
        return Double(try context.output("loss").values(as: Float.self)?[0] ?? .nan)
      }
    }
    for name in names.sorted() {
      let gradient = try #require(gradients[name].flatMap { results[$0] }?.values(as: Float.self))
      let values = try #require(sample.tensors[name]?.values(as: Float.self))
      for index in stride(from: 0, to: values.count, by: max(1, values.count / 40)) {
        let step: Float = 1.0 / 64
        var tensors = sample.tensors
        var changed = values
        changed[index] = values[index] + step
        tensors[name] = try Tensor(shape: sample.tensors[name]?.shape ?? [], changed)
        let above = try loss(tensors)
        changed[index] = values[index] - step
        tensors[name] = try Tensor(shape: sample.tensors[name]?.shape ?? [], changed)
        let expected = (above - (try loss(tensors))) / Double(2 * step)
        let error = abs(Double(gradient[index]) - expected)
        #expect(error <= 1e-3 + 5e-3 * abs(expected), "\(name)[\(index)]: \(gradient[index]), not \(expected)")
      }
    }
  }

  @Test func clippedNetworkHasNoGradient() throws {
    let sample = try RecurrentSamples.random(
      "LSTM", steps: 2, batch: 1, features: 2, hidden: 3, attributes: ["clip": .float(1)])
    let graph = try lossGraph(sample, variables: ["X"], training: false)
    let error = #expect(throws: ZooError.self) { try graph.differentiated("loss", by: ["W"]) }
    #expect(error?.description.contains("clip has no gradient") == true)
  }
}
