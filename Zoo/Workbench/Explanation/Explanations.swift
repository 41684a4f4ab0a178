import ZooData
import ZooPlugins

/// Why a model said what it said of some items: where it looked, and which channels and frames it needed.
package struct Explanations: Sendable {
  package struct Item: Sendable {
    /// Index into the data set.
    let sample: Int
    package let id: String
    /// `nil` if the network has no convolution to look at.
    package let map: ClassMap?
    package let occlusion: Occlusion
  }

  package let classes: [String]
  package let channels: [String]
  package let items: [Item]
  /// Why there are no maps; `nil` if there are.
  package let obstacle: String?
  /// The mean rank correlation of the maps with those of the same network with shuffled weights; `nil` without maps.
  package let sanity: Double?
  /// The number of maps that ``sanity`` is of.
  package let checked: Int

  /// The value of the graph that the maps are of.
  package var layer: String? { items.lazy.compactMap(\.map?.layer).first }

  /// Above it, the maps are hardly made by what was learned.
  static let suspiciousSanity = 0.5

  /// What the check by shuffled weights says.
  package var sanityText: String? {
    sanity.map { sanity in
      let figure =
        "rank correlation \(Figures.fixed(sanity, 2)) with the maps of the same network with shuffled weights, "
        + "mean of \(Figures.counted(checked, "map"))"
      return sanity < Self.suspiciousSanity
        ? "the maps come from what was learned: \(figure)"
        : "the maps hardly come from what was learned: \(figure). Don't read anything into them"
    }
  }

  /// `id, class, probability, kind, name, drop`: a row for each channel and frame of each item. `drop` is by how much the
  /// probability of the class falls without it. Frames are counted from 1.
  package var occlusionCSV: String {
    var text = CSV.line(["id", "class", "probability", "kind", "name", "drop"])
    for item in items {
      let facts = [item.id, classes[item.occlusion.classIndex], "\(item.occlusion.probability)"]
      for (name, drop) in zip(channels, item.occlusion.channels) {
        text += CSV.line(facts + ["channel", name, "\(drop)"])
      }
      for (frame, drop) in item.occlusion.frames.enumerated() {
        text += CSV.line(facts + ["frame", "\(frame + 1)", "\(drop)"])
      }
    }
    return text
  }

  /// `id, class, frame, row, column, value`: the maps in the layer's own pixels, each counted from 1.
  package var mapsCSV: String {
    var text = CSV.line(["id", "class", "frame", "row", "column", "value"])
    for item in items {
      guard let map = item.map else { continue }
      for (index, value) in map.values.enumerated() {
        let (frame, place) = index.quotientAndRemainder(dividingBy: map.height * map.width)
        text += CSV.line([
          item.id, classes[map.classIndex], "\(frame + 1)", "\(place / map.width + 1)", "\(place % map.width + 1)",
          "\(value)",
        ])
      }
    }
    return text
  }

  /// The mean drop of each channel, and of each frame, over all items.
  var meanDrops: (channels: [Double], frames: [Double]) {
    func means(_ drops: (Item) -> [Float]) -> [Double] {
      guard let count = items.first.map({ drops($0).count }), count > 0 else { return [] }
      return (0..<count).map { place in
        items.reduce(0) { $0 + Double(drops($1)[place]) } / Double(items.count)
      }
    }
    return (means(\.occlusion.channels), means(\.occlusion.frames))
  }
}
