import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The mean cross entropy of softmax(logits), as `torch.nn.functional.cross_entropy` defines it, or the focal loss.
///
/// Inputs: logits [N, C], labels int64 [N], class weights [C] (optional), item weights [N] (optional). Outputs: the loss
/// (a scalar), log softmax of the logits [N, C]. Attributes: `label_smoothing` ε in 0…1; `focal_gamma` γ ≥ 0, by default 0;
/// `ignore_index`, a label of items that don't count (−100).
///
/// With class weights w and item weights v the loss is
/// Σᵢ vᵢ·[(1−ε)·w(yᵢ)·l(pᵢ(yᵢ)) + ε/C·Σ_c w(c)·l(pᵢ(c))] / Σᵢ vᵢ·w(yᵢ) over the items that count, where
/// l(p) = −(1−p)^γ·log p; it is NaN if none counts. With γ = 0 that is the cross entropy; with γ > 0 items that are right
/// and sure count little, so that the many easy ones don't outweigh the few hard ones (Lin, Goyal, Girshick, He and Dollár
/// 2017, there for two classes).
enum SoftmaxCrossEntropy {
  static let all: [Operator] = [loss, gradient]

  private static let loss = Operator(
    "SoftmaxCrossEntropy", domain: "zoo", inputs: 2...4, outputs: 1...2,
    types: { call in
      let logits = try check(call)
      return [TensorType(.float32, []), logits]
    },
    gradient: { builder, call in
      let none = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + none }
      let weights = (2...3).map { call.node.inputs.count > $0 ? call.input($0) : .absent }
      return [
        try builder.add(
          "SoftmaxCrossEntropyGradient", domain: "zoo", [call.input(0), call.input(1)] + weights + [gradient],
          call.node.attributes)
      ] + none
    },
    cost: { call, _ in 20 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { try lossKernel($0).keepingFirstOutput($0) })

  private static func lossKernel(_ request: KernelCall) throws -> Kernel {
    let call = try Call(request.call)
    let isa = InstructionSet.current
    let hasLogarithms = request.call.hasOutput(1)
    return Kernel(scratchByteCount: hasLogarithms ? 0 : call.items * call.classes * 4) { arguments in
      let logits: UnsafePointer<Float> = arguments.unsafeInput(0)
      let targets = Targets(call, arguments)
      let result: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
      let logarithms =
        hasLogarithms ? arguments.unsafeOutput(1) : arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      let total = try targets.totalWeight()
      var sum = 0.0
      for item in 0..<call.items {
        let row = logarithms + item * call.classes
        zoo_softmax_f32(isa, logits + item * call.classes, row, call.classes, 1, 1)
        guard targets.labels[item] != call.ignored else { continue }
        let label = Int(targets.labels[item])
        let weight = targets.weight(of: item)
        sum += weight * Double(1 - call.smoothing) * targets.weight(ofClass: label) * call.loss(row[label])
        guard call.smoothing > 0 else { continue }
        var all = 0.0
        for other in 0..<call.classes { all += targets.weight(ofClass: other) * call.loss(row[other]) }
        sum += weight * Double(call.smoothing) / Double(call.classes) * all
      }
      result[0] = Float(sum / total)
    }
  }

