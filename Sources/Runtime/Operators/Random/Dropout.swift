import ZooFormat
import ZooKernels

/// Dropout: ONNX's, which predicts (and drops when asked for training), and `zoo.DropoutTraining`.
enum Dropout {
  static let all: [Operator] = [dropout, training]

  /// Inputs: x, ratio, training_mode; outputs: y, mask. Without training mode y is x and the mask all true, or, before
  /// version 10, all ones of the type of x.
  private static let dropout = Operator(
    "Dropout", inputs: 1...3, outputs: 1...2,
    types: { call in
      let x = try call.input(0)
      guard ElementType.floats.contains(x.elementType) else { throw call.unsupported() }
      if try isTraining(call) && x.elementType != .float32 { throw call.unsupported() }
      guard call.opset < Self.firstBooleanMask, call.hasOutput(1) else { return [x, TensorType(.bool, x.shape)] }
      guard x.elementType == .float32 else { throw call.unsupported() }
      return [x, x]
    },
    gradient: { builder, call in
      let rest = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + rest }
      guard try !isTraining(call.call) else {
        throw call.call.error("training mode has no gradient", remedy: "Use zoo.DropoutTraining")
      }
      return [try builder.add("Identity", [gradient])] + rest
    },
    kernel: { try dropoutKernel($0).keepingFirstOutput($0) })

  private static func dropoutKernel(_ request: KernelCall) throws -> Kernel {
    let x = request.outputTypes[0]
    let isTraining = try isTraining(request.call)
    let ratio = isTraining ? try ratio(request.call, input: 1) : 0
    let seed = UInt64(bitPattern: Int64(try request.call.int("seed", default: 0)))
    let hasMask = request.call.hasOutput(1)
    let isBoolean = request.call.opset >= Self.firstBooleanMask
    let isa = InstructionSet.current
    return Kernel(inPlace: [(output: 0, input: 0)], inputsRead: [0]) { arguments in
      let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      let mask: UnsafeMutablePointer<Bool>? = hasMask && isBoolean ? arguments.unsafeOptionalOutput(1) : nil
      mask?.update(repeating: true, count: x.elementCount)
      let ones: UnsafeMutablePointer<Float>? = hasMask && !isBoolean ? arguments.unsafeOptionalOutput(1) : nil
      ones?.update(repeating: 1, count: x.elementCount)
      if isTraining {
        let draw = Draw(ratio: ratio, seed: seed, step: 0)
        for i in 0..<x.elementCount { mask?[i] = draw.keeps(i) }
        draw.apply(arguments.unsafeInput(0), to: arguments.unsafeOutput(0), x.elementCount, isa, arguments.threads)
      } else if UnsafeRawPointer(target) != source {
        target.copyMemory(from: source, byteCount: x.byteCount)
      }
    }
  }

  private static let firstBooleanMask = 10

  private static func isTraining(_ call: OperatorCall) throws -> Bool {
    guard call.hasInput(2) else { return false }
    return try call.constantIntegers(2)?.first ?? 0 != 0
  }

  /// The attribute `ratio`, or the known value of an input.
  private static func ratio(_ call: OperatorCall, input: Int? = nil) throws -> Float {
    var ratio = try call.float("ratio", default: 0.5)
    if let input, call.hasInput(input), let value = try call.constant(input).values(as: Float.self)?.first {
      ratio = value
    }
    guard (0..<1).contains(ratio) else { throw call.error("ratio \(ratio)", expected: "at least 0 and less than 1") }
    return ratio
  }

  /// Inputs: x, step (int64 scalar), ratio (optional scalar). Attributes: `ratio` (0.5), `seed`. Element i of x is kept,
  /// and divided by 1 − ratio, by the random word of (seed, step, i): the mask is never stored, resuming is exact, and
  /// the gradient is the same operator on the gradient.
  private static let training = Operator(
    "DropoutTraining", domain: "zoo", inputs: 2...3,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .float32 else { throw call.unsupported() }
      try checkStep(call)
      if !call.hasInput(2) { _ = try ratio(call) }
      if let ratio = call.optionalInput(2), ratio.elementType != .float32 || ratio.elementCount != 1 {
        throw call.error("ratio \(ratio)", expected: "a float32 scalar")
      }
      return [x]
    },
    gradient: { builder, call in
      let rest = call.inputs.dropFirst()
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return call.node.inputs.map { _ in nil } }
      return [
        try builder.add("DropoutTraining", domain: "zoo", [gradient] + rest, call.node.attributes)
      ] + rest.map { _ in nil }
    },
    cost: { _, outputs in outputs[0].elementCount },
    kernel: { request in
      let count = request.outputTypes[0].elementCount
      let isa = InstructionSet.current
      let seed = UInt64(bitPattern: Int64(try request.call.int("seed", default: 0)))
      let fixed = request.call.hasInput(2) ? nil : try ratio(request.call)
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let step = UInt64(bitPattern: arguments.unsafeInput(1, as: Int64.self)[0])
        let ratio = fixed ?? min(max(arguments.unsafeInput(2, as: Float.self)[0], 0), 1)
        let draw = Draw(ratio: ratio, seed: seed, step: step)
        draw.apply(arguments.unsafeInput(0), to: arguments.unsafeOutput(0), count, isa, arguments.threads)
      }
    })

  /// The step counter must be one int64.
  static func checkStep(_ call: OperatorCall) throws {
    let step = try call.input(1)
    guard step.elementType == .int64, step.elementCount == 1 else {
      throw call.error("step \(step)", expected: "an int64 scalar")
    }
  }
}

/// Which elements are kept in one step.
struct Draw: Sendable {
  private let threshold: UInt32
  private let scale: Float
  private let seed: UInt64
  private let step: UInt64

  /// - Parameter ratio: the share that is dropped.
  init(ratio: Float, seed: UInt64, step: UInt64) {
    threshold = UInt32(saturating: min(Double(UInt32.max), (Double(ratio) * 4_294_967_296).rounded()))
    scale = ratio < 1 ? 1 / (1 - ratio) : 0
    self.seed = seed
    self.step = step
  }

  /// What a kept element is multiplied by.
  var factor: Float { scale }

  func keeps(_ element: Int) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4) { words in
      guard let base = words.baseAddress else { return false }
      zoo_philox(seed, step, UInt64(element / 4), base)
      return base[element % 4] >= threshold
    }
  }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ count: Int, _ isa: zoo_isa, _ threads: ThreadPool
  ) {
    threads.forEachChunk(of: count) { range in
      let start = range.lowerBound
      zoo_dropout_f32(isa, x + start, y + start, range.count, UInt64(start), seed, step, threshold, scale)
    }
  }
}
