import ZooFormat
import ZooKernels

/// Pad with a constant, the edge, a reflection or by wrapping around; negative pads crop.
enum PadOperators {
  static let all: [Operator] = [pad, gradient]

  /// Pads before and after each axis. They are an attribute up to opset 10 (and named `paddings` at opset 1) and an
  /// input afterwards.
  private static func pads(_ call: OperatorCall) throws -> (before: [Int], after: [Int]) {
    let rank = try call.input(0).rank
    guard let pads = try call.ints("pads") ?? call.constantIntegers(1) else { throw call.error("no pads") }
    let axes = try (call.constantIntegers(3) ?? Array(0..<rank)).map { try call.axis($0, rank: rank) }
    guard pads.count == 2 * axes.count, pads.allSatisfy({ abs(Double($0)) < 1e15 }) else {
      throw call.error("pads \(pads)", expected: "\(2 * axes.count) numbers")
    }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    for (index, axis) in axes.enumerated() {
      before[axis] = pads[index]
      after[axis] = pads[axes.count + index]
    }
    return (before, after)
  }

  private enum Mode: String, Sendable {
    case constant
    case edge
    case reflect
    case wrap
  }

  private static func mode(_ call: OperatorCall) throws -> Mode {
    let name = try call.string("mode", default: "constant")
    guard let mode = Mode(rawValue: name) else {
      throw call.error("mode '\(name)'", expected: "constant, edge, reflect or wrap")
    }
    return mode
  }

  private static func padded(_ shape: [Int], _ call: OperatorCall) throws -> [Int] {
    let (before, after) = try pads(call)
    let mode = try mode(call)
    return try shape.indices.map { axis in
      let size = shape[axis] + before[axis] + after[axis]
      guard size >= 0 else { throw call.error("pads \(before) and \(after) crop more than \(shape)") }
      guard mode == .constant || shape[axis] > 0 || size == 0 else {
        throw call.error("nothing to repeat along the empty axis \(axis)")
      }
      return size
    }
  }

  /// For each position of the padded axis the position of the source, or −1 for the constant.
  private static func sources(_ size: Int, before: Int, padded: Int, _ mode: Mode) -> [Int] {
    (0..<padded).map { position in
      let index = position - before
      if (0..<size).contains(index) { return index }
      switch mode {
      case .constant: return -1
      case .edge: return min(max(index, 0), size - 1)
      case .wrap: return ((index % size) + size) % size
      case .reflect:
        guard size > 1 else { return 0 }
        let period = 2 * (size - 1)
        let folded = ((index % period) + period) % period
        return folded < size ? folded : period - folded
      }
    }
  }

