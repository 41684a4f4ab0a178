/// Steele, Lea and Flood's generator (2014): a counter and a mixer of its bits.
package struct SplitMix64: Sendable {
  private var state: UInt64

  /// What the counter grows by: 2^64 over the golden ratio.
  @inlinable package static var step: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  /// Goes on from `state`.
  package init(state: UInt64) { self.state = state }

  /// A stream of its own for each pair of seed and stream number.
  package init(seed: UInt64, stream: UInt64) {
    state = Self.mixed(seed) ^ Self.mixed(stream &+ Self.step)
  }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// A number in `0..<bound`; the bias is below bound / 2^64.
  package mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }

  /// Spreads every bit of `value` over all bits of the result; one to one.
  @inlinable package static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension String {
  /// FNV-1a (Fowler, Noll and Vo) of the UTF-8, 64 bits: the same in every process, unlike `hashValue`.
  package var fnv1a: UInt64 { utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
}
