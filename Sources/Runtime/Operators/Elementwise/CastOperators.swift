import ZooFormat
import ZooKernels

/// Cast and CastLike: conversion of element types.
///
/// Floating-point numbers become integers by truncation; what doesn't fit takes the nearest integer that does, NaN 0. What
/// doesn't fit in a floating-point type of 8 bits becomes its largest number, or infinity or NaN if `saturate` is 0. Integers of less
/// than 8 bits keep the lowest bits.
enum CastOperators {
  static let all: [Operator] = [cast, castLike]

  static let cast = Operator(
    "Cast", inputs: 1...1,
    types: { call in
      let raw = try call.int("to")
      guard let type = Int32(exactly: raw).flatMap(ElementType.init(rawValue:)) else {
        throw call.error("to = \(raw)", expected: "the number of a plain element type")
      }
      return [TensorType(type, try call.input(0).shape)]
    },
    gradient: { builder, call in [try castBack(&builder, call)] }, kernel: kernel)

  private static let castLike = Operator(
    "CastLike", inputs: 2...2,
    types: { [TensorType(try $0.input(1).elementType, try $0.input(0).shape)] },
    gradient: { builder, call in [try castBack(&builder, call), nil] }, kernel: kernel)

  private static func castBack(_ builder: inout GraphBuilder, _ call: GradientCall) throws -> Value? {
    let type = try call.call.input(0).elementType
    guard call.wanted[0], type.isFloatingPoint, let gradient = call.outputGradients[0] else { return nil }
    return try builder.add("Cast", [gradient], ["to": .int(Int(type.rawValue))])
  }

  /// How float8e8m0 rounds.
  private static func rounding(_ call: OperatorCall) throws -> Int32 {
    switch try call.string("round_mode", default: "up") {
    case "up": return Int32(ZOO_ROUND_UP)
    case "down": return Int32(ZOO_ROUND_DOWN)
    case "nearest": return Int32(ZOO_ROUND_NEAREST)
    case let other: throw call.error("round_mode '\(other)'", expected: "up, down or nearest")
    }
  }

  private static let kernel: Operator.KernelRule = { request in
    let from = try request.call.input(0).elementType
    let to = request.outputTypes[0].elementType
    let count = request.outputTypes[0].elementCount
    let saturates: Int32 = try request.call.int("saturate", default: 1) != 0 ? 1 : 0
    let rounding = try rounding(request.call)
    let isSmall = from.isSmall || to.isSmall
    return Kernel { arguments in
      let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      arguments.threads.forEachChunk(of: count) { range in
        let (x, y) = (x + range.lowerBound * from.byteCount, y + range.lowerBound * to.byteCount)
        if isSmall {
          _ = zoo_cast_small(from.rawValue, to.rawValue, x, y, range.count, saturates, rounding)
        } else {
          _ = zoo_cast(from.rawValue, to.rawValue, x, y, range.count)
        }
      }
    }
  }
}
