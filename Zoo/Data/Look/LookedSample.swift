import ZooFormat

/// What is kept of a sample that was looked at: some of its pixels, and their mean, channel by channel.
package struct LookedSample: Sendable {
  /// Pixels that are kept of a channel.
  static let kept = 128

  var index: Int
  /// Evenly drawn from all frames.
  package var values: [[Float]]
  var means: [Double]
  /// Channels with one value in all pixels.
  var flat: [Int]

  package init(_ pixels: [Float], index: Int, dataset: Dataset) {
    self.index = index
    let channels = dataset.channels.count
    let plane = dataset.height * dataset.width
    let frames = dataset.frames ?? 1
    values = []
    means = []
    flat = []
    let count = plane * frames
    for channel in 0..<channels {
      var (sum, low, high) = (0.0, Float.infinity, -Float.infinity)
      for frame in 0..<frames {
        let start = (frame * channels + channel) * plane
        for value in pixels[start..<start + plane] {
          sum += Double(value)
          low = min(low, value)
          high = max(high, value)
        }
      }
      let number = min(Self.kept, count)
      // Places a little off a regular grid, so that none of the rows and columns is preferred.
      var random = KeyedRandom(seed: 1, KeyedRandom.key("looked"), UInt64(index), UInt64(channel))
      values.append(
        (0..<number).map { place in
          let at = min(count - 1, (place * count + random.below(count)) / number)
          let (frame, offset) = at.quotientAndRemainder(dividingBy: plane)
          return pixels[(frame * channels + channel) * plane + offset]
        })
      means.append(sum / Double(count))
      if low == high { flat.append(channel) }
    }
  }
}
