import ZooFormat
import ZooKernels

/// The mean cross entropy of softmax(logits), as `torch.nn.functional.cross_entropy` defines it.
///
/// Inputs: logits [N, C], labels int64 [N], class weights [C] (optional). Outputs: the loss (a scalar), log softmax of the
/// logits [N, C]. Attributes: `label_smoothing` ε in 0…1; `ignore_index`, a label of items that don't count (−100).
///
/// With weights w the loss is Σᵢ [(1−ε)·w(yᵢ)·(−log pᵢ(yᵢ)) + ε/C·Σ_c w(c)·(−log pᵢ(c))] / Σᵢ w(yᵢ) over the items that
/// count; it is NaN if none does.
enum SoftmaxCrossEntropy {
  static let all: [Operator] = [loss, gradient]

  private static let loss = Operator(
    "SoftmaxCrossEntropy", domain: "zoo", inputs: 2...3, outputs: 1...2,
    types: { call in
      let logits = try check(call)
      return [TensorType(.float32, []), logits]
    },
    gradient: { builder, call in
      let none = call.node.inputs.dropFirst().map { _ -> String? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + none }
      let inputs = [call.input(0), call.input(1), call.node.inputs.count > 2 ? call.input(2) : "", gradient]
      return [
        try builder.add("SoftmaxCrossEntropyGradient", domain: "zoo", inputs, call.node.attributes)
      ] + none
    },
    cost: { call, _ in 20 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { request in
      let call = try Call(request.call)
      let isa = InstructionSet.current
      let hasLogarithms = request.call.hasOutput(1)
      return Kernel(scratchByteCount: hasLogarithms ? 0 : call.items * call.classes * 4) { arguments in
        let logits: UnsafePointer<Float> = arguments.input(0)
        let labels: UnsafePointer<Int64> = arguments.input(1)
        let weights: UnsafePointer<Float>? = call.hasWeights ? arguments.optionalInput(2) : nil
        let result: UnsafeMutablePointer<Float> = arguments.output(0)
        let logarithms =
          hasLogarithms ? arguments.output(1) : arguments.scratch.assumingMemoryBound(to: Float.self)
        let total = try call.totalWeight(labels, weights)
        var sum = 0.0
        for item in 0..<call.items {
          let row = logarithms + item * call.classes
          zoo_softmax_f32(isa, logits + item * call.classes, row, call.classes, 1, 1)
          guard labels[item] != call.ignored else { continue }
          let label = Int(labels[item])
          sum -= Double(1 - call.smoothing) * Double(weights?[label] ?? 1) * Double(row[label])
          guard call.smoothing > 0 else { continue }
          var all = 0.0
          for other in 0..<call.classes { all -= Double(weights?[other] ?? 1) * Double(row[other]) }
          sum += Double(call.smoothing) / Double(call.classes) * all
        }
        result[0] = Float(sum / total)
      }
    })

  /// Inputs: logits, labels, class weights (or absent), the gradient by the loss.
  private static let gradient = Operator(
    "SoftmaxCrossEntropyGradient", domain: "zoo", inputs: 4...4,
    types: { call in
      guard try call.input(3) == TensorType(.float32, []) else { throw call.error("\(try call.input(3)) as gradient") }
      return [try check(call)]
    },
    cost: { call, _ in 20 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { request in
      let call = try Call(request.call)
      let isa = InstructionSet.current
      return Kernel { arguments in
        let logits: UnsafePointer<Float> = arguments.input(0)
        let labels: UnsafePointer<Int64> = arguments.input(1)
        let weights: UnsafePointer<Float>? = call.hasWeights ? arguments.optionalInput(2) : nil
        let outer = arguments.input(3, as: Float.self)[0]
        let result: UnsafeMutablePointer<Float> = arguments.output(0)
        let scale = Float(Double(outer) / (try call.totalWeight(labels, weights)))
        var all: Float = 0
        for other in 0..<call.classes { all += weights?[other] ?? 1 }
        let share = call.smoothing / Float(max(call.classes, 1))
        for item in 0..<call.items {
          let row = result + item * call.classes
          guard labels[item] != call.ignored else {
            row.update(repeating: 0, count: call.classes)
            continue
          }
          let label = Int(labels[item])
          let own = (1 - call.smoothing) * (weights?[label] ?? 1)
          zoo_softmax_f32(isa, logits + item * call.classes, row, call.classes, 1, 0)
          for other in 0..<call.classes {
            let pull = (other == label ? own : 0) + share * (weights?[other] ?? 1)
            row[other] = scale * ((own + share * all) * row[other] - pull)
          }
        }
      }
    })

  private static func check(_ call: OperatorCall) throws -> TensorType {
    let logits = try call.input(0)
    let labels = try call.input(1)
    guard logits.elementType == .float32, logits.rank == 2 else {
      throw call.error("logits \(logits)", expected: "float32[items, classes]")
    }
    guard labels == TensorType(.int64, [logits.shape[0]]) else {
      throw call.error("labels \(labels)", expected: "int64[\(logits.shape[0])]")
    }
    if let weights = call.optionalInput(2), weights != TensorType(.float32, [logits.shape[1]]) {
      throw call.error("class weights \(weights)", expected: "float32[\(logits.shape[1])]")
    }
    guard (0...1).contains(try call.float("label_smoothing", default: 0)) else {
      throw call.error("label_smoothing \(try call.float("label_smoothing"))", expected: "a number from 0 to 1")
    }
    return logits
  }

  private struct Call: Sendable {
    let items: Int
    let classes: Int
    let smoothing: Float
    let ignored: Int64
    let hasWeights: Bool
    let node: String

    init(_ call: OperatorCall) throws {
      let logits = try call.input(0)
      items = logits.shape[0]
      classes = logits.shape[1]
      smoothing = try call.float("label_smoothing", default: 0)
      ignored = Int64(try call.int("ignore_index", default: -100))
      hasWeights = call.hasInput(2)
      node = call.node.name
    }

    /// Checks all labels and adds up their weights.
    func totalWeight(_ labels: UnsafePointer<Int64>, _ weights: UnsafePointer<Float>?) throws -> Double {
      var total = 0.0
      for item in 0..<items where labels[item] != ignored {
        guard (0..<Int64(classes)).contains(labels[item]) else {
          throw ZooError(
            .badInput, node: node, problem: "label \(labels[item]) of item \(item)", expected: "0…\(classes - 1)")
        }
        total += Double(weights?[Int(labels[item])] ?? 1)
      }
      return total
    }
  }
}
