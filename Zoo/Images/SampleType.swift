import ZooFormat
import ZooRuntime

/// What one sample of an image was stored as. The samples themselves are held as 32-bit floats, unscaled.
package enum SampleType: String, Sendable, Hashable, Codable, CaseIterable {
  case uint8, int8, uint16, int16, uint32, int32, float32

  /// The size of one sample in the file, in bytes.
  package var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    }
  }

  /// The same type as an element of a tensor.
  package var elementType: ElementType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .float32: .float32
    }
  }

  /// The values that the type can hold; 0 to 1 for floating point, by convention.
  ///
  /// Integers of 32 bits beyond ±2^24 are rounded to the nearest 32-bit float.
  package var range: ClosedRange<Float> {
    switch self {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .uint32: 0...0x1p32
    case .int32: -0x1p31...0x1p31
    case .float32: 0...1
    }
  }
}

extension SampleType {
  /// - Throws: ``ZooError`` with both types and what to do, if the model of `card` was trained on samples of another type.
  package func check(_ card: Card, file: String?) throws(ZooError) {
    guard elementType != card.sampleType else { return }
    throw ZooError(
      .badInput, file: file, problem: "has samples of \(self) (\(RangeScaling.text(range)))",
      expected: "\(card.sampleType) (\(RangeScaling.text(card.sampleRange))), as the model was trained on",
      remedy: "Save them as \(card.sampleType), or say by data.range=[LOWEST,HIGHEST] which values they can have")
  }
}
