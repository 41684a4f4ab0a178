/// `a` · `b`, both at least 0, or the largest number if that is too large: for costs, of which files decide.
func saturatingProduct(_ a: Int, _ b: Int) -> Int {
  let (product, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? .max : product
}

/// Hands out pieces of a kernel's scratch memory, each aligned to 64 bytes.
struct KernelScratch: Sendable {
  /// What all pieces take.
  private(set) var byteCount = 0

  /// Reserves room for `count` elements.
  /// - Returns: Where it starts, in bytes.
  mutating func reserve<T>(_ count: Int, of _: T.Type) -> Int {
    defer { byteCount += (count * MemoryLayout<T>.stride + 63) / 64 * 64 }
    return byteCount
  }

  /// Reserves room for floats.
  /// - Returns: Where it starts, in floats.
  mutating func reserve(floats count: Int) -> Int { reserve(count, of: Float.self) / MemoryLayout<Float>.stride }

  /// A number of floats, rounded up so that what follows them is aligned.
  static func rounded(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }
}
