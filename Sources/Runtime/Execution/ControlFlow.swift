import ZooFormat

/// `If`, `Loop`, `Scan` and `FlexAttention`: operators that execute inner graphs, with ONNX's semantics.
struct ControlFlow {
  let call: OperatorCall

  init?(_ call: OperatorCall) {
    guard ["If", "Loop", "Scan", "ai.onnx.preview.FlexAttention"].contains(call.node.operatorKey) else { return nil }
    self.call = call
  }

  /// - Parameter outer: the values that the inner graphs may read.
  func run(_ interpreter: Interpreter, _ outer: [String: Tensor]) throws -> [Tensor] {
    switch call.node.op {
    case "If": try runIf(interpreter, outer)
    case "Loop": try runLoop(interpreter, outer)
    case "FlexAttention": try runFlexAttention(interpreter, outer)
    default: try runScan(interpreter, outer)
    }
  }

  private func runIf(_ interpreter: Interpreter, _ outer: [String: Tensor]) throws -> [Tensor] {
    let branch = try truth(call.constant(0)) ? "then_branch" : "else_branch"
    return try interpreter.run(inner(branch), inputs: [:], outer: outer).map(\.value)
  }

  private func runLoop(_ interpreter: Interpreter, _ outer: [String: Tensor]) throws -> [Tensor] {
    let body = try inner("body")
    let limit = try call.constantIntegers(0)?.first
    var condition = try call.hasInput(1) ? truth(call.constant(1)) : true
    var carried = try (2..<max(call.inputs.count, 2)).map { try call.constant($0) }
    guard body.inputs.count == carried.count + 2, body.outputs.count >= carried.count + 1 else {
      throw call.error(
        "the body has \(body.inputs.count) inputs and \(body.outputs.count) outputs",
        expected: "\(carried.count + 2) inputs and at least \(carried.count + 1) outputs")
    }
    var scanned = Array(repeating: [Tensor](), count: body.outputs.count - 1 - carried.count)
    var iteration = 0
    while condition && iteration < limit ?? Int.max {
      var inputs = [
        body.inputs[0].name: try Tensor(Int64(iteration)), body.inputs[1].name: try Tensor(condition),
      ]
      for (info, value) in zip(body.inputs.dropFirst(2), carried) { inputs[info.name] = value }
      let outputs = try interpreter.run(body, inputs: inputs, outer: outer).map(\.value)
      condition = try truth(outputs[0])
      carried = Array(outputs[1..<1 + carried.count])
      for (index, value) in outputs[(1 + carried.count)...].enumerated() { scanned[index].append(value) }
      iteration += 1
      guard iteration < 10_000_000 else { throw call.error("the loop doesn't end") }
    }
    let infos = body.outputs.suffix(scanned.count)
    return try carried + zip(infos, scanned).map { try stack($1, axis: 0, element: $0) }
  }

  private func runScan(_ interpreter: Interpreter, _ outer: [String: Tensor]) throws -> [Tensor] {
    if call.opset < 9 { return try runBatchedScan(interpreter, outer) }
    return try runScan(interpreter, outer, (0..<call.inputs.count).map { try call.constant($0) })
  }

  /// - Parameter values: states and scanned inputs.
  private func runScan(
    _ interpreter: Interpreter, _ outer: [String: Tensor], _ values: [Tensor]
  ) throws -> [Tensor] {
    let body = try inner("body")
    let scanCount = try call.int("num_scan_inputs")
    guard scanCount >= 1, scanCount <= values.count, body.inputs.count == values.count,
      body.outputs.count >= values.count - scanCount
    else { throw call.error("\(scanCount) scan inputs of \(values.count)") }
    let stateCount = values.count - scanCount
    let outputCount = body.outputs.count - stateCount
    let inputAxes = try call.ints("scan_input_axes") ?? Array(repeating: 0, count: scanCount)
    // Version 8 had one attribute for both and no directions of outputs.
    let inputBackward =
      try call.ints("scan_input_directions") ?? call.ints("directions") ?? Array(repeating: 0, count: scanCount)
    let outputAxes = try call.ints("scan_output_axes") ?? Array(repeating: 0, count: outputCount)
    let outputBackward = try call.ints("scan_output_directions") ?? Array(repeating: 0, count: outputCount)
    guard inputAxes.count == scanCount, inputBackward.count == scanCount, outputAxes.count == outputCount,
      outputBackward.count == outputCount
    else { throw call.error("axes or directions don't match the scanned values") }
    var states = Array(values[..<stateCount])
    let sequences = Array(values[stateCount...])
    let axes = try zip(sequences, inputAxes).map { try call.axis($1, rank: $0.type.rank) }
    let length = sequences[0].shape[axes[0]]
    guard zip(sequences, axes).allSatisfy({ $0.shape[$1] == length }) else {
      throw call.error("the scanned inputs differ in length")
    }
    var scanned = Array(repeating: [Tensor](), count: outputCount)
    for step in 0..<length {
      var inputs: [String: Tensor] = [:]
      for (info, value) in zip(body.inputs, states) { inputs[info.name] = value }
      for index in 0..<scanCount {
        let position = inputBackward[index] == 1 ? length - 1 - step : step
        inputs[body.inputs[stateCount + index].name] = try slice(sequences[index], axes[index], position)
      }
      let outputs = try interpreter.run(body, inputs: inputs, outer: outer).map(\.value)
      states = Array(outputs.prefix(stateCount))
      for (index, value) in outputs.dropFirst(stateCount).enumerated() { scanned[index].append(value) }
    }
    let results = try scanned.enumerated().map { index, values in
      let ordered = outputBackward[index] == 1 ? values.reversed() : values
      let rank = (values.first?.type.rank ?? 0) + 1
      return try stack(
        ordered, axis: call.axis(outputAxes[index], rank: rank), element: body.outputs[stateCount + index])
    }
    return states + results
  }

