import Foundation

/// Where the initial values of parameters come from: each parameter draws from a stream of its own, chosen by the seed
/// and the parameter's name.
///
/// So the values don't depend on the order in which a part is built, nor on the other parts: after the head is swapped,
/// the backbone still starts from the same weights.
public struct RandomSource: Sendable {
  /// `nil` leaves every parameter at zero, for callers that only want shapes.
  public let seed: UInt64?

  /// Streams that follow from `seed` and a parameter's name.
  public init(seed: UInt64) { self.seed = seed }

  private init() { self.seed = nil }

  /// A source that leaves parameters at zero.
  public static let zeros = RandomSource()

  /// The stream of the parameter `name`, or `nil` for a source of zeros. O(length of the name).
  public func stream(_ name: String) -> RandomStream? {
    guard let seed else { return nil }
    return RandomStream(seed: seed &+ name.fnv1a &* SplitMix64.step)
  }
}

/// A stream of random numbers: xoshiro256++ (Blackman and Vigna, 2019), its state filled by SplitMix64.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)
  private var spareNormal: Double?

  /// The same seed gives the same bits on every machine.
  public init(seed: UInt64) {
    var source = SplitMix64(state: seed)
    state = (source.next(), source.next(), source.next(), source.next())
  }

  /// The next 64 bits. O(1).
  public mutating func next() -> UInt64 {
    func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotate(state.0 &+ state.3, 23) &+ state.0
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = rotate(state.3, 45)
    return result
  }

  /// Uniform in [0, 1), with 53 random bits. O(1).
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Normal with mean 0 and deviation 1, by Box and Muller's transform. O(1).
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * sin(angle)
    return radius * cos(angle)
  }
}
