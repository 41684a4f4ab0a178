/// Choices that follow from bytes: a fuzzer's, which it changes to see what else happens, or a seed's.
struct Choices {
  private var bytes: [UInt8]
  private var position = 0
  private var state: UInt64

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// After the last byte, numbers that follow from all of them.
  mutating func byte() -> Int {
    if position < bytes.count {
      position += 1
      return Int(bytes[position - 1])
    }
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 56)
  }

  /// In `0..<count`.
  mutating func below(_ count: Int) -> Int { (byte() << 8 | byte()) % max(count, 1) }

  mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

  /// True about once in `times`.
  mutating func rarely(_ times: Int) -> Bool { below(times) == 0 }

  /// Sizes and indices: mostly small, sometimes what nobody would write.
  mutating func integer() -> Int {
    let hostile = [Int.min, .max, -1 << 62, 1 << 62, 1 << 40, -1 << 40, 1 << 31, 1 << 32, -1 << 31, 65536, 255, -128]
    return rarely(5) ? one(of: hostile) : below(9) - 3
  }

  mutating func number() -> Float {
    let hostile: [Float] = [.nan, .infinity, -.infinity, 1e30, -1e30, 1e-30, .greatestFiniteMagnitude, 0x1p63, -0.0]
    return rarely(3) ? one(of: hostile) : Float(below(17) - 8) / 4
  }
}
