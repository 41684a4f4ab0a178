import ZooFormat

/// Executes one node on tensors: the slow and simple way, for constants, control flow and shapes that depend on values.
struct NodeRunner: Sendable {
  let operators: OperatorTable
  let threads: ThreadPool

  /// Operators whose result isn't a function of their inputs.
  static func isRandom(_ node: Node) -> Bool {
    node.op.hasPrefix("Random") || node.op == "Multinomial" || node.op == "Bernoulli"
  }

  /// - Parameters:
  ///   - call: the node with the values of all its inputs in `constants`.
  ///   - types: the types of its outputs.
  func run(_ call: OperatorCall, _ types: [TensorType]) throws -> [Tensor] {
    guard let definition = operators[domain: call.node.domain, name: call.node.op] else {
      throw call.error("the operator is unknown")
    }
    let outputTypes = Array(types.prefix(max(call.node.outputs.count, 1)))
    let request = KernelCall(call: call, outputTypes: outputTypes, workers: threads.count)
    // Before the kernel, which may keep tables as large as its results.
    let outputs = try outputTypes.map { try TensorStorage(byteCount: $0.byteCount) }
    let kernel = try definition.kernel(request)
    let scratch = try TensorStorage(byteCount: kernel.scratchByteCount)
    let inputPointers = call.constants.map { $0?.storage.base }
    let outputPointers = zip(outputs, call.node.outputs).map { $1.isEmpty ? nil : Optional($0.base) }
    try inputPointers.withUnsafeBufferPointer { inputs in
      try outputPointers.withUnsafeBufferPointer { outputs in
        guard let outputs = outputs.baseAddress else { return }
        // A node without inputs has no pointers to read, but the kernel is still handed a valid address.
        let inputs = inputs.baseAddress ?? outputs
        try kernel.run(
          KernelArguments(inputs: inputs, outputs: outputs, scratch: scratch.base, threads: threads))
      }
    }
    return try zip(outputTypes, outputs).map { try Tensor($0, storage: $1) }
  }
}