  private static let pad = Operator(
    "Pad", inputs: 1...4,
    types: { call in
      let x = try call.input(0)
      if call.hasInput(2) {
        let value = try call.input(2)
        guard value.elementType == x.elementType, value.elementCount == 1 else {
          throw call.error("constant of type \(value)", expected: "one \(x.elementType)")
        }
      }
      return [TensorType(x.elementType, try padded(x.shape, call))]
    },
    gradient: { builder, call in
      let rest = call.node.inputs.dropFirst().map { _ -> String? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + rest }
      let (before, after) = try pads(call.call)
      return [
        try builder.add(
          "PadGradient", domain: "zoo", [gradient],
          [
            "shape": .ints(try call.call.input(0).shape), "pads": .ints(before + after),
            "mode": .string(try mode(call.call).rawValue),
          ])
      ] + rest
    },
    kernel: { request in
      let call = request.call
      let x = try call.input(0)
      let y = request.outputTypes[0]
      let mode = try mode(call)
      let (before, _) = try pads(call)
      let value = call.has("value") ? try call.float("value") : nil
      let hasValue = call.hasInput(2)
      let width = x.elementType.byteCount
      let walk = Walk(x.shape, y.shape, before, mode)
      let type = x.elementType
      return Kernel(inputsRead: hasValue ? [0, 2] : [0]) { arguments in
        let source = UnsafeRawPointer(arguments.input(0, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.output(0, as: UInt8.self))
        if mode == .constant {
          if hasValue {
            zoo_fill(arguments.input(2, as: UInt8.self), width, target, y.elementCount)
          } else {
            var zero = value ?? 0
            withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { scalar in
              guard let base = scalar.baseAddress else { return }
              _ = zoo_cast(ElementType.float32.rawValue, type.rawValue, &zero, base, 1)
              zoo_fill(base, width, target, y.elementCount)
            }
          }
        }
        walk.forEachRow { start, row in
          walk.forEachRun { from, to, count in
            (target + (row + to) * width).copyMemory(from: source + (start + from) * width, byteCount: count * width)
          }
        }
      }
    })

  /// Adds each padded element's gradient to its source. Attributes: `shape` of the source, `pads`, `mode`.
  private static let gradient = Operator(
    "PadGradient", domain: "zoo", inputs: 1...1,
    types: { call in
      let dy = try call.input(0)
      guard dy.elementType == .float32 else { throw call.unsupported() }
      guard let shape = try call.ints("shape"), let pads = try call.ints("pads"), shape.count == dy.rank,
        pads.count == 2 * dy.rank,
        shape.indices.allSatisfy({ shape[$0] + pads[$0] + pads[dy.rank + $0] == dy.shape[$0] })
      else { throw call.error("shape and pads don't fit \(dy)") }
      return [TensorType(.float32, shape)]
    },
    kernel: { request in
      let dy = try request.call.input(0)
      let dx = request.outputTypes[0]
      let before = Array(try request.call.ints("pads")?.prefix(dx.rank) ?? [])
      let walk = Walk(dx.shape, dy.shape, before, try mode(request.call))
      let count = dx.elementCount
      return Kernel { arguments in
        let dy: UnsafePointer<Float> = arguments.input(0)
        let dx: UnsafeMutablePointer<Float> = arguments.output(0)
        dx.update(repeating: 0, count: count)
        walk.forEachRow { start, row in
          walk.forEachRun { from, to, count in
            for i in 0..<count { dx[start + from + i] += dy[row + to + i] }
          }
        }
      }
    })

  /// Goes over the rows of the padded tensor that have a source.
  private struct Walk: Sendable {
    private let sources: [[Int]]
    private let runs: [(from: Int, to: Int, count: Int)]
    private let sourceStrides: [Int]
    private let targetStrides: [Int]
    private let isEmpty: Bool

    init(_ source: [Int], _ target: [Int], _ before: [Int], _ mode: Mode) {
      sourceStrides = denseStrides(source)
      targetStrides = denseStrides(target)
      let all = source.indices.map {
        PadOperators.sources(source[$0], before: before[$0], padded: target[$0], mode)
      }
      sources = Array(all.dropLast())
      isEmpty = source.contains(0) || target.contains(0)
      var runs: [(from: Int, to: Int, count: Int)] = []
      for (to, from) in (all.last ?? [0]).enumerated() where from >= 0 {
        if let last = runs.last, last.from + last.count == from, last.to + last.count == to {
          runs[runs.count - 1].count += 1
        } else {
          runs.append((from, to, 1))
        }
      }
      self.runs = runs
    }

    func forEachRow(_ body: (_ source: Int, _ target: Int) -> Void) {
      guard !isEmpty else { return }
      visit(0, 0, 0, body)
    }

    func forEachRun(_ body: (_ from: Int, _ to: Int, _ count: Int) -> Void) {
      for run in runs { body(run.from, run.to, run.count) }
    }

    private func visit(_ axis: Int, _ source: Int, _ target: Int, _ body: (Int, Int) -> Void) {
      guard axis < sources.count else { return body(source, target) }
      for (position, index) in sources[axis].enumerated() where index >= 0 {
        visit(axis + 1, source + index * sourceStrides[axis], target + position * targetStrides[axis], body)
      }
    }
  }
}
