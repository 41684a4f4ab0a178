import ZooFormat
import ZooKernels

/// Slice, and the operator that is its gradient.
enum SliceOperators {
  static let all: [Operator] = [slice, gradient]

  /// The box that is taken: for each axis its first element, its step and its size.
  struct Box: Sendable {
    var starts: [Int]
    var steps: [Int]
    var sizes: [Int]

    /// Where the box starts in a dense tensor, and its strides there.
    func place(in shape: [Int]) -> (start: Int, strides: [Int]) {
      let strides = denseStrides(shape)
      return (zip(starts, strides).map(*).reduce(0, +), zip(steps, strides).map(*))
    }
  }

  /// Starts, ends and axes are attributes up to opset 9 and inputs afterwards.
  static func box(_ call: OperatorCall) throws -> Box {
    let shape = try call.input(0).shape
    guard let starts = try call.ints("starts") ?? call.constantIntegers(1),
      let ends = try call.ints("ends") ?? call.constantIntegers(2)
    else { throw call.error("starts or ends are missing") }
    let axes = try call.ints("axes") ?? call.constantIntegers(3) ?? Array(starts.indices)
    let steps = try call.constantIntegers(4) ?? [Int](repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw call.error("starts, ends, axes and steps have different lengths")
    }
    var box = Box(starts: shape.map { _ in 0 }, steps: shape.map { _ in 1 }, sizes: shape)
    for index in axes.indices {
      let axis = try call.axis(axes[index], rank: shape.count)
      let (size, step) = (shape[axis], steps[index])
      guard step != 0, step > Int.min else { throw call.error("step \(step)", expected: "a step other than 0") }
      func clamp(_ value: Int, _ range: ClosedRange<Int>) -> Int {
        let fromFront = value < 0 ? (value < -size ? -1 : value + size) : value
        return min(max(fromFront, range.lowerBound), range.upperBound)
      }
      if step > 0 {
        let start = clamp(starts[index], 0...size)
        let end = clamp(ends[index], 0...size)
        box.sizes[axis] = start < end ? (end - start - 1) / step + 1 : 0
        box.starts[axis] = min(start, max(size - 1, 0))
      } else {
        guard size > 0 else { continue }
        let start = clamp(starts[index], 0...(size - 1))
        let end = clamp(ends[index], -1...(size - 1))
        box.sizes[axis] = start > end ? (start - end - 1) / -step + 1 : 0
        box.starts[axis] = start
      }
      // A step over a single element may be any number; what isn't used must not overflow.
      box.steps[axis] = box.sizes[axis] > 1 ? step : 1
    }
    return box
  }

  private static let slice = Operator(
    "Slice", inputs: 1...5,
    types: { [TensorType(try $0.input(0).elementType, try box($0).sizes)] },
    gradient: { builder, call in
      let rest = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + rest }
      let box = try box(call.call)
      return [
        try builder.add(
          "SliceGradient", domain: "zoo", [gradient],
          [
            "shape": .ints(try call.call.input(0).shape), "starts": .ints(box.starts), "steps": .ints(box.steps),
          ])
      ] + rest
    },
    kernel: { request in
      let x = try request.call.input(0)
      let box = try box(request.call)
      let (start, strides) = box.place(in: x.shape)
      let copy = StridedCopy(
        box.sizes, source: strides, from: start, target: denseStrides(box.sizes),
        elementSize: x.elementType.byteCount)
      if request.operandsInPlace.contains(0) { return Kernel(inputsRead: [0]) { _ in } }
      return Kernel(inputsRead: [0]) { arguments in
        copy.run(
          arguments.unsafeInput(0, as: UInt8.self), to: arguments.unsafeOutput(0, as: UInt8.self), arguments.threads)
      }
    })

  /// Puts its input into zeros. Attributes: `shape` of the result, `starts` and `steps` of the box.
  private static let gradient = Operator(
    "SliceGradient", domain: "zoo", inputs: 1...1,
    types: { call in
      let dy = try call.input(0)
      guard let shape = try call.ints("shape"), let starts = try call.ints("starts"),
        let steps = try call.ints("steps"), shape.count == dy.rank, starts.count == dy.rank, steps.count == dy.rank
      else { throw call.error("shape, starts and steps don't fit \(dy)") }
      for axis in shape.indices where dy.shape[axis] > 0 {
        let (reach, overflow) = (dy.shape[axis] - 1).multipliedReportingOverflow(by: steps[axis])
        let (last, overflow2) = starts[axis].addingReportingOverflow(reach)
        let inside = 0..<max(shape[axis], 0)
        guard !overflow, !overflow2, inside.contains(starts[axis]), inside.contains(last) else {
          throw call.error("the box leaves the shape \(shape)")
        }
      }
      return [TensorType(dy.elementType, shape)]
    },
    kernel: { request in
      let dy = try request.call.input(0)
      let dx = request.outputTypes[0]
      // Of an axis of one element or none, a file may say any step; of an empty box, any start.
      let steps = zip(try request.call.ints("steps") ?? [], dy.shape).map { $1 > 1 ? $0 : 1 }
      let starts = dy.elementCount > 0 ? try request.call.ints("starts") ?? [] : dy.shape.map { _ in 0 }
      let (start, strides) = Box(starts: starts, steps: steps, sizes: dy.shape).place(in: dx.shape)
      let copy = StridedCopy(
        dy.shape, source: denseStrides(dy.shape), target: strides, to: start, elementSize: dx.elementType.byteCount)
      let bytes = dx.byteCount
      return Kernel { arguments in
        let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        y.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        copy.run(arguments.unsafeInput(0, as: UInt8.self), to: y, arguments.threads)
      }
    })
}
