/// Whether the pages of films lie in the order that somebody says, by how bright they are: pages of one channel are alike, and
/// channels mostly aren't.
package enum PageOrder {
  private static let mostFiles = 12
  private static let mostPages = 512
  /// Pixels that are looked at in all files together.
  private static let mostPixels = 100_000_000
  /// How much less pages of a channel have to differ in the other order; far less where brightness only rises or falls, as it
  /// does when films bleach: pages that follow each other are more alike then, whatever the order.
  private static let (share, shareOfTrends) = (0.1, 0.02)

  /// The brightness of the pages of one file as they are read, frame by frame with all channels.
  package struct Pages {
    package var frames: Int
    package var channels: Int
    package var means: [Double]

    package init(frames: Int, channels: Int, means: [Double]) {
      (self.frames, self.channels, self.means) = (frames, channels, means)
    }

    /// What remains of the pages' differences within channels, if page `page(frame, channel)` is that of a frame and channel.
    private func scatter(_ page: (_ frame: Int, _ channel: Int) -> Int) -> Double {
      (0..<channels).reduce(0) { sum, channel in
        let values = (0..<frames).map { means[page($0, channel)] }
        let mean = values.reduce(0, +) / Double(frames)
        return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      }
    }

    /// Whether the pages look as if they lay in the other order than `axes`, in which they were read.
    package func contradict(_ axes: PageAxes) -> Bool {
      guard frames > 2, channels > 1, means.count == frames * channels else { return false }
      let own = scatter { $0 * channels + $1 }
      // Page p of the file was read as one frame and channel, and is another in the other order.
      let other = scatter { frame, channel in
        let page = axes == .framesOfChannels ? channel * frames + frame : frame * channels + channel
        return axes == .framesOfChannels ? page : page % frames * channels + page / frames
      }
      let isTrend = (0..<channels).allSatisfy { channel in
        let steps = (1..<frames).map { means[$0 * channels + channel] - means[($0 - 1) * channels + channel] }
        return steps.allSatisfy { $0 >= 0 } || steps.allSatisfy { $0 <= 0 }
      }
      return own > 0 && other < (isTrend ? PageOrder.shareOfTrends : PageOrder.share) * own
    }
  }

  /// A sentence if most of some of the files, spread over all, look as if their pages lay in the other order.
  /// - Parameter pages: the pages of a file, which may have so many pixels; `nil` if it has no frames or can't be read.
  package static func caution(
    _ files: [String], axes: PageAxes,
    pages: (_ file: String, _ mostPages: Int, _ mostPixels: Int) -> (Pages, pixels: Int)?
  ) -> String? {
    guard axes == .framesOfChannels || axes == .channelsOfFrames, !files.isEmpty else { return nil }
    let few = Set((0..<mostFiles).map { $0 * (files.count - 1) / (mostFiles - 1) }).sorted()
    var left = mostPixels
    var (seen, contradicting) = (0, 0)
    for place in few where left > 0 {
      guard let (found, pixels) = pages(files[place], mostPages, left) else { continue }
      left -= pixels
      seen += 1
      if found.contradict(axes) { contradicting += 1 }
    }
    guard contradicting > 0, contradicting * 4 >= seen * 3 else { return nil }
    let other = axes == .framesOfChannels ? PageAxes.channelsOfFrames : .framesOfChannels
    return
      "the pages of \(contradicting) of \(seen) files that were looked at are alike within channels in the order \(other.rawValue), and differ in \(axes.rawValue), which data.axes says: look which one it is"
  }
}
