import Foundation
import ZooFormat
import ZooImages

/// Says which groups of samples look as if their channels were in another order than those of the others: a microscope may
/// number them otherwise from one plate to the next, and files that don't name them are taken in one order.
struct ChannelOrders {
  private let dataset: Dataset
  /// Of a group by class and channel the medians of the samples' logarithms of mean and deviation, beside those of all
  /// channels: a lamp or gain that changes all alike counts for nothing. By class, because dead cells are bright in one
  /// channel and dark in another, and a drug's wells have more of them.
  private typealias Levels = [Int: [(mean: Double, deviation: Double)]]

  private static let fewestOfGroup = 5
  private static let fewestOfClass = 3
  private static let mostGroups = 50
  /// Sum over the channels of how far groups are apart in these logarithms, from which on another order is looked for: two
  /// channels twice as bright and as varied are 2.8.
  private static let far = 3.0
  private static let most = 4
  /// Whose differences are those of cells rather than of microscopes.
  private static let passedOver: Set<String> = ["track", "well", "field"]

  init(_ dataset: Dataset) { self.dataset = dataset }

  /// O(samples + groups² · channels³).
  func cautions(_ samples: [(index: Int, channels: [ChannelMoments])]) -> [String] {
    guard dataset.hasChannelsByPlace, dataset.channels.count > 1 else { return [] }
    for (place, column) in dataset.factColumns.enumerated()
    where !Self.passedOver.contains(column) && !FrameTimes.counts(column) {
      let members = Dictionary(grouping: samples) { dataset.fact($0.index, place) }
        .filter { $0.value.count >= Self.fewestOfGroup }
      guard members.count > 1, members.count <= Self.mostGroups else { continue }
      let names = members.keys.sorted(by: NaturalOrder.precedes)
      let found = names.map { levels(members[$0] ?? []) }
      // The group that most others are like says what is what.
      let alike = found.map { own in found.count { order(own, $0) == nil } }
      guard let usual = alike.indices.max(by: { (alike[$0], $1) < (alike[$1], $0) }) else { continue }
      let cautions = names.indices.compactMap { other in
        order(found[usual], found[other]).map { text(column, names[other], like: names[usual], $0) }
      }
      if !cautions.isEmpty { return Array(cautions.prefix(Self.most)) }
    }
    return []
  }

  private func levels(_ samples: [(index: Int, channels: [ChannelMoments])]) -> Levels {
    let pixels = Double(dataset.height * dataset.width * (dataset.frames ?? 1))
    let least = max(Double(dataset.sampleRange.upperBound) * 1e-4, 1e-9)
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    let byClass = Dictionary(grouping: samples) { dataset.samples[$0.index].label ?? -1 }
    return byClass.filter { $0.value.count >= Self.fewestOfClass }.mapValues { members in
      let levels = dataset.channels.indices.map { channel in
        let own = members.map { sample -> (Double, Double) in
          let mean = sample.channels[channel].sum / pixels
          let variance = max(sample.channels[channel].squares / pixels - mean * mean, 0)
          return (log(max(mean, least)), log(max(variance.squareRoot(), least)))
        }
        return (mean: median(own.map(\.0)), deviation: median(own.map(\.1)))
      }
      let count = Double(levels.count)
      let mean = levels.reduce(0) { $0 + $1.mean } / count
      let deviation = levels.reduce(0) { $0 + $1.deviation } / count
      return levels.map { ($0.mean - mean, $0.deviation - deviation) }
    }
  }

  /// For each channel the one of `other` that is like it, if another order fits clearly better than the given one.
  private func order(_ own: Levels, _ other: Levels) -> [Int]? {
    let shared = own.keys.filter { other[$0] != nil }.sorted()
    let channels = Array(dataset.channels.indices)
    guard !shared.isEmpty else { return nil }
    func cost(_ a: Int, _ b: Int) -> Double {
      let costs = shared.map { name -> Double in
        guard let one = own[name]?[a], let two = other[name]?[b] else { return 0 }
        return abs(one.mean - two.mean) + abs(one.deviation - two.deviation)
      }
      return costs.reduce(0, +) / Double(shared.count)
    }
    let given = channels.reduce(0) { $0 + cost($1, $1) }
    guard given > Self.far else { return nil }
    let links = channels.flatMap { a in channels.map { Assignment.Link(left: a, right: $0, cost: cost(a, $0)) } }
    let pairs = Assignment.solve(links, alone: 1e6)
    guard pairs.count == channels.count, pairs.reduce(0, { $0 + cost($1.left, $1.right) }) * 2 < given else {
      return nil
    }
    let order = pairs.map(\.right)
    return order == channels ? nil : order
  }

  private func text(_ column: String, _ group: String, like usual: String, _ order: [Int]) -> String {
    let moved = order.indices.filter { order[$0] != $0 }
    let names = dataset.channels
    return
      "the channels of \(column) '\(group.onOneLine)' look as if they were in another order: what is called \(moved.map { names[order[$0]] }.joined(separator: ", ")) there is as bright and varied as \(moved.map { names[$0] }.joined(separator: ", ")) of '\(usual.onOneLine)'; if its files have them so, \(FolderChannels.key) says it"
  }
}
