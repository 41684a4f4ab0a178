import ZooRuntime

/// Random numbers that are a function of their key and their position alone.
///
/// Two streams with the same key give the same numbers in any process, on any thread and in any order of work; streams
/// with different keys are unrelated. The generator is SplitMix64 (Steele, Lea & Flood 2014) started at a hash of the key.
package struct KeyedRandom: Sendable {
  private var state: UInt64

  /// - Parameters:
  ///   - seed: The user's seed.
  ///   - key: What the numbers are for, e.g. a purpose, an epoch and a sample.
  package init(seed: UInt64, _ key: UInt64...) {
    state = SplitMix64.mixed(seed &+ SplitMix64.step)
    for word in key { state = SplitMix64.mixed(state ^ SplitMix64.mixed(word &+ 0xD1B5_4A32_D192_ED03)) }
  }

  /// A key for a name: FNV-1a of its UTF-8.
  package static func key(_ name: String) -> UInt64 { name.fnv1a }

  @inline(__always)
  package mutating func next() -> UInt64 {
    state &+= SplitMix64.step
    return SplitMix64.mixed(state)
  }

  /// Uniform in `0..<1`, with 53 bits.
  @inline(__always)
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in `range`.
  package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Uniform in `0..<count`; 0 if `count` isn't positive. The bias is below `count` / 2^64.
  package mutating func below(_ count: Int) -> Int {
    guard count > 0 else { return 0 }
    return Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// True with the given probability.
  package mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Mean 0 and deviation 1: the sum of twelve uniform numbers of 16 bits, less 6. Never beyond ±6.
  ///
  /// It needs no function of the C library, so its bits are the same everywhere.
  package mutating func normal() -> Double {
    (Double(fourUniforms()) + Double(fourUniforms()) + Double(fourUniforms())) * 0x1p-16 - 6 + 6 * 0x1p-16
  }

  /// As ``normal()`` from four uniform numbers instead of twelve: for noise on pixels. Never beyond ±3.47.
  @inline(__always)
  package mutating func fastNormal() -> Float {
    // The sum has the mean 2 × 65535 and the deviation 65536 / √3.
    (Float(fourUniforms()) - 131_070) * (1.732_050_8 / 65_536)
  }

  @inline(__always)
  private mutating func fourUniforms() -> UInt64 {
    let bits = next()
    return (bits & 0xFFFF) &+ (bits >> 16 & 0xFFFF) &+ (bits >> 32 & 0xFFFF) &+ (bits >> 48)
  }

  /// Brings `items` into random order (Fisher & Yates).
  package mutating func shuffle<T>(_ items: inout [T]) {
    for i in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(i, below(i + 1)) }
  }
}
