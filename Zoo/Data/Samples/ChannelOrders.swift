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
  private typealias Level = [(mean: Double, deviation: Double)]
  private typealias Levels = [Int: Level]
  private typealias Samples = [(index: Int, channels: [ChannelMoments])]

  private static let fewestOfGroup = 5
  private static let fewestOfClass = 3
  private static let mostGroups = 50
  /// Sum over the channels of how far groups are apart in these logarithms, from which on another order is looked for: two
  /// channels twice as bright and as varied are 2.8.
  private static let far = 3.0
  private static let most = 4
  /// Share of a group's samples that have to be like the group, so that it is what tells them apart.
  private static let nearlyAll = 0.9
  /// Whose differences are those of cells rather than of microscopes.
  private static let passedOver: Set<String> = ["track", "well", "field"]

  init(_ dataset: Dataset) { self.dataset = dataset }

  /// O(samples + groups² · channels³). Columns that are known to make samples alike come first: another may go with them.
  func cautions(_ samples: [(index: Int, channels: [ChannelMoments])]) -> [String] {
    guard dataset.hasChannelsByPlace, dataset.channels.count > 1 else { return [] }
    let all = dataset.factColumns
    let known = ColumnRoles.groups(all)
    for column in known + all.filter({ !known.contains($0) })
    where !Self.passedOver.contains(column) && !FrameTimes.counts(column) {
      guard let place = all.firstIndex(of: column) else { continue }
      let members = Dictionary(grouping: samples) { dataset.fact($0.index, place) }
        .filter { $0.value.count >= Self.fewestOfGroup }
      guard members.count > 1, members.count <= Self.mostGroups else { continue }
      let names = members.keys.sorted(by: NaturalOrder.precedes)
      let found = names.map { levels(members[$0] ?? []) }
      // The group that most others are like says what is what; one that is unlike all says nothing.
      let alike = found.map { own in found.count { !isFar(own, $0) } }
      guard let usual = alike.indices.max(by: { (alike[$0], $1) < (alike[$1], $0) }) else { continue }
      let cautions = names.indices.compactMap { other -> String? in
        guard let order = order(found[usual], found[other]),
          odd(members[names[other]] ?? [], order, found[usual]) >= Self.nearlyAll,
          odd(members[names[usual]] ?? [], order, found[usual]) <= 1 - Self.nearlyAll
        else { return nil }
        return text(column, names[other], like: names[usual], order)
      }
      if !cautions.isEmpty { return Array(cautions.prefix(Self.most)) }
    }
    return []
  }

  private func levels(_ samples: Samples) -> Levels {
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    let byClass = Dictionary(grouping: samples) { dataset.samples[$0.index].label ?? -1 }
    return byClass.filter { $0.value.count >= Self.fewestOfClass }.mapValues { members in
      let own = members.map { logarithms($0.channels) }
      return Self.relative(
        dataset.channels.indices.map { channel in
          (median(own.map { $0[channel].mean }), median(own.map { $0[channel].deviation }))
        })
    }
  }

  /// Of one sample.
  private func logarithms(_ channels: [ChannelMoments]) -> Level {
    let pixels = Double(dataset.height * dataset.width * (dataset.frames ?? 1))
    let least = max(Double(dataset.sampleRange.upperBound) * 1e-4, 1e-9)
    return dataset.channels.indices.map { channel in
      let mean = channels[channel].sum / pixels
      let variance = max(channels[channel].squares / pixels - mean * mean, 0)
      return (log(max(mean, least)), log(max(variance.squareRoot(), least)))
    }
  }

  private static func relative(_ levels: Level) -> Level {
    let count = Double(levels.count)
    let mean = levels.reduce(0) { $0 + $1.mean } / count
    let deviation = levels.reduce(0) { $0 + $1.deviation } / count
    return levels.map { ($0.mean - mean, $0.deviation - deviation) }
  }

  /// The share of samples that fit the usual group better in another order than in theirs; 0 without samples of its classes.
  private func odd(_ samples: Samples, _ order: [Int], _ usual: Levels) -> Double {
    let fits = samples.compactMap { sample -> Bool? in
      guard let wanted = usual[dataset.samples[sample.index].label ?? -1] else { return nil }
      let own = Self.relative(logarithms(sample.channels))
      func cost(_ places: [Int]) -> Double {
        places.enumerated().reduce(0) { sum, pair in
          let (one, two) = (wanted[pair.offset], own[pair.element])
          return sum + abs(one.mean - two.mean) + abs(one.deviation - two.deviation)
        }
      }
      return cost(order) < cost(Array(order.indices))
    }
    return fits.isEmpty ? 0 : Double(fits.count { $0 }) / Double(fits.count)
  }

  /// How far two channels are apart over the classes that both groups have.
  private func cost(_ own: Levels, _ a: Int, _ other: Levels, _ b: Int) -> Double {
    let costs = own.compactMap { name, one -> Double? in
      other[name].map { abs(one[a].mean - $0[b].mean) + abs(one[a].deviation - $0[b].deviation) }
    }
    return costs.isEmpty ? 0 : costs.reduce(0, +) / Double(costs.count)
  }

  /// Whether channels of one name are far apart in two groups.
  private func isFar(_ own: Levels, _ other: Levels) -> Bool {
    dataset.channels.indices.reduce(0) { $0 + cost(own, $1, other, $1) } > Self.far
  }

  /// For each channel the one of `other` that is like it, if another order fits clearly better than the given one.
  private func order(_ own: Levels, _ other: Levels) -> [Int]? {
    let channels = Array(dataset.channels.indices)
    guard isFar(own, other) else { return nil }
    let given = channels.reduce(0) { $0 + cost(own, $1, other, $1) }
    let links = channels.flatMap { a in
      channels.map { Assignment.Link(left: a, right: $0, cost: cost(own, a, other, $0)) }
    }
    let pairs = Assignment.solve(links, alone: 1e6)
    guard pairs.count == channels.count, pairs.reduce(0, { $0 + cost(own, $1.left, other, $1.right) }) * 2 < given
    else { return nil }
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
