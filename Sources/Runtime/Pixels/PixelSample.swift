import ZooFormat

/// A number of a camera's pixel: `UInt8`, `UInt16` or `Float`.
public protocol PixelSample: Sendable {
  /// How a model's card calls it.
  static var elementType: ElementType { get }
  /// The same number. Asked once for each sample: O(1).
  var floatValue: Float { get }
}

extension UInt8: PixelSample {
  public static var elementType: ElementType { .uint8 }
  public var floatValue: Float { Float(self) }
}

extension UInt16: PixelSample {
  public static var elementType: ElementType { .uint16 }
  public var floatValue: Float { Float(self) }
}

extension Float: PixelSample {
  public static var elementType: ElementType { .float32 }
  public var floatValue: Float { self }
}
