import ZooFormat

/// GridSample: an image read at places that a grid names, in ONNX's modes, for one to three spatial dimensions.
///
/// Inputs: x [N, C, …], grid [N, …result, dimensions] with coordinates from −1 to 1, the last dimension's first.
enum GridSample {
  static let definition = Operator(
    "GridSample", inputs: 2...2,
    types: { call in
      _ = try GridSampling(call)
      let (x, grid) = (try call.real(0), try call.input(1))
      return [TensorType(x.elementType, x.shape[..<2] + grid.shape[1...].dropLast())]
    },
    cost: { _, outputs in 16 * outputs[0].elementCount },
    kernel: { request in
      let sampling = try GridSampling(request.call)
      return request.outputTypes[0].elementType == .float64 ? make(Double.self, sampling) : make(Float.self, sampling)
    })

  private static func make<T: KernelReal>(_: T.Type, _ sampling: GridSampling) -> Kernel {
    let (points, channels, dimensions) = (sampling.points, sampling.channels, sampling.sizes.count)
    let plane = sampling.sizes.reduce(1, *)
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let grid: UnsafePointer<T> = arguments.unsafeInput(1)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let grain = 256
      let pieces = (points + grain - 1) / grain
      arguments.threads.forEach(sampling.batch * pieces) { task, _ in
        let sample = task / max(pieces, 1)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { places in
          withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { weights in
            for point in task % pieces * grain..<min(points, (task % pieces + 1) * grain) {
              let coordinates = grid + (sample * points + point) * dimensions
              let count = sampling.taps({ Double(coordinates[dimensions - 1 - $0]) }, places, weights)
              for channel in 0..<channels {
                let image = x + (sample * channels + channel) * plane
                var sum = 0.0
                for tap in 0..<count where places[tap] >= 0 { sum += weights[tap] * Double(image[places[tap]]) }
                y[(sample * channels + channel) * points + point] = T(sum)
              }
            }
          }
        }
      }
    }
  }
}

/// Which elements of an image make up the value at a place between them.
struct GridSampling: Sendable {
  enum Padding: String, Sendable {
    case zeros
    case border
    case reflection
  }

  enum Mode: Sendable {
    case nearest
    case linear
    case cubic
  }

  let batch: Int
  let channels: Int
  let sizes: [Int]
  let points: Int
  private let mode: Mode
  private let padding: Padding
  private let alignsCorners: Bool
  private let strides: [Int]

  init(_ call: OperatorCall) throws {
    let (x, grid) = (try call.real(0), try call.input(1))
    let dimensions = x.rank - 2
    guard (1...3).contains(dimensions), grid.rank == x.rank, grid.elementType == x.elementType,
      grid.shape[0] == x.shape[0], grid.shape[grid.rank - 1] == dimensions, x.shape[2...].allSatisfy({ $0 > 0 })
    else { throw call.error("x \(x) and grid \(grid)", expected: "[N, C, …] of up to three sizes, and [N, …, sizes]") }
    batch = x.shape[0]
    channels = x.shape[1]
    sizes = Array(x.shape[2...])
    strides = denseStrides(sizes)
    points = grid.shape[1...].dropLast().reduce(1, *)
    alignsCorners = try call.int("align_corners", default: 0) != 0
    switch try call.string("mode", default: "linear") {
    case "nearest": mode = .nearest
    case "linear", "bilinear": mode = .linear
    case "cubic", "bicubic": mode = .cubic
    case let other: throw call.error("mode '\(other)'", expected: "linear, nearest or cubic")
    }
    let name = try call.string("padding_mode", default: "zeros")
    guard let padding = Padding(rawValue: name) else {
      throw call.error("padding_mode '\(name)'", expected: "zeros, border or reflection")
    }
    self.padding = padding
  }

  /// Writes up to 64 places in a plane (−1 for a zero) with their weights and returns how many.
  func taps(
    _ coordinate: (_ axis: Int) -> Double, _ places: UnsafeMutableBufferPointer<Int>,
    _ weights: UnsafeMutableBufferPointer<Double>
  ) -> Int {
    (places[0], weights[0]) = (0, 1)
    var count = 1
    for axis in sizes.indices {
      let (first, own, taps) = axisTaps(coordinate(axis), sizes[axis])
      // The last tap goes first, so that places made so far can be overwritten by those of tap 0.
      for tap in (0..<taps).reversed() {
        let index = inside(first + tap, sizes[axis])
        for old in 0..<count {
          let (place, weight) = (places[old], weights[old])
          places[tap * count + old] = index < 0 || place < 0 ? -1 : place + index * strides[axis]
          weights[tap * count + old] = weight * own[tap]
        }
      }
      count *= taps
    }
    return count
  }

  /// The elements along one axis: where the first is, the weight of each, and how many there are.
  private func axisTaps(_ normalized: Double, _ size: Int) -> (first: Int, weights: SIMD4<Double>, count: Int) {
    let last = Double(size - 1)
    var x = alignsCorners ? (normalized + 1) / 2 * last : ((normalized + 1) * Double(size) - 1) / 2
    if mode == .nearest { x = x.rounded(.toNearestOrEven) }
    let (low, high) = alignsCorners ? (0, last) : (-0.5, last + 0.5)
    if x < low || x > high {
      switch padding {
      case .zeros: break
      case .border: x = min(max(x, 0), last)
      case .reflection: x = Self.reflected(x, low, high)
      }
    }
    // Far outside everything is zero; what isn't a number is taken to be there.
    guard x > -1e9, x < 1e9 else { return (-1 << 40, SIMD4(1, 0, 0, 0), 1) }
    let base = x.rounded(.down)
    let t = x - base
    switch mode {
    case .nearest: return (Int(saturating: x.rounded(.toNearestOrEven)), SIMD4(1, 0, 0, 0), 1)
    case .linear: return (Int(saturating: base), SIMD4(1 - t, t, 0, 0), 2)
    case .cubic:
      return (
        Int(saturating: base) - 1, SIMD4(Self.cubic(t + 1), Self.cubic(t), Self.cubic(1 - t), Self.cubic(2 - t)), 4
      )
    }
  }

  /// An index inside the image, or −1 for a zero.
  private func inside(_ index: Int, _ size: Int) -> Int {
    if (0..<size).contains(index) { return index }
    switch padding {
    case .zeros: return -1
    case .border: return min(max(index, 0), size - 1)
    case .reflection:
      let (low, high) = alignsCorners ? (0, Double(size - 1)) : (-0.5, Double(size) - 0.5)
      return min(max(Int(saturating: Self.reflected(Double(index), low, high)), 0), size - 1)
    }
  }

  private static func reflected(_ x: Double, _ low: Double, _ high: Double) -> Double {
    let range = high - low
    guard range > 0, x.isFinite else { return low }
    let distance = x < low ? low - x : x > high ? x - high : 0
    guard distance > 0 else { return x }
    let turns = (distance / range).rounded(.down)
    let rest = distance - turns * range
    let isOdd = turns.truncatingRemainder(dividingBy: 2) != 0
    return (x < low) != isOdd ? low + rest : high - rest
  }

  /// Keys' cubic convolution with a = −0.75.
  private static func cubic(_ x: Double) -> Double {
    let a = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}
