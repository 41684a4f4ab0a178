import ZooFormat
import ZooKernels

/// Trilu, EyeLike, OneHot, Range, NonZero, Compress, ReverseSequence and CenterCropPad.
enum MaskOperators {
  static let all: [Operator] = [trilu, eyeLike, nonZero, compress, reverseSequence, centerCropPad]

  /// The upper or lower triangle of matrices; the rest becomes 0.
  private static let trilu = Operator(
    "Trilu", inputs: 1...2,
    types: { call in
      guard try call.input(0).rank >= 2 else { throw call.error("\(try call.input(0))", expected: "matrices") }
      _ = try diagonal(call)
      return [try call.input(0)]
    },
    gradient: { builder, call in
      let rest = call.inputs.dropFirst()
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return call.node.inputs.map { _ in nil } }
      return [try builder.add("Trilu", [gradient] + rest, call.node.attributes)] + rest.map { _ in nil }
    },
    kernel: { request in
      let x = request.outputTypes[0]
      let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
      let matrices = x.shape.dropLast(2).reduce(1, *)
      let k = try diagonal(request.call)
      let upper = try request.call.int("upper", default: 1) != 0
      let width = x.elementType.byteCount
      return Kernel(inputsRead: [0]) { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        target.initializeMemory(as: UInt8.self, repeating: 0, count: x.byteCount)
        for row in 0..<matrices * rows {
          let border = min(max(row % rows + k + (upper ? 0 : 1), 0), columns)
          let range = upper ? border..<columns : 0..<border
          let start = (row * columns + range.lowerBound) * width
          (target + start).copyMemory(from: source + start, byteCount: range.count * width)
        }
      }
    })

  private static func diagonal(_ call: OperatorCall) throws -> Int {
    let k = try call.constantIntegers(1)?.first ?? 0
    return min(max(k, -(1 << 48)), 1 << 48)
  }

  private static let eyeLike = Operator(
    "EyeLike", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      guard x.rank == 2 else { throw call.error("\(x)", expected: "a matrix") }
      let raw = try call.int("dtype", default: Int(x.elementType.rawValue))
      guard let type = Int32(exactly: raw).flatMap(ElementType.init(rawValue:)),
        type.number != nil || type == .bool
      else { throw call.error("dtype \(raw)") }
      return [TensorType(type, x.shape)]
    },
    gradient: { _, _ in [nil] },
    kernel: { request in
      let y = request.outputTypes[0]
      let k = min(max(try request.call.int("k", default: 0), -(1 << 48)), 1 << 48)
      let one = try Tensor(1, as: y.elementType)
      let width = y.elementType.byteCount
      return Kernel(inputsRead: []) { arguments in
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        target.initializeMemory(as: UInt8.self, repeating: 0, count: y.byteCount)
        for row in 0..<y.shape[0] where (0..<y.shape[1]).contains(row + k) {
          (target + (row * y.shape[1] + row + k) * width).copyMemory(from: one.storage.base, byteCount: width)
        }
      }
    })

  /// The result's size depends on the value, so a graph with it is executed node by node.
  private static let nonZero = Operator(
    "NonZero", inputs: 1...1,
    types: { call in
      let value = try call.constant(0)
      return [TensorType(.int64, [max(value.type.rank, 1), places(of: value).count])]
    },
    gradient: { _, _ in [nil] },
    kernel: { request in
      let value = try request.call.constant(0)
      let places = places(of: value)
      let shape = value.shape.isEmpty ? [1] : value.shape
      let strides = denseStrides(shape)
      return Kernel(inputsRead: []) { arguments in
        let y: UnsafeMutablePointer<Int64> = arguments.unsafeOutput(0)
        for axis in shape.indices {
          for (index, place) in places.enumerated() {
            y[axis * places.count + index] = Int64(place / strides[axis] % shape[axis])
          }
        }
      }
    })

  private static func places(of value: Tensor) -> [Int] {
    let width = value.elementType.byteCount
    let isFloating = value.elementType.isFloatingPoint
    return value.withUnsafeBytes { bytes in
      (0..<value.elementCount).filter { index in
        let element = bytes[index * width..<(index + 1) * width]
        // −0 is zero too: its only bit is the sign.
        return element.dropLast(isFloating ? 1 : 0).contains { $0 != 0 }
          || (isFloating && (element.last ?? 0) & 0x7f != 0)
      }
    }
  }

  /// The slices along an axis (or the elements) whose condition is true.
  private static let compress = Operator(
    "Compress", inputs: 2...2,
    types: { call in
      let x = try call.input(0)
      let kept = try chosen(call)
      guard let axis = try compressedAxis(call) else { return [TensorType(x.elementType, [kept.count])] }
      var shape = x.shape
      shape[axis] = kept.count
      return [TensorType(x.elementType, shape)]
    },
    kernel: { request in
      let x = try request.call.input(0)
      let kept = try chosen(request.call)
      let axis = try compressedAxis(request.call)
      let outer = axis.map { x.shape[..<$0].reduce(1, *) } ?? 1
      let size = axis.map { x.shape[$0] } ?? x.elementCount
      let bytes = (axis.map { x.shape[($0 + 1)...].reduce(1, *) } ?? 1) * x.elementType.byteCount
      return Kernel(inputsRead: [0]) { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        var target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        for block in 0..<outer {
          for index in kept {
            target.copyMemory(from: source + (block * size + index) * bytes, byteCount: bytes)
            target += bytes
          }
        }
      }
    })

  private static func compressedAxis(_ call: OperatorCall) throws -> Int? {
    try call.has("axis") ? call.axis(call.int("axis"), rank: call.input(0).rank) : nil
  }

  private static func chosen(_ call: OperatorCall) throws -> [Int] {
    guard let condition = try call.constant(1).values(as: Bool.self) else { throw call.unsupported(1) }
    let x = try call.input(0)
    let limit = try compressedAxis(call).map { x.shape[$0] } ?? x.elementCount
    return condition.indices.filter { condition[$0] && $0 < limit }
  }

  /// The first elements of each sequence in reverse order.
  private static let reverseSequence = Operator(
    "ReverseSequence", inputs: 2...2,
    types: { call in
      let x = try call.input(0)
      let (batch, time) = try axes(call)
      guard try call.input(1) == TensorType(.int64, [x.shape[batch]]), batch != time else {
        throw call.error("lengths \(try call.input(1))", expected: "int64[\(x.shape[batch])]")
      }
      return [x]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
      return [try builder.add("ReverseSequence", [gradient, call.input(1)], call.node.attributes), nil]
    },
    kernel: { request in
      let x = request.outputTypes[0]
      let (batch, time) = try axes(request.call)
      let bytes = x.shape[2...].reduce(1, *) * x.elementType.byteCount
      let (batches, steps) = (x.shape[batch], x.shape[time])
      let node = request.node.name
      return Kernel { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        let lengths: UnsafePointer<Int64> = arguments.unsafeInput(1)
        for item in 0..<batches {
          guard (0...Int64(steps)).contains(lengths[item]) else {
            throw ZooError(.badInput, node: node, problem: "length \(lengths[item])", expected: "0…\(steps)")
          }
          let length = Int(lengths[item])
          for step in 0..<steps {
            let from = step < length ? length - 1 - step : step
            func place(_ step: Int) -> Int { batch == 0 ? item * steps + step : step * batches + item }
            (target + place(step) * bytes).copyMemory(from: source + place(from) * bytes, byteCount: bytes)
          }
        }
      }
    })

  private static func axes(_ call: OperatorCall) throws -> (batch: Int, time: Int) {
    let (batch, time) = (try call.int("batch_axis", default: 1), try call.int("time_axis", default: 0))
    guard try call.input(0).rank >= 2, (batch == 0 && time == 1) || (batch == 1 && time == 0) else {
      throw call.error("batch_axis \(batch), time_axis \(time)", expected: "0 and 1 in either order")
    }
    return (batch, time)
  }

  /// Crops or pads with zeros around the centre to given sizes.
  private static let centerCropPad = Operator(
    "CenterCropPad", inputs: 2...2,
    types: { call in
      let x = try call.input(0)
      return [TensorType(x.elementType, try centred(call))]
    },
    kernel: { request in
      let x = try request.call.input(0)
      let y = request.outputTypes[0]
      let (from, to) = (denseStrides(x.shape), denseStrides(y.shape))
      var (source, target) = (0, 0)
      for axis in x.shape.indices {
        let difference = x.shape[axis] - y.shape[axis]
        if difference > 0 { source += difference / 2 * from[axis] } else { target += -difference / 2 * to[axis] }
      }
      let copy = StridedCopy(
        zip(x.shape, y.shape).map(min), source: from, from: source, target: to, to: target,
        elementSize: x.elementType.byteCount)
      return Kernel(inputsRead: [0]) { arguments in
        let y8 = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        y8.initializeMemory(as: UInt8.self, repeating: 0, count: y.byteCount)
        copy.run(arguments.unsafeInput(0, as: UInt8.self), to: y8, arguments.threads)
      }
    })

  private static func centred(_ call: OperatorCall) throws -> [Int] {
    let x = try call.input(0)
    let sizes = try call.constantIntegers(1) ?? []
    let axes = try (call.ints("axes") ?? Array(0..<x.rank)).map { try call.axis($0, rank: x.rank) }
    guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 }) else {
      throw call.error("sizes \(sizes) for \(axes.count) axes")
    }
    var shape = x.shape
    for (axis, size) in zip(axes, sizes) { shape[axis] = size }
    return shape
  }
}
