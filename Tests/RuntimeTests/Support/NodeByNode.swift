import ZooRuntime

/// Executes nodes one after the other, each with every input's value known.
struct NodeByNode {
  var values: [String: Tensor] = [:]
  var opset = Model.currentOpset
  var threads = ThreadPool(count: 1)

  /// Executes `node` and keeps its outputs among the values. Outputs and scratch start as garbage (NaN), so that what is
  /// used before it is written shows; inputs that the kernel says it doesn't read aren't there.
  /// - Parameter known: The indices of inputs that the kernel may take as known before the run; all if `nil`.
  mutating func run(_ node: Node, known: Set<Int>? = nil) throws {
    let call = OperatorCall(
      node: node, opset: node.domain.isEmpty ? opset : 1, inputs: node.inputs.map { values[$0]?.type },
      constants: node.inputs.enumerated().map { known?.contains($0) == false ? nil : values[$1] })
    guard let definition = OperatorTable.standard[domain: node.domain, name: node.op] else {
      throw ZooError(.badInput, node: node.name, problem: "operator '\(node.op)' is unknown")
    }
    let types = Array(try definition.types(call).prefix(node.outputs.count))
    let kernel = try definition.kernel(KernelCall(call: call, outputTypes: types, workers: threads.count))
    let outputs = try types.map { try garbage($0.byteCount) }
    let scratch = try garbage(kernel.scratchByteCount)
    let inputPointers = node.inputs.enumerated().map { index, name in
      kernel.inputsRead?.contains(index) == false ? nil : values[name]?.storage.base
    }
    let outputPointers = zip(outputs, node.outputs).map { $1.isEmpty ? nil : Optional($0.base) }
    try inputPointers.withUnsafeBufferPointer { inputs in
      try outputPointers.withUnsafeBufferPointer { outputs in
        guard let outputs = outputs.baseAddress else { return }
        try kernel.run(
          KernelArguments(
            inputs: inputs.baseAddress ?? outputs, outputs: outputs, scratch: scratch.base, threads: threads))
      }
    }
    for (name, (type, storage)) in zip(node.outputs, zip(types, outputs)) where !name.isEmpty {
      values[name] = try Tensor(type, storage: storage)
    }
  }

  private func garbage(_ byteCount: Int) throws -> TensorStorage {
    let storage = try TensorStorage(byteCount: byteCount)
    storage.base.initializeMemory(as: UInt8.self, repeating: 0xFF, count: byteCount)
    return storage
  }
}

/// A single call of an operator with the tensors it works on.
struct SingleCall {
  var op: String
  var domain = ""
  var inputs: [Tensor?]
  var attributes: [String: Attribute] = [:]
  var outputs = 1
  var opset = Model.currentOpset
  var threads = 1
  /// The indices of inputs that the kernel may take as known before the run; all if `nil`.
  var known: Set<Int>?

  var node: Node {
    Node(
      name: op, op: op, domain: domain, inputs: inputs.indices.map { inputs[$0] == nil ? "" : "x\($0)" },
      outputs: (0..<outputs).map { "y\($0)" }, attributes: attributes)
  }

  /// All outputs.
  func run() throws -> [Tensor] {
    let runner = try execute()
    return node.outputs.compactMap { runner.values[$0] }
  }

  /// The runner after the call, with all its values.
  func execute() throws -> NodeByNode {
    var runner = NodeByNode(opset: opset, threads: ThreadPool(count: threads))
    for (index, input) in inputs.enumerated() { runner.values["x\(index)"] = input }
    try runner.run(node, known: known)
    return runner
  }

  /// The gradient of Σ outputGradient · output by each input, by the operator's gradient rule; `nil` where it has none.
  func gradients(_ outputGradients: [Tensor?], wanted: [Bool]) throws -> [Tensor?] {
    var runner = try execute()
    var builder = GraphBuilder(opsets: ["": opset, "zoo": 1])
    for (index, input) in inputs.enumerated() {
      guard let input else { continue }
      if wanted[index] { try builder.input("x\(index)", input.type) } else { try builder.constant("x\(index)", input) }
    }
    try builder.append(node)
    var names: [Value?] = []
    for (index, gradient) in outputGradients.enumerated() {
      names.append(gradient == nil ? nil : Value("g\(index)"))
      guard let gradient else { continue }
      try builder.input("g\(index)", gradient.type)
      runner.values["g\(index)"] = gradient
    }
    let forwardCount = builder.nodes.count
    guard let rule = OperatorTable.standard[domain: domain, name: op]?.gradient else {
      throw ZooError(.badInput, problem: "operator '\(op)' has no gradient")
    }
    let call = GradientCall(
      call: try builder.call(node), outputTypes: try builder.infer(node), outputGradients: names, wanted: wanted)
    let results = try rule(&builder, call)
    for (name, value) in builder.initializers { runner.values[name] = value }
    for node in builder.nodes[forwardCount...] { try runner.run(node) }
    return results.map { $0.flatMap { runner.values[$0.name] } }
  }
}
