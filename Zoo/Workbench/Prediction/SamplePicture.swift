import ZooData
import ZooPlugins

/// A small picture of a sample for a page: its channels side by side, each from its darkest to its brightest value; of
/// a sequence the frame in the middle.
enum SamplePicture {
  /// The bytes of a PNG file.
  static func png(_ dataset: Dataset, _ index: Int) throws -> [UInt8] {
    let pixels = try dataset.load(index)
    let (height, width, channels) = (dataset.height, dataset.width, dataset.channels.count)
    let plane = height * width
    let frame = (dataset.frames ?? 1) / 2
    var samples = [Float](repeating: 0, count: plane * channels)
    for channel in 0..<channels {
      let start = (frame * channels + channel) * plane
      let values = pixels[start..<start + plane]
      let low = values.min() ?? 0
      let scale = 255 / max((values.max() ?? 0) - low, .leastNormalMagnitude)
      for (offset, value) in values.enumerated() {
        let (y, x) = offset.quotientAndRemainder(dividingBy: width)
        samples[y * width * channels + channel * width + x] = (value - low) * scale
      }
    }
    return try PNGWriter.encode(
      Image(
        width: width * channels, height: height, channels: 1, frames: 1, sampleType: .uint8, samples: samples))
  }
}
