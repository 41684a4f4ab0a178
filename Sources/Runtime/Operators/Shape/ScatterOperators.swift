import ZooFormat

/// ScatterElements (and its old name Scatter) and ScatterND: a copy of a tensor with some elements replaced or combined.
enum ScatterOperators {
  static let all: [Operator] = [elements("ScatterElements"), elements("Scatter"), scatterND]

  private enum Reduction: String, Sendable {
    case none
    case add
    case mul
    case max
    case min

    init(_ call: OperatorCall) throws {
      let name = try call.string("reduction", default: "none")
      guard let reduction = Reduction(rawValue: name) else {
        throw call.error("reduction '\(name)'", expected: "none, add, mul, max or min")
      }
      self = reduction
    }

    @inline(__always)
    func combine<T: KernelNumber>(_ old: T, _ new: T) -> T {
      switch self {
      case .none: new
      case .add: T.sum(old, new)
      case .mul: T.product(old, new)
      case .max: Swift.max(old, new)
      case .min: Swift.min(old, new)
      }
    }
  }

  private static func check(_ call: OperatorCall) throws -> TensorType {
    let (x, indices, updates) = (try call.input(0), try call.input(1), try call.input(2))
    guard indices.elementType == .int64 || indices.elementType == .int32 else { throw call.unsupported(1) }
    guard updates.elementType == x.elementType else {
      throw call.error("updates \(updates) for \(x)", expected: "one element type")
    }
    guard try Reduction(call) == .none || x.elementType.number != nil else { throw call.unsupported() }
    return x
  }

  /// The type whose size and arithmetic the kernel uses: elements that are only moved are moved as integers.
  private static func number(_ type: ElementType) -> any KernelNumber.Type {
    type.number ?? (type.byteCount == 1 ? UInt8.self : UInt16.self)
  }

  private static func elements(_ name: String) -> Operator {
    Operator(
      name, inputs: 3...3,
      types: { call in
        let x = try check(call)
        let (indices, updates) = (try call.input(1), try call.input(2))
        let axis = try call.axis(call.int("axis", default: 0), rank: x.rank)
        guard indices.shape == updates.shape, indices.rank == x.rank,
          x.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= x.shape[$0] })
        else { throw call.error("indices \(indices) and updates \(updates) for \(x)") }
        return [x]
      },
      gradient: { builder, call in
        let axis: [String: Attribute] = ["axis": .int(try call.call.int("axis", default: 0))]
        return try gradient(&builder, call, scatter: "ScatterElements", gather: "GatherElements", axis)
      },
      kernel: { request in
        try elementsKernel(number(request.outputTypes[0].elementType), request)
      })
  }

  /// What was replaced has no gradient, what replaced it has that of its place; with `add` both have it.
  private static func gradient(
    _ builder: inout GraphBuilder, _ call: GradientCall, scatter: String, gather: String,
    _ attributes: [String: Attribute]
  ) throws -> [Value?] {
    guard let gradient = call.outputGradients[0] else { return [nil, nil, nil] }
    let reduction = try Reduction(call.call)
    guard reduction == .none || reduction == .add else {
      throw call.call.error(
        "has no gradient with reduction '\(reduction.rawValue)'", expected: "none or add",
        remedy: "Freeze the part that the node belongs to")
    }
    var results: [Value?] = [nil, nil, nil]
    if call.wanted[0] {
      if reduction == .add {
        results[0] = try builder.add("Identity", [gradient])
      } else {
        let zeros = try builder.constant(nil, Tensor(zeros: call.call.input(2)))
        results[0] = try builder.add(scatter, [gradient, call.input(1), zeros], attributes)
      }
    }
    if call.wanted[2] { results[2] = try builder.add(gather, [gradient, call.input(1)], attributes) }
    return results
  }

  private static func elementsKernel<T: KernelNumber>(_: T.Type, _ request: KernelCall) throws -> Kernel {
    let x = request.outputTypes[0]
    let walk = ElementWalk(
      x.shape, try request.call.input(1).shape,
      axis: try request.call.axis(request.call.int("axis", default: 0), rank: x.rank))
    let reader = IndexReader(request.call, 1, limit: x.shape[walk.axis])
    let reduction = try Reduction(request.call)
    return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let source: UnsafePointer<T> = arguments.unsafeInput(0)
      if UnsafePointer(y) != source { y.update(from: source, count: x.elementCount) }
      let updates: UnsafePointer<T> = arguments.unsafeInput(2)
      for position in 0..<walk.count {
        let at = walk.place(of: position, along: try reader.index(arguments, position))
        y[at] = reduction.combine(y[at], updates[position])
      }
    }
  }

  private static let scatterND = Operator(
    "ScatterND", inputs: 3...3,
    types: { call in
      let x = try check(call)
      let (indices, updates) = (try call.input(1), try call.input(2))
      guard let depth = indices.shape.last, depth <= x.rank,
        updates.shape == Array(indices.shape.dropLast() + x.shape[depth...])
      else { throw call.error("indices \(indices) and updates \(updates) for \(x)") }
      return [x]
    },
    gradient: { builder, call in try gradient(&builder, call, scatter: "ScatterND", gather: "GatherND", [:]) },
    kernel: { request in try nestedKernel(number(request.outputTypes[0].elementType), request) })

  private static func nestedKernel<T: KernelNumber>(_: T.Type, _ request: KernelCall) throws -> Kernel {
    let x = request.outputTypes[0]
    let indices = try request.call.input(1)
    let depth = indices.shape.last ?? 0
    let rows = indices.shape.dropLast().reduce(1, *)
    let inner = x.shape[depth...].reduce(1, *)
    let strides = denseStrides(x.shape)
    let reader = IndexReader(request.call, 1, limit: 0)
    let reduction = try Reduction(request.call)
    return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let source: UnsafePointer<T> = arguments.unsafeInput(0)
      if UnsafePointer(y) != source { y.update(from: source, count: x.elementCount) }
      let updates: UnsafePointer<T> = arguments.unsafeInput(2)
      for row in 0..<rows {
        var at = 0
        for level in 0..<depth {
          at += try reader.index(arguments, row * depth + level, limit: x.shape[level]) * strides[level]
        }
        for i in 0..<inner { y[at + i] = reduction.combine(y[at + i], updates[row * inner + i]) }
      }
    }
  }
}
