import ZooPlugins

/// Holds the gradients of a part, in the form that is trained, against finite differences.
///
/// The output is projected on one number by fixed random weights. Each parameter, and the input, is moved along its own
/// gradient, where the number changes most: the slope there must be the gradient's length. The number is summed in float64;
/// values of float32 and the corners of activations limit how well that can hold, so several steps are tried and the best
/// one counts.
struct PluginGradients {
  /// What a parameter's slope may differ by, in relation to it.
  static let tolerance = 0.05
  /// Parameters whose gradient is less than this share of all of it can't be measured in float32.
  private static let smallestShare = 1e-3

  private static let step = "step"
  private static let weights = "projection"
  private static let loss = "loss"

  private let probe: PluginProbe
  private let parameters: [Parameter]
  private let outputOnly: Executable
  /// What the output is projected by.
  private let projection: [Double]
  private let withGradients: Executable
  private let gradients: [String: String]

  init(_ probe: PluginProbe) throws {
    self.probe = probe
    var graph = probe.graph
    let form = TrainingForm(seed: 1, frozen: [], step: Self.step)
    graph.nodes = graph.nodes.map { form.nodes(for: $0).node }
    graph.inputs.append(ValueInfo(Self.step, .int64, []))
    let weights = try PluginProbe.samples(probe.outputType, seed: 2)
    projection = (weights.values() ?? []).map { (value: Float) in Double(value) }
    var forward = graph
    graph.initializers[Self.weights] = weights
    graph.nodes += [
      Node(name: "weighted", op: "Mul", inputs: [probe.output, Self.weights], outputs: ["weighted"]),
      Node(
        name: Self.loss, op: "ReduceSum", inputs: ["weighted"], outputs: [Self.loss],
        attributes: ["keepdims": .int(0)]),
    ]
    graph.outputs = [ValueInfo(Self.loss, .float32, [])]
    parameters = probe.graph.parameters().filter(\.isTrainable)
    let states = Set(parameters.map(\.name))
    let types = [PluginProbe.input: probe.inputType]
    let pool = ThreadPool(count: 1)
    forward.outputs = [ValueInfo(probe.output, .float32, nil)]
    outputOnly = try Executable(forward, inputTypes: types, purpose: .training, threads: pool, states: states)
    var differentiated: Graph
    (differentiated, gradients) = try graph.differentiated(
      Self.loss, by: states.union([PluginProbe.input]), inputTypes: types)
    differentiated.outputs += gradients.values.sorted().map { ValueInfo($0, .float32, nil) }
    withGradients = try Executable(differentiated, inputTypes: types, purpose: .training, threads: pool, states: states)
  }

  /// How many parameters (the input is one) could be measured.
  /// - Throws: ``ZooError`` naming the parameter that no gradient reaches, or whose gradient is wrong.
  func check() throws -> Int {
    let samples = try PluginProbe.samples(probe.inputType)
    let context = try ExecutionContext(withGradients)
    try run(context, samples)
    let names = parameters.map(\.name) + [PluginProbe.input]
    var found: [(name: String, gradient: [Float], length: Double)] = []
    for name in names {
      guard let value = gradients[name], let gradient: [Float] = try context.output(value).values() else {
        throw ZooError(
          .badInput, tensor: name, problem: "the output doesn't depend on it", expected: "a part that uses what it has")
      }
      let length = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length.isFinite else {
        throw ZooError(.badInput, tensor: name, problem: "the gradient is not finite", expected: "numbers")
      }
      found.append((name, gradient, length))
    }
    let smallest = Self.smallestShare * (found.map(\.length).max() ?? 0)
    let measured = found.filter { $0.length > smallest }
    for (name, gradient, length) in measured { try compare(name, gradient, length, samples) }
    return measured.count
  }

  private func compare(_ name: String, _ gradient: [Float], _ length: Double, _ samples: Tensor) throws {
    let value = name == PluginProbe.input ? samples : probe.graph.initializers[name] ?? samples
    let elements: [Float] = value.values() ?? []
    let size = max(elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot(), 0.1)
    var best = (error: Double.infinity, slope: 0.0)
    for share in [1e-2, 3e-3, 1e-3, 3e-4, 1e-4] where best.error > Self.tolerance {
      let step = share * size
      func loss(_ sign: Double) throws -> Double {
        let factor = Float(sign * step / length)
        let moved = try Tensor(shape: value.shape, zip(elements, gradient).map { $0 + factor * $1 })
        let isInput = name == PluginProbe.input
        let context = try ExecutionContext(outputOnly, initialStates: isInput ? [:] : [name: moved])
        try run(context, isInput ? moved : samples)
        // Summed in float64: of two sums in float32 the difference would be mostly rounding.
        let output: [Float] = try context.output(probe.output).values() ?? []
        return zip(output, projection).reduce(0) { $0 + Double($1.0) * $1.1 }
      }
      let slope = try (loss(1) - loss(-1)) / (2 * step)
      let error = abs(slope - length) / length
      if error < best.error { best = (error, slope) }
    }
    guard best.error <= Self.tolerance else {
      throw ZooError(
        .badInput, tensor: name, problem: "the gradient's length is \(length), finite differences give \(best.slope)",
        expected: "agreement within \(Int(saturating: Self.tolerance * 100)) %",
        remedy: "Correct the gradient rule of an operator that the part uses")
    }
  }

  private func run(_ context: ExecutionContext, _ samples: Tensor) throws {
    let step = try Tensor(Int64(1))
    context.bind(PluginProbe.input, to: samples.storage.base)
    context.bind(Self.step, to: step.storage.base)
    try withExtendedLifetime((samples, step)) { try context.run() }
  }
}
