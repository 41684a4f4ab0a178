import Foundation
import ZooFormat

/// Random changes to training samples.
///
/// All channels and frames of a sample are moved alike; intensities change for each channel by itself, alike in all
/// frames; noise is new in every pixel. The random numbers come from the caller (``BatchAssembly`` keys them by seed, epoch and
/// sample), so the result depends on nothing else.
struct Augmentation: Sendable {
  private let settings: TrainSpec.Augment
  private let frames: Int
  private let channels: Int
  private let height: Int
  private let width: Int
  private let values: [ChannelValues]

  /// - Parameter statistics: of the training samples: a channel's own mean and deviation are what its intensities are
  ///   changed around and by, so that images of 8, 12 or 16 bits and of floating point are changed alike.
  /// - Throws: ``ZooError`` if a setting is out of range or doesn't fit the images.
  init(_ settings: TrainSpec.Augment, for dataset: Dataset, statistics: ChannelStatistics) throws(ZooError) {
    self.settings = settings
    values = statistics.values
    frames = dataset.frames ?? 1
    channels = dataset.channels.count
    height = dataset.height
    width = dataset.width
    try settings.check(height: height, width: width)
    precondition(values.count == channels, "statistics of \(values.count) channels for \(channels)")
  }

  /// Writes the changed sample to `output`, which must have room for it.
  /// - Returns: Where each place of it comes from.
  @discardableResult
  func apply(_ pixels: PackedPixels, to output: UnsafeMutablePointer<Float>, random: KeyedRandom) -> Movement {
    var random = random
    let geometry = drawGeometry(&random)
    switch pixels {
    case .uint8(let values):
      values.withUnsafeBufferPointer { geometry.apply($0, planes: frames * channels, to: output) }
    case .uint16(let values):
      values.withUnsafeBufferPointer { geometry.apply($0, planes: frames * channels, to: output) }
    case .float32(let values):
      values.withUnsafeBufferPointer { geometry.apply($0, planes: frames * channels, to: output) }
    }
    changeIntensities(output, &random)
    return geometry
  }

  private func drawGeometry(_ random: inout KeyedRandom) -> Movement {
    // Every number is drawn whether it is used or not, so that one setting doesn't change what another one gets.
    let flipsX = random.chance(0.5) && settings.flipHorizontal
    let flipsY = random.chance(0.5) && settings.flipVertical
    let turn = random.below(4)
    let reach = 2 * settings.shift + 1
    let (shiftX, shiftY) = (random.below(reach) - settings.shift, random.below(reach) - settings.shift)
    let side = (settings.cropArea + (1 - settings.cropArea) * random.uniform()).squareRoot()
    let (placeX, placeY) = (random.uniform(), random.uniform())
    func crop(_ count: Int, _ place: Double) -> Range<Int> {
      let length = min(count, max(1, Int(saturating: (Double(count) * side).rounded())))
      let start = min(count - length, Int(saturating: place * Double(count - length + 1)))
      return start..<start + length
    }
    let quarter = settings.rotate90 ? turn : 0
    // A quarter turn is a transposition and a flip; a half turn is two flips.
    return Movement(
      horizontal: AxisMap(
        count: width, crop: crop(width, placeX), shift: shiftX, flips: flipsX != (quarter == 1 || quarter == 2)),
      vertical: AxisMap(
        count: height, crop: crop(height, placeY), shift: shiftY, flips: flipsY != (quarter == 2 || quarter == 3)),
      isTransposed: quarter % 2 == 1, width: width, height: height)
  }

  private func changeIntensities(_ output: UnsafeMutablePointer<Float>, _ random: inout KeyedRandom) {
    let plane = height * width
    var scratch: [Float] = []
    for channel in 0..<channels {
      let gain = Float(1 + settings.gain * random.uniform(-1...1))
      // Around the mean: a gain around zero would move a channel on a pedestal by far more than it varies.
      let offset =
        Float(settings.offset * random.uniform(-1...1)) * values[channel].deviation + values[channel].mean * (1 - gain)
      let sigma = settings.blur * random.uniform()
      for frame in 0..<frames {
        let pixels = UnsafeMutableBufferPointer(start: output + (frame * channels + channel) * plane, count: plane)
        if sigma > 0.1 { GaussianBlur(sigma: sigma).apply(pixels, width: width, height: height, scratch: &scratch) }
        if gain != 1 || offset != 0 {
          for i in 0..<plane { pixels[i] = pixels[i] * gain + offset }
        }
      }
    }
    let level = Float(settings.noise * random.uniform())
    guard level > 0 else { return }
    for place in 0..<frames * channels {
      let deviation = level * values[place % channels].deviation
      for i in place * plane..<(place + 1) * plane { output[i] += deviation * random.fastNormal() }
    }
  }
}

extension TrainSpec.Augment {
  /// Refuses what can't be done with images of a size, before any work.
  /// - Throws: ``ZooError`` naming the key.
  package func check(height: Int, width: Int) throws(ZooError) {
    guard !rotate90 || height == width else {
      throw ZooError(
        .badInput, path: "train.augment.rotate90", problem: "is on, but the images have \(width)×\(height) pixels",
        expected: "square images", remedy: "Set train.augment.rotate90=false, or data.height and data.width alike")
    }
    guard shift < min(height, width) else {
      throw ZooError(
        .badInput, path: "train.augment.shift", problem: "a shift of \(shift) pixels moves the whole image away",
        expected: "less than \(min(height, width))")
    }
  }
}

extension Augmentation {
  /// The same movement for all planes of a sample.
  struct Movement {
    let horizontal: AxisMap
    let vertical: AxisMap
    /// Whether rows become columns; the images are square then.
    let isTransposed: Bool
    let width: Int
    let height: Int
  }
}

extension Augmentation.Movement {
  /// Where a place of the moved sample was before, in pixels.
  func source(x: Double, y: Double) -> (x: Double, y: Double) {
    let (across, down) = (horizontal.source(x), vertical.source(y))
    return isTransposed ? (down, across) : (across, down)
  }

  fileprivate func apply<T: Pixel>(
    _ source: UnsafeBufferPointer<T>, planes: Int, to output: UnsafeMutablePointer<Float>
  ) {
    let size = width * height
    let (stepX, stepY) = isTransposed ? (width, 1) : (1, width)
    let isWhole = horizontal.isWhole && vertical.isWhole
    horizontal.first.withUnsafeBufferPointer { left in
      horizontal.second.withUnsafeBufferPointer { right in
        horizontal.weight.withUnsafeBufferPointer { weight in
          for plane in 0..<planes {
            let input = UnsafeBufferPointer(rebasing: source[plane * size..<(plane + 1) * size])
            for y in 0..<height {
              let row = output + plane * size + y * width
              let above = vertical.first[y] * stepY
              if isWhole {
                for x in 0..<width { row[x] = input[above + left[x] * stepX].float }
                continue
              }
              let below = vertical.second[y] * stepY
              let fraction = vertical.weight[y]
              for x in 0..<width {
                let (l, r, w) = (left[x] * stepX, right[x] * stepX, weight[x])
                let upper = input[above + l].float + w * (input[above + r].float - input[above + l].float)
                let lower = input[below + l].float + w * (input[below + r].float - input[below + l].float)
                row[x] = upper + fraction * (lower - upper)
              }
            }
          }
        }
      }
    }
  }
}
