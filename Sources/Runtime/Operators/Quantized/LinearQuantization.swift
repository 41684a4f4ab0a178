import ZooFormat
import ZooKernels

/// QuantizeLinear and DequantizeLinear: numbers q that stand for scale · (q − zero), of any type that ONNX quantizes to.
///
/// The scale is one for the tensor, one for each index of an axis, or one for each block along the axis.
enum LinearQuantization {
  static let all: [Operator] = [quantizeLinear, dequantizeLinear]

  /// round to even(x / scale) + zero, clamped to the type; x / scale itself for floating-point types.
  private static let quantizeLinear = Operator(
    "QuantizeLinear", inputs: 2...3,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .float32 || x.elementType == .int32 else { throw call.unsupported() }
      _ = try QuantizationScales(call)
      let stated = try call.int("output_dtype", default: 0)
      let declared = stated == 0 ? ElementType.uint8 : Int32(exactly: stated).flatMap(ElementType.init(rawValue:))
      guard let type = call.optionalInput(2)?.elementType ?? declared, type.isSmallFloat || type.quantizedRange != nil
      else { throw call.error("quantizes to type \(stated)", expected: "an integer of up to 16 bits or a small float") }
      return [TensorType(type, x.shape)]
    },
    gradient: { _, call in call.node.inputs.map { _ in nil } }, cost: { _, outputs in 3 * outputs[0].elementCount },
    kernel: { request in
      let from = try request.call.input(0).elementType
      let y = request.outputTypes[0].elementType
      let saturates: Int32 = try request.call.int("saturate", default: 1) != 0 ? 1 : 0
      return make(request, from: from, try QuantizationScales(request.call)) { values, count, scale, zero, target in
        if let range = y.quantizedRange {
          for i in 0..<count {
            let value = (values[i] / scale).rounded(.toNearestOrEven) + zero
            values[i] = value.isNaN ? zero : min(max(value, range.lowerBound), range.upperBound)
          }
          convert(values, .float32, to: target, y, count: count)
        } else {
          for i in 0..<count { values[i] /= scale }
          _ = zoo_cast_small(
            ElementType.float32.rawValue, y.rawValue, values, target, count, saturates, Int32(ZOO_ROUND_UP))
        }
      }
    })

  /// (x − zero) · scale.
  private static let dequantizeLinear = Operator(
    "DequantizeLinear", inputs: 2...3,
    types: { call in
      let x = try call.input(0)
      guard x.elementType.isSmallFloat || x.elementType.quantizedRange != nil || x.elementType == .int32 else {
        throw call.unsupported()
      }
      if let zero = call.optionalInput(2), zero.elementType != x.elementType {
        throw call.error("x is \(x), its zero point \(zero)", expected: "one element type")
      }
      _ = try QuantizationScales(call)
      return [TensorType(.float32, x.shape)]
    },
    gradient: { _, call in call.node.inputs.map { _ in nil } }, cost: { _, outputs in 2 * outputs[0].elementCount },
    kernel: { request in
      let from = try request.call.input(0).elementType
      return make(request, from: from, try QuantizationScales(request.call)) { values, count, scale, zero, target in
        let y = target.assumingMemoryBound(to: Float.self)
        for i in 0..<count { y[i] = (values[i] - zero) * scale }
      }
    })

  /// Reads x in pieces that share a scale and hands each to `body` as float32, with where its results go.
  private static func make(
    _ request: KernelCall, from: ElementType, _ scales: QuantizationScales,
    _ body:
      @escaping @Sendable (
        _ values: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float, _ zero: Float,
        _ target: UnsafeMutableRawPointer
      ) -> Void
  ) -> Kernel {
    let y = request.outputTypes[0]
    let zeroType = request.call.optionalInput(2)?.elementType
    let piece = 1024
    let buffers = scales.count
    return Kernel(scratchByteCount: (buffers + piece * request.workers) * 4) { arguments in
      let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      let scale: UnsafePointer<Float> = arguments.unsafeInput(1)
      let zeros = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      if let zeroType {
        convert(arguments.unsafeInput(2, as: UInt8.self), zeroType, to: zeros, .float32, count: scales.count)
      } else {
        zeros.update(repeating: 0, count: scales.count)
      }
      let total = y.elementCount
      arguments.threads.forEach((total + 16383) / 16384) { task, worker in
        let buffer = zeros + buffers + worker * piece
        var start = task * 16384
        let end = min(total, start + 16384)
        while start < end {
          let (index, run) = scales.run(at: start)
          let count = min(run, piece, end - start)
          convert(x + start * from.byteCount, from, to: buffer, .float32, count: count)
          body(buffer, count, scale[index], zeros[index], target + start * y.elementType.byteCount)
          start += count
        }
      }
    }
  }
}

/// Which elements of a tensor share a scale.
struct QuantizationScales: Sendable {
  let count: Int
  private let inner: Int
  private let size: Int
  /// Indices of the axis that share a scale, and how many such blocks there are.
  private let block: Int
  private let blocks: Int
  /// Whether positions outside and inside the axis have scales of their own.
  private let isBlocked: Bool

  /// Inputs: x, scale, zero point (optional). Attributes: `axis`, `block_size`.
  init(_ call: OperatorCall) throws {
    let (x, scale) = (try call.input(0), try call.input(1))
    guard scale.elementType == .float32 else { throw call.unsupported(1) }
    if let zero = call.optionalInput(2), zero.shape != scale.shape, zero.elementCount != 1 || scale.elementCount != 1 {
      throw call.error("zero point \(zero) with scale \(scale)", expected: "one shape")
    }
    count = scale.elementCount
    let stated = try call.int("block_size", default: 0)
    guard scale.rank > 0, stated > 0 || scale.shape != [1] else {
      (inner, size, block, blocks, isBlocked) = (1, 1, 1, 1, false)
      return
    }
    let axis = try call.axis(call.int("axis", default: 1), rank: x.rank)
    size = max(x.shape[axis], 1)
    inner = max(x.shape[(axis + 1)...].reduce(1, *), 1)
    isBlocked = stated > 0
    if isBlocked {
      block = stated
      blocks = (x.shape[axis] - 1) / stated + 1
      var expected = x.shape
      expected[axis] = x.shape[axis] == 0 ? 0 : blocks
      guard scale.shape == expected else {
        throw call.error("scales \(scale) for blocks of \(stated) of \(x)", expected: "float32\(expected)")
      }
    } else {
      (block, blocks) = (1, size)
      guard scale.shape == [x.shape[axis]] else {
        throw call.error("scales \(scale)", expected: "one, or [\(x.shape[axis])] for axis \(axis)")
      }
    }
  }

  /// The scale of an element, and how many elements from it on have the same.
  func run(at position: Int) -> (index: Int, length: Int) {
    if count == 1 { return (0, Int.max) }
    let index = position / inner % size
    if isBlocked { return ((position / inner / size * blocks + index / block) * inner + position % inner, 1) }
    return (index, inner - position % inner)
  }
}

extension ElementType {
  /// What an integer type of up to 16 bits can hold.
  var quantizedRange: ClosedRange<Float>? {
    switch self {
    case .uint2: 0...3
    case .int2: -2...1
    case .uint4: 0...15
    case .int4: -8...7
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    default: nil
    }
  }
}
