/// Operators on 8-bit numbers: what the compiler makes of the nodes between ONNX's two conversions.
enum QuantizedOperators {
  static let all: [Operator] = [
    quantizeImage, quantizedConvolution, quantizedGemm, quantizedMaxPool, quantizedAverage, quantizedScale,
  ]
}

/// What an 8-bit number stands for: scale · (number − zero).
struct QuantizedScale: Sendable, Hashable {
  var scale: Float
  var zero: Int

  /// The number that stands for `value`, rounded to even and clamped.
  func number(_ value: Float) -> UInt8 {
    let rounded = (value / scale).rounded(.toNearestOrEven)
    return rounded.isNaN
      ? UInt8(zero) : UInt8(saturating: min(max(rounded, Float(-zero)), Float(255 - zero)) + Float(zero))
  }

  func value(_ number: UInt8) -> Float { Float(Int(number) - zero) * scale }

  /// As attributes named `x_scale` and `x_zero_point` for the prefix `x`.
  func attributes(_ prefix: String) -> [String: Attribute] {
    ["\(prefix)_scale": .float(scale), "\(prefix)_zero_point": .int(zero)]
  }
}

extension OperatorCall {
  /// The attributes `prefix_scale` and `prefix_zero_point` of an unsigned 8-bit tensor.
  func quantizedScale(_ prefix: String) throws -> QuantizedScale {
    let scale = try float("\(prefix)_scale")
    let zero = try int("\(prefix)_zero_point", default: 0)
    guard scale > 0, scale.isFinite else { throw error("\(prefix)_scale \(scale)", expected: "a positive number") }
    guard (0...255).contains(zero) else { throw error("\(prefix)_zero_point \(zero)", expected: "0…255") }
    return QuantizedScale(scale: scale, zero: zero)
  }

  /// Refuses an input `index` that isn't of type `elementType`; an absent one is no concern.
  func require(_ elementType: ElementType, _ index: Int) throws {
    guard let type = optionalInput(index) else { return }
    guard type.elementType == elementType else {
      throw error("input \(index) is \(type)", expected: "\(elementType)")
    }
  }
}
