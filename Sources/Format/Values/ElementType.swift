/// The type of one element of a tensor. Raw values are those of ONNX's `TensorProto.DataType`.
public enum ElementType: Int32, Sendable, Hashable, CaseIterable {
  /// 32 bits of IEEE 754.
  case float32 = 1
  /// 0…255.
  case uint8 = 2
  /// −128…127.
  case int8 = 3
  /// 0…65535.
  case uint16 = 4
  /// −32768…32767.
  case int16 = 5
  /// 32 bits, two’s complement.
  case int32 = 6
  /// 64 bits, two’s complement.
  case int64 = 7
  /// A byte, 0 or 1.
  case bool = 9
  /// 16 bits of IEEE 754.
  case float16 = 10
  /// 64 bits of IEEE 754.
  case float64 = 11
  /// 32 bits without a sign.
  case uint32 = 12
  /// 64 bits without a sign.
  case uint64 = 13
  /// The upper half of a float32: 8 bits of exponent, 7 of fraction.
  case bfloat16 = 16
  /// 8 bits: 4 of exponent, 3 of fraction, no infinities.
  case float8e4m3fn = 17
  /// The same without a negative zero, exponents biased by 8.
  case float8e4m3fnuz = 18
  /// 8 bits: 5 of exponent, 2 of fraction.
  case float8e5m2 = 19
  /// The same without infinities and a negative zero, exponents biased by 16.
  case float8e5m2fnuz = 20
  /// 0…15.
  case uint4 = 21
  /// −8…7.
  case int4 = 22
  /// 4 bits: 2 of exponent, 1 of fraction.
  case float4e2m1 = 23
  /// A power of two: 8 bits of exponent.
  case float8e8m0 = 24
  /// 0…3.
  case uint2 = 25
  /// −2…1.
  case int2 = 26

  /// The size of one element in bytes, in memory and in a `.zoo` file. Types of less than 8 bits take a byte each: integers
  /// as 8-bit numbers in their range, a `float4e2m1` as its code.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0, .uint4, .int4,
      .float4e2m1, .uint2, .int2:
      1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .int64, .float64, .uint64: 8
    }
  }

  /// Whether elements are floating-point numbers, of any width from 4 to 64 bits.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: isSmallFloat
    }
  }

  /// Whether it is a floating-point type of 8 bits or less.
  public var isSmallFloat: Bool {
    switch self {
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0, .float4e2m1: true
    default: false
    }
  }

  /// Whether it is a type of 8 bits or less that Swift has no numbers of.
  public var isSmall: Bool { isSmallFloat || packedBitCount < 8 }

  /// The bits of an element as ONNX packs them: 8 times ``byteCount`` but for types of less than 8 bits.
  package var packedBitCount: Int {
    switch self {
    case .uint4, .int4, .float4e2m1: 4
    case .uint2, .int2: 2
    default: 8 * byteCount
    }
  }
}

extension ElementType: CustomStringConvertible {
  /// The name that listings and messages use, e.g. `float32`.
  public var description: String {
    switch self {
    case .float32: "float32"
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .bool: "bool"
    case .float16: "float16"
    case .float64: "float64"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .bfloat16: "bfloat16"
    case .float8e4m3fn: "float8e4m3fn"
    case .float8e4m3fnuz: "float8e4m3fnuz"
    case .float8e5m2: "float8e5m2"
    case .float8e5m2fnuz: "float8e5m2fnuz"
    case .uint4: "uint4"
    case .int4: "int4"
    case .float4e2m1: "float4e2m1"
    case .float8e8m0: "float8e8m0"
    case .uint2: "uint2"
    case .int2: "int2"
    }
  }
}
