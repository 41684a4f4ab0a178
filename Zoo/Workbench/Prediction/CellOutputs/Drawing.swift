import ZooFormat

/// A picture in colours to draw marks and words on.
struct Drawing {
  typealias Colour = (red: UInt8, green: UInt8, blue: UInt8)

  let width: Int
  let height: Int
  /// Red, green and blue of each pixel, row after row.
  private var pixels: [UInt8]

  /// A grey picture of `values`, black at `low` and white at `high`.
  init(width: Int, height: Int, grey values: [Float], low: Float, high: Float) {
    self.width = width
    self.height = height
    let scale = 255 / max(high - low, .leastNormalMagnitude)
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      for pixel in 0..<width * height {
        let value = UInt8(saturating: max(0, min(255, (values[pixel] - low) * scale)))
        for channel in 0..<3 { buffer[3 * pixel + channel] = value }
      }
      count = width * height * 3
    }
  }

  /// What lies beyond the picture is left out.
  mutating func set(_ x: Int, _ y: Int, _ colour: Colour) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    let place = 3 * (y * width + x)
    (pixels[place], pixels[place + 1], pixels[place + 2]) = (colour.red, colour.green, colour.blue)
  }

  func colour(_ x: Int, _ y: Int) -> Colour {
    let place = 3 * (y * width + x)
    return (pixels[place], pixels[place + 1], pixels[place + 2])
  }

  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
    for row in y..<y + height { for column in x..<x + width { set(column, row, colour) } }
  }

  /// Darkens a rectangle, so that words on it can be read.
  mutating func shade(x: Int, y: Int, width: Int, height: Int) {
    for row in max(0, y)..<max(0, min(self.height, y + height)) {
      for column in max(0, x)..<max(0, min(self.width, x + width)) {
        let old = colour(column, row)
        set(column, row, (old.red / 4, old.green / 4, old.blue / 4))
      }
    }
  }

  /// A ring around a position, whose pixel (0, 0) has its centre at 0.
  mutating func ring(x: Double, y: Double, radius: Double, thickness: Double, _ colour: Colour) {
    let reach = radius + thickness
    func first(_ centre: Double) -> Int { Int(saturating: (centre - reach).rounded(.down)) }
    func last(_ centre: Double) -> Int { Int(saturating: (centre + reach).rounded(.up)) }
    guard x.isFinite, y.isFinite, x > -reach, y > -reach, x < Double(width) + reach, y < Double(height) + reach else {
      return
    }
    for row in first(y)...last(y) {
      for column in first(x)...last(x) {
        let (dx, dy) = (Double(column) - x, Double(row) - y)
        let distance = (dx * dx + dy * dy).squareRoot()
        if abs(distance - radius) <= thickness / 2 { set(column, row, colour) }
      }
    }
  }

  /// Words in a font of 5 × 7 pixels, each `scale` × `scale`; (x, y) is their upper left corner.
  mutating func write(_ text: String, x: Int, y: Int, scale: Int, _ colour: Colour) {
    var left = x
    for scalar in text.unicodeScalars {
      let columns = PixelFont.columns(scalar)
      for (column, bits) in columns.enumerated() {
        for row in 0..<PixelFont.height where bits >> UInt8(row) & 1 == 1 {
          fill(x: left + column * scale, y: y + row * scale, width: scale, height: scale, colour)
        }
      }
      left += PixelFont.advance * scale
    }
  }

  /// Pixels that words take.
  static func width(of text: String, scale: Int) -> Int { text.unicodeScalars.count * PixelFont.advance * scale }

  /// As an image of three channels.
  func image() throws(ZooError) -> Image {
    let plane = width * height
    var samples = [Float](repeating: 0, count: 3 * plane)
    for pixel in 0..<plane {
      for channel in 0..<3 { samples[channel * plane + pixel] = Float(pixels[3 * pixel + channel]) }
    }
    return try Image(width: width, height: height, channels: 3, frames: 1, sampleType: .uint8, samples: samples)
  }
}
