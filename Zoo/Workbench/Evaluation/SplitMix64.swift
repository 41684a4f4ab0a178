/// Steele, Lea and Flood's generator (2014): a stream of its own for each pair of seed and stream number.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64, stream: UInt64) {
    state = Self.mixed(seed) ^ Self.mixed(stream &+ 0x9E37_79B9_7F4A_7C15)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number in `0..<bound`; the bias is below bound / 2^64.
  mutating func next(below bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(max(bound, 1))).high) }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
