import Foundation
import ZooFormat

/// One quantity over the field of view, such as the optical thickness or the amount of a dye.
///
/// Positions and lengths are in half the shorter side of the field, from its centre, so that a scene looks the same at any
/// resolution.
struct Canvas {
  let width: Int
  let height: Int
  /// Pixels of one unit of length.
  let scale: Float
  var values: [Float]

  /// - Parameter scale: Pixels of one unit of length, for scenes of more than one cell; half the shorter side if not given.
  init(width: Int, height: Int, scale: Float? = nil) {
    self.width = width
    self.height = height
    self.scale = scale ?? Float(min(width, height)) / 2
    values = [Float](repeating: 0, count: width * height)
  }

  /// Calls `body` for each pixel of the square with `radius` around a point, with the pixel's offset from the point.
  @inline(__always)
  mutating func paint(
    x: Float, y: Float, radius: Float, _ body: (_ index: Int, _ dx: Float, _ dy: Float, inout Float) -> Void
  ) {
    values.withUnsafeMutableBufferPointer { values in
      Self.visit(width: width, height: height, scale: scale, x: x, y: y, radius: radius) { index, dx, dy in
        body(index, dx, dy, &values[index])
      }
    }
  }

  /// Calls `body` for each pixel of the square with `radius` around a point, with the pixel's offset from the point.
  @inline(__always)
  private static func visit(
    width: Int, height: Int, scale: Float, x: Float, y: Float, radius: Float,
    _ body: (_ index: Int, _ dx: Float, _ dy: Float) -> Void
  ) {
    let centerX = x * scale + Float(width) / 2 - 0.5
    let centerY = y * scale + Float(height) / 2 - 0.5
    let reach = radius * scale + 1
    let left = max(0, Int(saturating: max(-1, centerX - reach)))
    let right = min(width - 1, Int(saturating: min(Float(width), max(-1, centerX + reach))))
    let top = max(0, Int(saturating: max(-1, centerY - reach)))
    let bottom = min(height - 1, Int(saturating: min(Float(height), max(-1, centerY + reach))))
    guard left <= right, top <= bottom else { return }
    let unit = 1 / scale
    for row in top...bottom {
      let dy = (Float(row) - centerY) * unit
      for column in left...right { body(row * width + column, (Float(column) - centerX) * unit, dy) }
    }
  }

  /// Adds `amount · depth^power` for each pixel of a footprint.
  mutating func add(_ footprint: Footprint, amount: Float, power: Float) {
    // A table, because `powf` for every pixel would be half of the work.
    let steps = 512
    let table = (0...steps + 1).map { amount * powf(Float($0) / Float(steps), power) }
    for (index, depth) in zip(footprint.pixels, footprint.depths) {
      let position = depth * Float(steps)
      let low = Int(saturating: position)
      values[index] += table[low] + (position - Float(low)) * (table[low + 1] - table[low])
    }
  }

  /// The pixels inside a closed outline.
  func footprint(_ outline: Outline) -> Footprint {
    var footprint = Footprint()
    let largest = outline.largestRadius
    Self.visit(width: width, height: height, scale: scale, x: outline.x, y: outline.y, radius: largest) {
      index, dx, dy in
      let square = dx * dx + dy * dy
      guard square < largest * largest else { return }
      let radius = outline.radius(dx, dy)
      let depth = 1 - square / (radius * radius)
      guard depth > 0 else { return }
      footprint.pixels.append(index)
      footprint.depths.append(depth)
    }
    return footprint
  }

  /// Adds a ball: `amount · √(1 − ρ²)`.
  mutating func addBall(x: Float, y: Float, radius: Float, amount: Float) {
    paint(x: x, y: y, radius: radius) { _, dx, dy, value in
      let inside = 1 - (dx * dx + dy * dy) / (radius * radius)
      if inside > 0 { value += amount * inside.squareRoot() }
    }
  }

