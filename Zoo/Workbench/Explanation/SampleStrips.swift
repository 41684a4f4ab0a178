import ZooData
import ZooPlugins
import ZooRuntime

/// Pictures of one sample: a strip for each channel, with the frames of a sequence side by side. A channel goes from the
/// darkest to the brightest value that it has in the sample.
struct SampleStrips {
  let channels: Int
  let frames: Int
  /// Of one frame, in pixels.
  let height: Int
  /// Of one frame, in pixels.
  let width: Int
  /// In 0…255, by channel, frame, row and column.
  private let shades: [[Float]]

  /// - Parameters:
  ///   - pixels: `[T, C, H, W]`, or `[C, H, W]` for a single image.
  ///   - side: the longest side that a frame may have; larger frames are made smaller.
  init(_ pixels: [Float], channels: Int, frames: Int, height: Int, width: Int, side: Int? = nil) {
    let longest = max(height, width, 1)
    let scale = side.map { min(1, Double($0) / Double(longest)) } ?? 1
    let smaller = [height, width].map { max(1, Int(saturating: (Double($0) * scale).rounded())) }
    (self.channels, self.frames, self.height, self.width) = (channels, frames, smaller[0], smaller[1])
    let plane = height * width
    shades = (0..<channels).map { channel in
      var values: [Float] = []
      for frame in 0..<frames {
        let start = (frame * channels + channel) * plane
        values += pixels[start..<start + plane]
      }
      let low = values.min() ?? 0
      let factor = 255 / max((values.max() ?? 0) - low, .leastNormalMagnitude)
      return PlaneResize(width: width, height: height, toWidth: smaller[1], toHeight: smaller[0])(
        values.map { ($0 - low) * factor })
    }
  }

  /// The strips of a sample of `dataset`.
  init(_ dataset: Dataset, _ pixels: [Float], side: Int? = nil) {
    self.init(
      pixels, channels: dataset.channels.count, frames: dataset.frames ?? 1, height: dataset.height,
      width: dataset.width, side: side)
  }

  /// One channel, in shades of gray.
  func plain(_ channel: Int) throws(ZooError) -> Image {
    let strip = arranged { shades[channel][$0] }
    return try Image(width: width * frames, height: height, channels: 1, sampleType: .uint8, samples: strip)
  }

  /// One channel with the places that speak for a class in orange, the brightest where `map` is largest.
  func overlaid(_ channel: Int, _ map: ClassMap) throws(ZooError) -> Image {
    let heat = map.resized(height: height, width: width)
    let largest = max(heat.max() ?? 0, .leastNormalMagnitude)
    var samples: [Float] = []
    for color in Self.orange {
      samples += arranged { place in
        let share = 0.7 * (heat.indices.contains(place) ? heat[place] / largest : 0)
        return shades[channel][place] * (1 - share) + color * share
      }
    }
    return try Image(width: width * frames, height: height, channels: 3, sampleType: .uint8, samples: samples)
  }

  private static let orange: [Float] = [255, 120, 0]

  /// Frames side by side instead of one after the other.
  private func arranged(_ value: (Int) -> Float) -> [Float] {
    var strip: [Float] = []
    strip.reserveCapacity(frames * height * width)
    for y in 0..<height {
      for frame in 0..<frames {
        for x in 0..<width { strip.append(value((frame * height + y) * width + x)) }
      }
    }
    return strip
  }

  /// All channels in one picture in colour, from top to bottom: as they are and with `map` over them, side by side for a
  /// single image and one below the other for a sequence.
  func sheet(_ map: ClassMap?) throws(ZooError) -> Image {
    let isBeside = frames == 1 && map != nil
    let gap = 2
    let columns = (width * frames) * (isBeside ? 2 : 1) + (isBeside ? gap : 0)
    let rowsOfChannel = map == nil || isBeside ? 1 : 2
    let rows = channels * rowsOfChannel * (height + gap) - gap
    var sheet = [Float](repeating: 255, count: 3 * rows * columns)
    func put(_ image: Image, row: Int, column: Int) {
      for color in 0..<3 {
        let source = image.channels == 1 ? 0 : color
        for y in 0..<image.height {
          for x in 0..<image.width {
            sheet[(color * rows + row + y) * columns + column + x] =
              image.samples[(source * image.height + y) * image.width + x]
          }
        }
      }
    }
    for channel in 0..<channels {
      let row = channel * rowsOfChannel * (height + gap)
      put(try plain(channel), row: row, column: 0)
      guard let map else { continue }
      put(
        try overlaid(channel, map), row: isBeside ? row : row + height + gap,
        column: isBeside ? width * frames + gap : 0)
    }
    return try Image(width: columns, height: rows, channels: 3, sampleType: .uint8, samples: sheet)
  }
}