  /// Version 8 of Scan: input 0 may hold lengths, and every other value has a batch before its own dimensions.
  private func runBatchedScan(_ interpreter: Interpreter, _ outer: [String: Tensor]) throws -> [Tensor] {
    guard !call.hasInput(0), call.inputs.count >= 2 else {
      throw call.error("lengths of sequences are not supported", expected: "sequences of one length")
    }
    let values = try (1..<call.inputs.count).map { try call.constant($0) }
    guard let batch = values[0].shape.first, values.allSatisfy({ $0.shape.first == batch }), batch > 0 else {
      throw call.error("values of different batches", expected: "one batch of at least 1")
    }
    let results = try (0..<batch).map { sample in
      try runScan(interpreter, outer, values.map { try slice($0, 0, sample) })
    }
    return try results[0].indices.map { index in
      try stack(results.map { $0[index] }, axis: 0, element: ValueInfo("", .float32, nil))
    }
  }

  func inner(_ name: String) throws -> Graph {
    guard let graph = try call.graph(name) else { throw call.error("attribute '\(name)' is missing") }
    return graph
  }

  private func truth(_ value: Tensor) throws -> Bool {
    guard value.elementType == .bool, let first = value.integers()?.first else {
      throw call.error("the condition is \(value.type)", expected: "a bool")
    }
    return first != 0
  }

  /// The elements of `tensor` at `position` of `axis`, without that axis.
  private func slice(_ tensor: Tensor, _ axis: Int, _ position: Int) throws -> Tensor {
    var shape = tensor.shape
    let length = shape.remove(at: axis)
    let inner = shape[axis...].reduce(tensor.elementType.byteCount, *)
    let outer = shape[..<axis].reduce(1, *)
    return try Tensor(TensorType(tensor.elementType, shape)) { (bytes: UnsafeMutableRawBufferPointer) in
      for row in 0..<outer {
        bytes.baseAddress?.advanced(by: row * inner).copyMemory(
          from: tensor.storage.base + (row * length + position) * inner, byteCount: inner)
      }
    }
  }

  /// Puts `values` side by side along a new axis. `element` gives the type of an empty result.
  private func stack(_ values: [Tensor], axis: Int, element: ValueInfo) throws -> Tensor {
    guard let first = values.first else {
      let shape = (element.dimensions ?? []).map { dimension -> Int in
        if case .fixed(let size) = dimension { size } else { 0 }
      }
      return try Tensor(zeros: TensorType(element.elementType, [0] + shape))
    }
    guard values.allSatisfy({ $0.type == first.type }) else {
      throw call.error("the iterations give values of different types")
    }
    var shape = first.shape
    let inner = shape[axis...].reduce(first.elementType.byteCount, *)
    let outer = shape[..<axis].reduce(1, *)
    shape.insert(values.count, at: axis)
    return try Tensor(TensorType(first.elementType, shape)) { (bytes: UnsafeMutableRawBufferPointer) in
      for row in 0..<outer {
        for (index, value) in values.enumerated() {
          bytes.baseAddress?.advanced(by: (row * values.count + index) * inner).copyMemory(
            from: value.storage.base + row * inner, byteCount: inner)
        }
      }
    }
  }
}
