import ZooFormat

/// How positions along one axis of a resized image are made of the source's: a sum of a few elements each.
struct ResizeAxis: Sendable {
  enum Mode: Sendable {
    case nearest(Rounding)
    case linear
    case cubic(coefficient: Double)
  }

  enum Rounding: String, Sendable {
    case preferFloor = "round_prefer_floor"
    case preferCeil = "round_prefer_ceil"
    case floor
    case ceil
  }

  enum Coordinates: String, Sendable {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    case cropAndResize = "tf_crop_and_resize"
  }

  struct Options: Sendable {
    var mode = Mode.nearest(.preferFloor)
    var coordinates = Coordinates.halfPixel
    var antialias = false
    var excludesOutside = false
  }

  let input: Int
  let output: Int
  /// Elements that each result is made of.
  let taps: Int
  /// `taps` for each position of the result.
  private(set) var places: [Int32] = []
  private(set) var weights: [Float] = []
  /// For each position whether it lies outside the source and takes the extrapolation value; empty if none does.
  private(set) var outside: [Bool] = []

  /// - Parameters:
  ///   - scale: result by source.
  ///   - region: what of the source is resized, in parts of its size, for `tf_crop_and_resize`.
  init(input: Int, output: Int, scale: Double, region: (start: Double, end: Double), options: Options) {
    self.input = input
    self.output = output
    let kernel = Kernel(options, scale: scale)
    taps = kernel.taps
    places.reserveCapacity(output * taps)
    weights.reserveCapacity(output * taps)
    for position in 0..<output {
      let x = Self.source(
        of: Double(position), input: input, output: output, scale: scale, region: region, options.coordinates)
      if options.coordinates == .cropAndResize { outside.append(!(x >= 0 && x <= Double(input - 1))) }
      append(x.isFinite ? min(max(x, -1e9), 1e9) : 0, kernel, options.excludesOutside)
    }
    if !outside.contains(true) { outside = [] }
  }

  private mutating func append(_ x: Double, _ kernel: Kernel, _ excludesOutside: Bool) {
    // The source element before x; x itself counts as after, so that ratio is in (0, 1].
    let base = x.rounded(.up) - 1
    var values = kernel.values(at: x - base)
    let first = Int(saturating: base) + kernel.first
    if excludesOutside {
      for tap in 0..<taps where !(0..<input).contains(first + tap) { values[tap] = 0 }
      let sum = values.reduce(0, +)
      if sum != 0 { values = values.map { $0 / sum } }
    }
    for tap in 0..<taps {
      places.append(Int32(min(max(first + tap, 0), input - 1)))
      weights.append(Float(values[tap]))
    }
  }

  private static func source(
    of x: Double, input: Int, output: Int, scale: Double, region: (start: Double, end: Double), _ mode: Coordinates
  ) -> Double {
    let exact = scale * Double(input)
    let last = Double(input - 1)
    switch mode {
    case .asymmetric: return x / scale
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      return Double(input) / 2 * (1 - Double(output) / exact) + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return exact == 1 ? -0.5 : (x + 0.5) / scale - 0.5
    case .alignCorners: return exact == 1 ? 0 : x * last / (exact - 1)
    case .cropAndResize:
      let width = region.end - region.start
      return region.start * last + (exact == 1 ? width * last / 2 : x * width * last / (exact - 1))
    }
  }

  /// The weights of the elements around a position.
  private struct Kernel {
    let taps: Int
    /// Where the first element is, from the one before the position.
    let first: Int
    private let mode: Mode
    /// Below 1 the kernel is stretched by 1 / scale: antialiasing.
    private let scale: Double
    private let stretches: Bool

    init(_ options: Options, scale: Double) {
      mode = options.mode
      var isNearest = false
      if case .nearest = options.mode { isNearest = true }
      stretches = options.antialias && scale < 1 && !isNearest
      self.scale = stretches ? scale : 1
      let radius: Double
      switch options.mode {
      case .nearest, .linear: radius = 1
      case .cubic: radius = 2
      }
      first = Int(saturating: (-radius / self.scale).rounded(.down)) + 1
      taps = 2 - 2 * first
    }

    /// - Parameter ratio: how far the position is after the element before it, in (0, 1].
    func values(at ratio: Double) -> [Double] {
      switch mode {
      case .nearest(let rounding): return isAfter(ratio, rounding) ? [0, 1] : [1, 0]
      case .linear:
        return normalized((0..<taps).map { max(0, 1 - abs(scale * (Double(first + $0) - ratio))) })
      case .cubic(let a):
        return normalized((0..<taps).map { cubic(abs(scale * (Double(first + $0) - ratio)), a) })
      }
    }

    private func isAfter(_ ratio: Double, _ rounding: Rounding) -> Bool {
      if ratio == 1 { return true }
      switch rounding {
      case .preferFloor: return ratio > 0.5
      case .preferCeil: return ratio >= 0.5
      case .floor: return false
      case .ceil: return true
      }
    }

    private func normalized(_ values: [Double]) -> [Double] {
      guard stretches else { return values }
      let sum = values.reduce(0, +)
      return sum == 0 ? values : values.map { $0 / sum }
    }

    /// Keys' cubic convolution.
    private func cubic(_ x: Double, _ a: Double) -> Double {
      if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }
  }
}
