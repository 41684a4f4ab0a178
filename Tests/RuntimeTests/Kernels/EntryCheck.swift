import ZooKernels

/// Runs one entry on numbers of many sizes, those that fill vectors and those that don't, and compares what two instruction
/// sets give.
struct EntryCheck: Sendable {
  /// The largest difference in relation to the number, or to 1 if that is smaller; 0 for integers.
  var tolerance: Float = 2e-5
  /// Of bodies whose results are bfloat16, against portable ones: a step in the last place, and what reads it. Against float32,
  /// `NarrowConvolutionTests` hold convolutions.
  static let bfloat16: Float = 0.012
  /// Everything that the entry wrote.
  let run: @Sendable (zoo_isa) -> [Float]

  init(_ tolerance: Float = 2e-5, _ run: @escaping @Sendable (zoo_isa) -> [Float]) {
    self.tolerance = tolerance
    self.run = run
  }

  /// Counts below, at and above the vectors of all sets.
  static let sizes = [1, 3, 4, 7, 8, 13, 16, 31, 33, 64, 259]

  /// The checks of all entries, by name.
  static let all = joined(elementwise, images, convolution, recurrent, quantized)

  /// By a loop: what `merging` throws inside isn't there in Embedded Swift.
  static func joined(_ parts: [String: EntryCheck]...) -> [String: EntryCheck] {
    var all: [String: EntryCheck] = [:]
    for part in parts { for (name, check) in part { all[name] = check } }
    return all
  }

  /// What an instruction set gives that portable code doesn't; `nil` if both agree.
  func difference(_ isa: zoo_isa) -> String? {
    let (found, expected) = (run(isa), run(ZOO_ISA_PORTABLE))
    guard expected.contains(where: { $0 != 0 }) else { return "gives zeros alone" }
    guard found.count == expected.count else { return "\(found.count) numbers, expected \(expected.count)" }
    for (index, (a, b)) in zip(found, expected).enumerated() {
      let isClose = a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(1, abs(b))
      if !isClose { return "number \(index) is \(a), expected \(b)" }
    }
    return nil
  }
}

/// Numbers that look random and are the same each time.
struct EntryNumbers {
  private var state: UInt64

  init(_ seed: Int = 1) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -2...2) -> [Float] {
    (0..<count).map { _ in
      range.lowerBound + Float(next() >> 40) / Float(1 << 24) * (range.upperBound - range.lowerBound)
    }
  }

  mutating func bfloats(_ count: Int, _ range: ClosedRange<Float> = -2...2) -> [UInt16] {
    floats(count, range).map { UInt16($0.bitPattern >> 16) }
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 30) } }
}

/// An image of either kind of element.
struct EntryImage {
  let isNarrow: Bool
  private(set) var floats: [Float] = []
  private(set) var halves: [UInt16] = []

  init(_ isNarrow: Bool, _ count: Int, _ numbers: inout EntryNumbers) {
    self.isNarrow = isNarrow
    if isNarrow { halves = numbers.bfloats(count) } else { floats = numbers.floats(count) }
  }

  /// Zeros that a kernel writes over.
  init(_ isNarrow: Bool, zeros count: Int) {
    self.isNarrow = isNarrow
    if isNarrow { halves = Array(repeating: 0, count: count) } else { floats = Array(repeating: 0, count: count) }
  }

  var values: [Float] { isNarrow ? halves.map { Float(bitPattern: UInt32($0) << 16) } : floats }
  var size: Int { isNarrow ? 2 : 4 }

  func read(_ body: (UnsafeRawPointer) -> Void) {
    func pass(_ bytes: UnsafeRawBufferPointer) {
      if let base = bytes.baseAddress { body(base) }
    }
    if isNarrow { halves.withUnsafeBytes(pass) } else { floats.withUnsafeBytes(pass) }
  }

  mutating func write(_ body: (UnsafeMutableRawPointer) -> Void) {
    func pass(_ bytes: UnsafeMutableRawBufferPointer) {
      if let base = bytes.baseAddress { body(base) }
    }
    if isNarrow { halves.withUnsafeMutableBytes(pass) } else { floats.withUnsafeMutableBytes(pass) }
  }
}
