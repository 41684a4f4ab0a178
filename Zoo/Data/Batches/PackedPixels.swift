/// Loaded pixels in the narrowest type that holds them exactly, so that more of them fit into memory.
package enum PackedPixels: Sendable {
  case uint8([UInt8])
  case uint16([UInt16])
  case float32([Float])

  package init(_ values: [Float]) {
    var others: UInt32 = 0
    var highest: Float = 0
    // Without branches and calls, so that it takes as long as reading the values.
    values.withUnsafeBufferPointer { values in
      for value in values {
        let isWhole = value >= 0 && (value + Self.wholeFrom) - Self.wholeFrom == value
        others |= isWhole && value <= 65535 ? 0 : 1
        highest = max(highest, value)
      }
    }
    if others != 0 {
      self = .float32(values)
    } else if highest <= 255 {
      self = .uint8(Self.integers(values))
    } else {
      self = .uint16(Self.integers(values))
    }
  }

  /// From here to twice as much, the last bit of a float is worth 1.
  private static let wholeFrom: Float = 0x1p23

  /// - Parameter values: Whole numbers that fit.
  private static func integers<T: FixedWidthInteger>(_ values: [Float]) -> [T] {
    [T](unsafeUninitializedCapacity: values.count) { output, count in
      values.withUnsafeBufferPointer { values in
        for i in values.indices { output[i] = T(truncatingIfNeeded: (values[i] + wholeFrom).bitPattern) }
      }
      count = values.count
    }
  }

  var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .uint16(let values): values.count
    case .float32(let values): values.count
    }
  }

  var byteCount: Int {
    switch self {
    case .uint8(let values): values.count
    case .uint16(let values): values.count * 2
    case .float32(let values): values.count * 4
    }
  }

  /// Whether all values are numbers.
  var isFinite: Bool {
    if case .float32(let values) = self { values.allSatisfy(\.isFinite) } else { true }
  }

  /// Calls `body` with the place and the pixels of each plane of `size` pixels.
  package func forEachPlane(of size: Int, _ body: (_ place: Int, _ plane: UnsafeBufferPointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { plane in
      for place in 0..<count / max(size, 1) {
        let start = place * size
        switch self {
        case .uint8(let values): for i in 0..<size { plane.initializeElement(at: i, to: values[start + i].float) }
        case .uint16(let values): for i in 0..<size { plane.initializeElement(at: i, to: values[start + i].float) }
        case .float32(let values): for i in 0..<size { plane.initializeElement(at: i, to: values[start + i]) }
        }
        body(place, UnsafeBufferPointer(plane))
      }
    }
  }

  /// Writes the values as floats; `output` must have room for ``count``.
  func copy(to output: UnsafeMutablePointer<Float>) {
    switch self {
    case .uint8(let values): Self.convert(values, output)
    case .uint16(let values): Self.convert(values, output)
    case .float32(let values): Self.convert(values, output)
    }
  }

  /// The values as floats.
  package var values: [Float] {
    Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      if let start = buffer.baseAddress { copy(to: start) }
      initialized = count
    }
  }

  private static func convert<T: Pixel>(_ values: [T], _ output: UnsafeMutablePointer<Float>) {
    values.withUnsafeBufferPointer { for i in 0..<$0.count { output[i] = $0[i].float } }
  }
}

/// A stored value that becomes a float.
protocol Pixel {
  var float: Float { get }
}

extension UInt8: Pixel {
  @inline(__always) var float: Float { Float(self) }
}

extension UInt16: Pixel {
  @inline(__always) var float: Float { Float(self) }
}

extension Float: Pixel {
  @inline(__always) var float: Float { self }
}