  /// Inputs: logits, labels, class weights (or absent), item weights (or absent), the gradient by the loss.
  private static let gradient = Operator(
    "SoftmaxCrossEntropyGradient", domain: "zoo", inputs: 5...5,
    types: { call in
      guard try call.input(4) == TensorType(.float32, []) else { throw call.error("\(try call.input(4)) as gradient") }
      return [try check(call)]
    },
    cost: { call, _ in 20 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { request in
      let call = try Call(request.call)
      let isa = InstructionSet.current
      return Kernel { arguments in
        let logits: UnsafePointer<Float> = arguments.unsafeInput(0)
        let targets = Targets(call, arguments)
        let outer = arguments.unsafeInput(4, as: Float.self)[0]
        let result: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        let common = Double(outer) / (try targets.totalWeight())
        for item in 0..<call.items {
          let row = result + item * call.classes
          guard targets.labels[item] != call.ignored else {
            row.update(repeating: 0, count: call.classes)
            continue
          }
          let scale = Float(common * targets.weight(of: item))
          zoo_softmax_f32(isa, logits + item * call.classes, row, call.classes, 1, call.gamma > 0 ? 1 : 0)
          if call.gamma > 0 {
            focalGradient(call, targets, label: Int(targets.labels[item]), scale, row)
          } else {
            entropyGradient(call, targets, label: Int(targets.labels[item]), scale, row)
          }
        }
      }
    })

  /// By the logits of one item, from their softmax in `row`.
  private static func entropyGradient(
    _ call: Call, _ targets: Targets, label: Int, _ scale: Float, _ row: UnsafeMutablePointer<Float>
  ) {
    var all: Float = 0
    for other in 0..<call.classes { all += targets.classWeights?[other] ?? 1 }
    let share = call.smoothing / Float(max(call.classes, 1))
    let own = (1 - call.smoothing) * (targets.classWeights?[label] ?? 1)
    for other in 0..<call.classes {
      let pull = (other == label ? own : 0) + share * (targets.classWeights?[other] ?? 1)
      row[other] = scale * ((own + share * all) * row[other] - pull)
    }
  }

  /// By the logits of one item, from their log softmax in `row`: pⱼ·Σ_c t_c·h(p_c) − tⱼ·h(pⱼ) with the targets t, where
  /// h(p) = −p·l′(p) = (1−p)^γ − γ·p·(1−p)^(γ−1)·log p.
  private static func focalGradient(
    _ call: Call, _ targets: Targets, label: Int, _ scale: Float, _ row: UnsafeMutablePointer<Float>
  ) {
    let share = Double(call.smoothing) / Double(max(call.classes, 1))
    func pull(_ other: Int) -> Double {
      let target = (other == label ? Double(1 - call.smoothing) : 0) + share
      return target == 0 ? 0 : target * targets.weight(ofClass: other) * call.pull(row[other])
    }
    var all = 0.0
    for other in 0..<call.classes { all += pull(other) }
    for other in 0..<call.classes { row[other] = scale * Float(all * exp(Double(row[other])) - pull(other)) }
  }

  private static func check(_ call: OperatorCall) throws -> TensorType {
    let logits = try call.input(0)
    let labels = try call.input(1)
    guard logits.elementType == .float32, logits.rank == 2 else {
      throw call.error("logits \(logits)", expected: "float32[items, classes]")
    }
    guard labels == TensorType(.int64, [logits.shape[0]]) else {
      throw call.error("labels \(labels)", expected: "int64[\(logits.shape[0])]")
    }
    for (place, axis, name) in [(2, 1, "class"), (3, 0, "item")] {
      if let weights = call.optionalInput(place), weights != TensorType(.float32, [logits.shape[axis]]) {
        throw call.error("\(name) weights \(weights)", expected: "float32[\(logits.shape[axis])]")
      }
    }
    guard (0...1).contains(try call.float("label_smoothing", default: 0)) else {
      throw call.error("label_smoothing \(try call.float("label_smoothing"))", expected: "a number from 0 to 1")
    }
    guard (0...100).contains(try call.float("focal_gamma", default: 0)) else {
      throw call.error("focal_gamma \(try call.float("focal_gamma"))", expected: "a number from 0 to 100")
    }
    return logits
  }

  private struct Call: Sendable {
    let items: Int
    let classes: Int
    let smoothing: Float
    let gamma: Double
    let ignored: Int64
    let hasClassWeights: Bool
    let hasItemWeights: Bool
    let node: String

    init(_ call: OperatorCall) throws {
      let logits = try call.input(0)
      items = logits.shape[0]
      classes = logits.shape[1]
      smoothing = try call.float("label_smoothing", default: 0)
      gamma = Double(try call.float("focal_gamma", default: 0))
      ignored = Int64(try call.int("ignore_index", default: -100))
      hasClassWeights = call.hasInput(2)
      hasItemWeights = call.hasInput(3)
      node = call.node.name
    }

    /// l(p), of log p.
    func loss(_ logarithm: Float) -> Double {
      let logarithm = Double(logarithm)
      return gamma == 0 ? -logarithm : -pow(-expm1(logarithm), gamma) * logarithm
    }

    /// h(p), of log p.
    func pull(_ logarithm: Float) -> Double {
      let logarithm = Double(logarithm)
      let rest = -expm1(logarithm)
      // The limit for p = 1, where a power below 0 would be infinite.
      guard rest > 0 else { return 0 }
      return pow(rest, gamma) - gamma * exp(logarithm) * pow(rest, gamma - 1) * logarithm
    }
  }

  /// What the logits are held against.
  private struct Targets {
    let labels: UnsafePointer<Int64>
    let classWeights: UnsafePointer<Float>?
    private let itemWeights: UnsafePointer<Float>?
    private let call: Call

    init(_ call: Call, _ arguments: borrowing KernelArguments) {
      self.call = call
      labels = arguments.unsafeInput(1)
      classWeights = call.hasClassWeights ? arguments.unsafeOptionalInput(2) : nil
      itemWeights = call.hasItemWeights ? arguments.unsafeOptionalInput(3) : nil
    }

    func weight(ofClass label: Int) -> Double { Double(classWeights?[label] ?? 1) }

    func weight(of item: Int) -> Double { Double(itemWeights?[item] ?? 1) }

    /// Checks all labels and adds up their weights.
    func totalWeight() throws -> Double {
      var total = 0.0
      for item in 0..<call.items where labels[item] != call.ignored {
        guard (0..<Int64(call.classes)).contains(labels[item]) else {
          throw ZooError(
            .badInput, node: call.node, problem: "label \(labels[item]) of item \(item)",
            expected: "0…\(call.classes - 1)")
        }
        total += weight(of: item) * weight(ofClass: Int(labels[item]))
      }
      return total
    }
  }
}
