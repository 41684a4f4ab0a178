/// Lets every operator of ONNX refuse a call that leaves out an input which it can't do without.
///
/// An empty name stands for an input that is absent, also where only later inputs are optional.
enum RequiredInputs {
  static func checking(_ definition: Operator) -> Operator {
    // Our own operators say themselves what may be absent; the first inputs of Loop and Scan may.
    guard definition.domain != "zoo", !["Loop", "Scan"].contains(definition.name) else { return definition }
    return Operator(
      definition.name, domain: definition.domain, inputs: definition.inputs, outputs: definition.outputs,
      types: { call in
        for index in 0..<min(definition.inputs.lowerBound, call.inputs.count) { _ = try call.input(index) }
        return try definition.types(call)
      },
      gradient: definition.gradient, cost: definition.cost, isView: definition.isView, kernel: definition.kernel)
  }
}
