/// Loaded pixels in the narrowest type that holds them exactly, so that more of them fit into memory.
enum PackedPixels: Sendable {
  case uint8([UInt8])
  case uint16([UInt16])
  case float32([Float])

  init(_ values: [Float]) {
    var isWhole = true
    var highest: Float = 0
    for value in values {
      isWhole = isWhole && value >= 0 && value <= 65535 && value == value.rounded(.towardZero)
      highest = max(highest, value)
    }
    if !isWhole {
      self = .float32(values)
    } else if highest <= 255 {
      self = .uint8(values.map { UInt8(saturating: $0) })
    } else {
      self = .uint16(values.map { UInt16(saturating: $0) })
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

  /// Writes the values as floats; `output` must have room for ``count``.
  func copy(to output: UnsafeMutablePointer<Float>) {
    switch self {
    case .uint8(let values): Self.convert(values, output)
    case .uint16(let values): Self.convert(values, output)
    case .float32(let values): Self.convert(values, output)
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
