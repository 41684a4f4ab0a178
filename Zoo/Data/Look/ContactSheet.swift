import Foundation
import ZooFormat
import ZooImages
import ZooRuntime

/// Pictures of samples: each channel with the same black and white everywhere, so that brightness can be compared.
package struct ContactSheet: Sendable {
  package struct Picture: Sendable {
    package var id: String
    package var note: String
    /// A PNG of the channels side by side, row by row the frames that are shown.
    package var png: [UInt8]
    var columns: Int
    var rows: Int
  }

  /// Class → group → pictures.
  package var classes: [(name: String, groups: [(name: String, pictures: [Picture])])] = []
  package var unusual: [Picture] = []
  /// The strongest leaks, each with the two samples.
  package var leaks: [(text: String, pictures: [Picture])] = []

  /// Groups and leaks that are shown.
  package static let mostGroups = 12
  private static let mostLeaks = 12
  private static let mostClasses = 40
  /// Longest side of a channel of a sample in pixels.
  private static let side = 80
  private static let mostFrames = 3

  init() {}

  init(
    _ dataset: Dataset, _ grouping: LookGrouping, audit: LeakAudit, unusual: [(index: Int, note: String)],
    windows: [ClosedRange<Float>], shown: Int, failed: Set<Int>
  ) throws(ZooError) {
    func picture(_ index: Int, _ note: String = "") throws(ZooError) -> Picture {
      try Self.picture(dataset, index, windows, note: note)
    }
    for (label, name) in dataset.classes.enumerated().prefix(Self.mostClasses) {
      var groups: [(name: String, pictures: [Picture])] = []
      let members = dataset.samples.indices.filter { dataset.samples[$0].label == label && !failed.contains($0) }
      let byGroup = Dictionary(grouping: members, by: grouping.name)
      for group in grouping.names.prefix(Self.mostGroups) {
        let own = byGroup[group] ?? []
        let chosen = own.count <= shown ? own : (0..<shown).map { own[$0 * own.count / shown] }
        var pictures: [Picture] = []
        for index in chosen { pictures.append(try picture(index)) }
        groups.append((group, pictures))
      }
      classes.append((name, groups))
    }
    for (index, note) in unusual { self.unusual.append(try picture(index, note)) }
    let places = Dictionary(dataset.samples.enumerated().map { ($1.id, $0) }) { first, _ in first }
    for leak in audit.leaks.prefix(Self.mostLeaks) {
      guard let a = places[leak.item], let b = places[leak.other], !failed.contains(a), !failed.contains(b) else {
        continue
      }
      let text = ([leak.kind.text] + [leak.note].filter { !$0.isEmpty }).joined(separator: ": ")
      leaks.append((text, [try picture(a, leak.subset.rawValue), try picture(b, leak.otherSubset.rawValue)]))
    }
  }

  static func picture(
    _ dataset: Dataset, _ index: Int, _ windows: [ClosedRange<Float>], note: String = ""
  ) throws(ZooError) -> Picture {
    let frames = dataset.frames ?? 1
    let chosen = frames <= mostFrames ? Array(0..<frames) : [0, frames / 2, frames - 1]
    let tiles = try ChannelTiles(dataset, index, frames: chosen, windows: windows, longest: side)
    return Picture(
      id: dataset.samples[index].id, note: note, png: try tiles.png(), columns: tiles.columns, rows: tiles.rows)
  }
}

/// The channels of a sample side by side, each from its black to its white; frames below each other.
package struct ChannelTiles {
  package let columns: Int
  package let rows: Int
  package let width: Int
  package let height: Int
  private var samples: [Float]

  /// - Parameters:
  ///   - windows: of each channel what is black and what is white.
  ///   - longest: longest side of a tile in pixels; larger samples shrink.
  package init(
    _ dataset: Dataset, _ index: Int, frames: [Int], windows: [ClosedRange<Float>], longest: Int
  ) throws(ZooError) {
    let pixels = try dataset.load(index)
    let channels = dataset.channels.count
    let plane = dataset.height * dataset.width
    let factor = min(1, Double(longest) / Double(max(dataset.height, dataset.width)))
    width = max(1, Int(saturating: (Double(dataset.width) * factor).rounded()))
    height = max(1, Int(saturating: (Double(dataset.height) * factor).rounded()))
    (columns, rows) = (channels, frames.count)
    let resize = PlaneResize(width: dataset.width, height: dataset.height, toWidth: width, toHeight: height)
    samples = [Float](repeating: 0, count: width * height * columns * rows)
    for (row, frame) in frames.enumerated() {
      for channel in 0..<channels {
        let start = (frame * channels + channel) * plane
        let tile = resize(Array(pixels[start..<start + plane]))
        let window = windows[channel]
        let scale = 255 / max(window.upperBound - window.lowerBound, .leastNormalMagnitude)
        for y in 0..<height {
          for x in 0..<width {
            samples[((row * height + y) * columns + channel) * width + x] =
              (tile[y * width + x] - window.lowerBound) * scale
          }
        }
      }
    }
  }

  /// The pixels of one tile.
  package func tile(row: Int, column: Int) -> [Float] {
    (0..<height).flatMap { y in
      let start = ((row * height + y) * columns + column) * width
      return samples[start..<start + width]
    }
  }

  func png() throws(ZooError) -> [UInt8] {
    try PNGWriter.encode(
      Image(
        width: width * columns, height: height * rows, channels: 1, frames: 1, sampleType: .uint8, samples: samples))
  }
}
