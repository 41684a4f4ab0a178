#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A complex number.
struct Complex: Sendable {
  var real: Double
  var imaginary: Double

  static let zero = Complex(real: 0, imaginary: 0)

  /// e^(i · angle).
  static func turn(_ angle: Double) -> Complex { Complex(real: cos(angle), imaginary: sin(angle)) }

  static func + (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }

  static func - (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }

  static func * (a: Complex, b: Complex) -> Complex {
    Complex(
      real: a.real * b.real - a.imaginary * b.imaginary, imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }

  var conjugate: Complex { Complex(real: real, imaginary: -imaginary) }
}

/// The discrete Fourier transform of one length, in O(n log n) whatever the length: by halves for powers of two, for
/// others as a convolution (Bluestein).
struct FourierTransform: Sendable {
  let length: Int
  /// A power of two: the length, or that of the convolution.
  private let size: Int
  /// e^(−2πi k / size).
  private let turns: [Complex]
  /// e^(−πi k² / length), and the transform of the convolution's other side.
  private let chirp: [Complex]
  private let response: [Complex]

  init(length: Int) {
    self.length = length
    var size = 1
    while size < length { size *= 2 }
    guard size != length, length > 0 else {
      self.size = size
      turns = Self.turns(size)
      (chirp, response) = ([], [])
      return
    }
    while size < 2 * length - 1 { size *= 2 }
    self.size = size
    turns = Self.turns(size)
    // k² modulo 2 · length keeps the angle exact for long transforms.
    chirp = (0..<length).map { .turn(-.pi * Double($0 * $0 % (2 * length)) / Double(length)) }
    var response = [Complex](repeating: .zero, count: size)
    for k in 0..<length {
      response[k] = chirp[k].conjugate
      if k > 0 { response[size - k] = response[k] }
    }
    Self.transform(&response, turns)
    self.response = response
  }

  private static func turns(_ size: Int) -> [Complex] {
    (0..<size / 2).map { .turn(-2 * .pi * Double($0) / Double(size)) }
  }

  /// Σ xₙ e^(−2πi k n / length) for each k; `values` has `length` elements.
  func forward(_ values: inout [Complex]) {
    guard !chirp.isEmpty else { return Self.transform(&values, turns) }
    var padded = [Complex](repeating: .zero, count: size)
    for k in 0..<length { padded[k] = values[k] * chirp[k] }
    Self.transform(&padded, turns)
    for k in 0..<size { padded[k] = (padded[k] * response[k]).conjugate }
    Self.transform(&padded, turns)
    let scale = 1 / Double(size)
    for k in 0..<length {
      let value = padded[k].conjugate * chirp[k]
      values[k] = Complex(real: value.real * scale, imaginary: value.imaginary * scale)
    }
  }

  /// The inverse, divided by the length.
  func inverse(_ values: inout [Complex]) {
    for k in values.indices { values[k] = values[k].conjugate }
    forward(&values)
    let scale = 1 / Double(length)
    for k in values.indices {
      values[k] = Complex(real: values[k].real * scale, imaginary: -values[k].imaginary * scale)
    }
  }

  /// Cooley and Tukey's, in place, for a power of two.
  private static func transform(_ values: inout [Complex], _ turns: [Complex]) {
    let count = values.count
    guard count > 1 else { return }
    var target = 0
    for source in 1..<count {
      var bit = count >> 1
      while target & bit != 0 {
        target ^= bit
        bit >>= 1
      }
      target |= bit
      if source < target { values.swapAt(source, target) }
    }
    var half = 1
    while half < count {
      let step = count / (2 * half)
      for start in stride(from: 0, to: count, by: 2 * half) {
        for k in 0..<half {
          let (a, b) = (values[start + k], values[start + k + half] * turns[k * step])
          values[start + k] = a + b
          values[start + k + half] = a - b
        }
      }
      half *= 2
    }
  }
}
