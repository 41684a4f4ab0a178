import ZooFormat

/// GatherElements and GatherND, and the operator that is the gradient of the first (and of TopK).
enum GatherElementsOperators {
  static let all: [Operator] = [gatherElements, gradient, gatherND]

  private static let gatherElements = Operator(
    "GatherElements", inputs: 2...2,
    types: { call in
      let (x, indices) = (try call.input(0), try call.input(1))
      guard indices.elementType == .int64 || indices.elementType == .int32 else { throw call.unsupported(1) }
      let axis = try call.axis(call.int("axis", default: 0), rank: x.rank)
      guard indices.rank == x.rank,
        x.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= x.shape[$0] })
      else { throw call.error("indices \(indices) for \(x)", expected: "the same rank and no larger sizes") }
      return [TensorType(x.elementType, indices.shape)]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
      return [
        try builder.add(
          "GatherElementsGradient", domain: "zoo", [call.input(1), gradient],
          [
            "shape": .ints(call.call.input(0).shape), "axis": .int(call.call.int("axis", default: 0)),
          ]), nil,
      ]
    },
    kernel: { request in
      let x = try request.call.input(0)
      let walk = ElementWalk(
        x.shape, request.outputTypes[0].shape,
        axis: try request.call.axis(request.call.int("axis", default: 0), rank: x.rank))
      let reader = IndexReader(request.call, 1, limit: x.shape[walk.axis])
      let width = x.elementType.byteCount
      return Kernel { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        for position in 0..<walk.count {
          let at = walk.place(of: position, along: try reader.index(arguments, position))
          (target + position * width).copyMemory(from: source + at * width, byteCount: width)
        }
      }
    })

  /// Inputs: indices, the gradient by what was gathered. Attributes: `shape` of the source, `axis`.
  private static let gradient = Operator(
    "GatherElementsGradient", domain: "zoo", inputs: 2...2,
    types: { call in
      let (indices, dy) = (try call.input(0), try call.input(1))
      guard indices.elementType == .int64 || indices.elementType == .int32, dy.elementType == .float32 else {
        throw call.unsupported()
      }
      guard let shape = try call.ints("shape"), shape.count == dy.rank, indices.shape == dy.shape else {
        throw call.error("indices \(indices) for \(dy)")
      }
      let axis = try call.axis(call.int("axis", default: 0), rank: dy.rank)
      guard shape.indices.allSatisfy({ $0 == axis || dy.shape[$0] <= shape[$0] }) else {
        throw call.error("\(dy) was not gathered from \(shape)")
      }
      return [TensorType(.float32, shape)]
    },
    kernel: { request in
      let shape = request.outputTypes[0].shape
      let walk = ElementWalk(
        shape, try request.call.input(1).shape,
        axis: try request.call.axis(request.call.int("axis", default: 0), rank: shape.count))
      let reader = IndexReader(request.call, 0, limit: shape[walk.axis])
      let count = request.outputTypes[0].elementCount
      return Kernel { arguments in
        let dy: UnsafePointer<Float> = arguments.unsafeInput(1)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        dx.update(repeating: 0, count: count)
        for position in 0..<walk.count {
          dx[walk.place(of: position, along: try reader.index(arguments, position))] += dy[position]
        }
      }
    })

  private static let gatherND = Operator(
    "GatherND", inputs: 2...2,
    types: { call in
      let (x, indices) = (try call.input(0), try call.input(1))
      guard indices.elementType == .int64 else { throw call.unsupported(1) }
      let batch = try call.int("batch_dims", default: 0)
      guard indices.rank >= 1, let depth = indices.shape.last, batch >= 0, batch < indices.rank,
        depth >= 0, batch + depth <= x.rank, x.shape[..<batch] == indices.shape[..<batch]
      else { throw call.error("indices \(indices) for \(x) with batch_dims \(batch)") }
      return [TensorType(x.elementType, Array(indices.shape.dropLast() + x.shape[(batch + depth)...]))]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
      guard try call.call.int("batch_dims", default: 0) == 0 else {
        throw call.call.error("has no gradient with batch_dims", expected: "batch_dims 0")
      }
      let zeros = try builder.constant(nil, Tensor(zeros: call.call.input(0)))
      let sum: [String: Attribute] = ["reduction": .string("add")]
      return [try builder.add("ScatterND", [zeros, call.input(1), gradient], sum), nil]
    },
    kernel: { request in
      let (x, indices) = (try request.call.input(0), try request.call.input(1))
      let batch = try request.call.int("batch_dims", default: 0)
      let depth = indices.shape.last ?? 0
      let rows = indices.shape.dropLast().reduce(1, *)
      let batches = x.shape[..<batch].reduce(1, *)
      let rowsEach = batches == 0 ? 0 : rows / batches
      let limits = Array(x.shape[batch..<(batch + depth)])
      let strides = Array(denseStrides(x.shape)[batch..<(batch + depth)])
      let bytes = x.shape[(batch + depth)...].reduce(1, *) * x.elementType.byteCount
      let batchSize = x.shape[batch...].reduce(1, *)
      let width = x.elementType.byteCount
      let reader = IndexReader(request.call, 1, limit: 0)
      return Kernel { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        for row in 0..<rows {
          var at = row / max(rowsEach, 1) * batchSize
          for level in 0..<depth {
            at += try reader.index(arguments, row * depth + level, limit: limits[level]) * strides[level]
          }
          (target + row * bytes).copyMemory(from: source + at * width, byteCount: bytes)
        }
      }
    })
}

/// Finds, for each element of a tensor of indices, the element of another tensor of the same rank that it names.
struct ElementWalk: Sendable {
  let axis: Int
  let count: Int
  private let strides: [Int]
  private let sizes: [Int]

  /// - Parameters:
  ///   - shape: of the tensor that indices point into.
  ///   - indices: the shape of the indices.
  init(_ shape: [Int], _ indices: [Int], axis: Int) {
    self.axis = axis
    strides = denseStrides(shape)
    sizes = indices
    count = indices.reduce(1, *)
  }

  /// The place of the element at `position` of the indices, with `index` in the axis.
  @inline(__always)
  func place(of position: Int, along index: Int) -> Int {
    var rest = position
    var place = 0
    for dimension in sizes.indices.reversed() {
      let coordinate = rest % sizes[dimension]
      rest /= sizes[dimension]
      place += (dimension == axis ? index : coordinate) * strides[dimension]
    }
    return place
  }
}
