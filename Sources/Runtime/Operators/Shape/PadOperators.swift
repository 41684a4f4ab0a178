import ZooFormat
import ZooKernels

/// Pad with a constant, the edge, a reflection or by wrapping around; negative pads crop.
enum PadOperators {
  static let all: [Operator] = [pad, gradient]

  /// Pads before and after each axis. They are an attribute up to opset 10 (and named `paddings` at opset 1) and an
  /// input afterwards.
  static func pads(_ call: OperatorCall) throws -> (before: [Int], after: [Int]) {
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

  /// One axis: which element of the source stands at a position. Nothing is stored for each position, of which a file can
  /// ask for any number.
  private struct Axis: Sendable {
    let size: Int
    let padded: Int
    let before: Int
    let mode: Mode
    /// The positions that hold the source itself.
    let inside: Range<Int>

    init(_ size: Int, padded: Int, before: Int, _ mode: Mode) {
      (self.size, self.padded, self.before, self.mode) = (size, padded, before, mode)
      let first = min(max(before, 0), padded)
      inside = first..<max(first, min(padded, before + size))
    }

    /// The positions that have a source.
    var filled: Range<Int> { mode == .constant ? inside : 0..<padded }

    /// The source of a position of ``filled``.
    func source(_ position: Int) -> Int {
      let index = position - before
      if inside.contains(position) { return index }
      switch mode {
      case .constant, .edge: return min(max(index, 0), size - 1)
      case .wrap: return ((index % size) + size) % size
      case .reflect:
        guard size > 1 else { return 0 }
        let period = 2 * (size - 1)
        let folded = ((index % period) + period) % period
        return folded < size ? folded : period - folded
      }
    }

    /// Calls `body` with pieces whose elements follow each other in both, in the order of the positions.
    func forEachRun(_ body: (_ from: Int, _ to: Int, _ count: Int) -> Void) {
      forEachRun(0..<inside.lowerBound, body)
      if !inside.isEmpty { body(source(inside.lowerBound), inside.lowerBound, inside.count) }
      forEachRun(inside.upperBound..<padded, body)
    }

    private func forEachRun(_ outside: Range<Int>, _ body: (Int, Int, Int) -> Void) {
      guard mode != .constant else { return }
      var position = outside.lowerBound
      while position < outside.upperBound {
        let from = source(position)
        let count = mode == .wrap ? min(size - from, outside.upperBound - position) : 1
        body(from, position, count)
        position += count
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
      let rest = call.node.inputs.dropFirst().map { _ -> Value? in nil }
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
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        if mode == .constant {
          if hasValue {
            zoo_fill(arguments.unsafeInput(2, as: UInt8.self), width, target, y.elementCount)
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
        pads.count == 2 * dy.rank, (shape + pads).allSatisfy({ abs(Double($0)) < 1e15 }),
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
        let dy: UnsafePointer<Float> = arguments.unsafeInput(0)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
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
    private let rows: [Axis]
    private let last: Axis
    private let sourceStrides: [Int]
    private let targetStrides: [Int]
    private let isEmpty: Bool

    init(_ source: [Int], _ target: [Int], _ before: [Int], _ mode: Mode) {
      sourceStrides = denseStrides(source)
      targetStrides = denseStrides(target)
      let axes = source.indices.map { Axis(source[$0], padded: target[$0], before: before[$0], mode) }
      rows = Array(axes.dropLast())
      last = axes.last ?? Axis(1, padded: 1, before: 0, .constant)
      isEmpty = source.contains(0) || target.contains(0)
    }

    func forEachRow(_ body: (_ source: Int, _ target: Int) -> Void) {
      guard !isEmpty else { return }
      visit(0, 0, 0, body)
    }

    func forEachRun(_ body: (_ from: Int, _ to: Int, _ count: Int) -> Void) { last.forEachRun(body) }

    private func visit(_ axis: Int, _ source: Int, _ target: Int, _ body: (Int, Int) -> Void) {
      guard axis < rows.count else { return body(source, target) }
      for position in rows[axis].filled {
        let index = rows[axis].source(position)
        visit(axis + 1, source + index * sourceStrides[axis], target + position * targetStrides[axis], body)
      }
    }
  }
}