  /// Adds the rim of a bubble: a ring with a Gaussian profile of width `width`.
  mutating func addRing(x: Float, y: Float, radius: Float, width: Float, amount: Float) {
    paint(x: x, y: y, radius: radius + 3 * width) { _, dx, dy, value in
      let offset = ((dx * dx + dy * dy).squareRoot() - radius) / width
      if abs(offset) < 3 { value += amount * expf(-0.5 * offset * offset) }
    }
  }

  /// Adds a Gaussian spot.
  mutating func addSpot(x: Float, y: Float, sigma: Float, amount: Float) {
    let factor = -0.5 / (sigma * sigma)
    paint(x: x, y: y, radius: 3 * sigma) { _, dx, dy, value in
      value += amount * expf(factor * (dx * dx + dy * dy))
    }
  }

  /// A copy blurred by a Gaussian whose sigma is given in units of length.
  func blurred(_ sigma: Float) -> Canvas {
    var copy = self
    guard sigma * scale > 0.2 else { return copy }
    var scratch: [Float] = []
    copy.values.withUnsafeMutableBufferPointer {
      GaussianBlur(sigma: Double(sigma * scale)).apply($0, width: width, height: height, scratch: &scratch)
    }
    return copy
  }
}

/// The pixels inside an outline, with how deep inside they are: `1 − ρ²`, where ρ is the distance from the centre in
/// units of the outline's radius.
struct Footprint {
  var pixels: [Int] = []
  var depths: [Float] = []
}

/// A closed curve around a point, given by its radius in each direction.
struct Outline {
  var x: Float
  var y: Float
  private let radii: [Float]
  let largestRadius: Float
  /// In square units of length.
  let area: Double

  /// - Parameters:
  ///   - aspect: Length over width; the area stays that of a circle with `radius`.
  ///   - waves: Relative amplitude and phase of the harmonics from the second on.
  init(
    x: Double, y: Double, radius: Double, aspect: Double, angle: Double, waves: [(amplitude: Double, phase: Double)]
  ) {
    self.x = Float(x)
    self.y = Float(y)
    let count = 128
    let root = aspect.squareRoot()
    radii = (0..<count).map { step in
      let theta = 2 * Double.pi * Double(step) / Double(count)
      let (c, s) = (cos(theta - angle), sin(theta - angle))
      let ellipse = radius / ((c / root) * (c / root) + (s * root) * (s * root)).squareRoot()
      let wave = waves.enumerated().reduce(1) { sum, item in
        sum + item.element.amplitude * cos(Double(item.offset + 2) * theta + item.element.phase)
      }
      return Float(ellipse * max(0.3, wave))
    }
    largestRadius = radii.max() ?? 0
    area = .pi * radii.reduce(0) { $0 + Double($1 * $1) } / Double(count)
  }

  /// The radius in the direction of an offset from the centre.
  @inline(__always)
  func radius(_ dx: Float, _ dy: Float) -> Float {
    let position = Self.turn(dx, dy) * Float(radii.count)
    let low = Int(saturating: position)
    let fraction = position - Float(low)
    let first = radii[low % radii.count]
    return first + fraction * (radii[(low + 1) % radii.count] - first)
  }
  /// The direction of an offset as a share of a full turn, in `0..<1`, exact to 3e-4 of a turn.
  @inline(__always)
  private static func turn(_ dx: Float, _ dy: Float) -> Float {
    let (width, height) = (abs(dx), abs(dy))
    let ratio = min(width, height) / max(max(width, height), 1e-12)
    // The arc tangent on 0...1 after Rajan et al. 2006, in turns.
    let eighth = ratio * (0.125 + (0.03895 + 0.01055 * ratio) * (1 - ratio))
    let quarter = height > width ? 0.25 - eighth : eighth
    let half = dx < 0 ? 0.5 - quarter : quarter
    return dy < 0 ? (half > 0 ? 1 - half : 0) : half
  }
}
