import ZooFormat
import ZooKernels

/// Gather along one axis, and the operator that is its gradient.
enum GatherOperators {
  static let all: [Operator] = [gather, gradient]

  private static let gather = Operator(
    "Gather", inputs: 2...2,
    types: { call in
      let x = try call.input(0)
      let indices = try indexType(call, 1)
      let axis = try call.axis(call.int("axis", default: 0), rank: x.rank)
      return [TensorType(x.elementType, Array(x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...]))]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
      let shape = try call.call.input(0).shape
      return [
        try builder.add(
          "GatherGradient", domain: "zoo", [call.input(1), gradient],
          ["shape": .ints(shape), "axis": .int(call.call.int("axis", default: 0))]), nil,
      ]
    },
    kernel: { request in
      let call = request.call
      let x = try call.input(0)
      let axis = try call.axis(call.int("axis", default: 0), rank: x.rank)
      let reader = IndexReader(call, 1, limit: x.shape[axis])
      let outer = x.shape[..<axis].reduce(1, *)
      let bytes = x.shape[(axis + 1)...].reduce(1, *) * x.elementType.byteCount
      let size = x.shape[axis]
      return Kernel { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        var target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        for block in 0..<outer {
          for position in 0..<reader.count {
            let index = try reader.index(arguments, position)
            target.copyMemory(from: source + (block * size + index) * bytes, byteCount: bytes)
            target += bytes
          }
        }
      }
    })

  /// Inputs: indices, gradient by the gathered. Attributes: `axis` and `shape` of what was gathered from.
  private static let gradient = Operator(
    "GatherGradient", domain: "zoo", inputs: 2...2,
    types: { call in
      _ = try indexType(call, 0)
      guard try call.input(1).elementType == .float32 else { throw call.unsupported(1) }
      guard let shape = try call.ints("shape") else { throw call.error("no shape") }
      let axis = try call.axis(call.int("axis", default: 0), rank: shape.count)
      guard try Array(shape[..<axis] + call.input(0).shape + shape[(axis + 1)...]) == call.input(1).shape else {
        throw call.error("\(try call.input(1)) was not gathered from \(shape)")
      }
      return [TensorType(.float32, shape)]
    },
    kernel: { request in
      let call = request.call
      let shape = request.outputTypes[0].shape
      let axis = try call.axis(call.int("axis", default: 0), rank: shape.count)
      let reader = IndexReader(call, 0, limit: shape[axis])
      let outer = shape[..<axis].reduce(1, *)
      let inner = shape[(axis + 1)...].reduce(1, *)
      let size = shape[axis]
      return Kernel { arguments in
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        var dy: UnsafePointer<Float> = arguments.unsafeInput(1)
        dx.update(repeating: 0, count: outer * size * inner)
        for block in 0..<outer {
          for position in 0..<reader.count {
            let row = dx + (block * size + (try reader.index(arguments, position))) * inner
            for i in 0..<inner { row[i] += dy[i] }
            dy += inner
          }
        }
      }
    })

  private static func indexType(_ call: OperatorCall, _ index: Int) throws -> TensorType {
    let type = try call.input(index)
    guard type.elementType == .int64 || type.elementType == .int32 else { throw call.unsupported(index) }
    return type
  }
}

/// Reads indices that are given at run time, negative ones counted from the end.
struct IndexReader: Sendable {
  let input: Int
  let count: Int
  let isWide: Bool
  let limit: Int
  private let node: String

  init(_ call: OperatorCall, _ input: Int, limit: Int) {
    self.input = input
    self.limit = limit
    let type = call.inputs[input]
    count = type?.elementCount ?? 0
    isWide = type?.elementType == .int64
    node = call.node.name
  }

  /// The index at `position`, in `0..<limit`.
  func index(_ arguments: borrowing KernelArguments, _ position: Int) throws -> Int {
    try index(arguments, position, limit: limit)
  }

  func index(_ arguments: borrowing KernelArguments, _ position: Int, limit: Int) throws -> Int {
    let raw =
      isWide
      ? Int(arguments.unsafeInput(input, as: Int64.self)[position])
      : Int(arguments.unsafeInput(input, as: Int32.self)[position])
    guard raw >= -limit, raw < limit else {
      throw ZooError(
        .badInput, node: node, problem: "index \(raw) at position \(position)",
        expected: limit == 0 ? "no index: the axis is empty" : "\(-limit)…\(limit - 1)")
    }
    return raw < 0 ? raw + limit : raw
  }
}
