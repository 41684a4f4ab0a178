import ZooFormat
import ZooImages

/// How bright the samples of each group are in each channel, and which are out of the way.
package struct LookBrightness {
  private(set) var distributions: [IntensityDistribution] = []
  private(set) var findings: [DataLook.Finding] = []
  /// Samples of a brightness unlike all others of their group, the strangest first.
  private(set) var unusual: [(index: Int, note: String)] = []
  /// Of each channel what is shown as black and as white.
  private(set) var windows: [ClosedRange<Float>] = []

  /// Robust deviations from the median of its group from which on a sample is out of the way.
  private static let farthest = 12.0
  private static let mostUnusual = 12
  /// Share of the variance between groups from which on it is told.
  private static let telling = 0.5

  init(_ dataset: Dataset, _ seen: [LookedSample], _ grouping: LookGrouping) {
    let members = Dictionary(grouping: seen.indices) { grouping.name(seen[$0].index) }
    var strange: [(index: Int, distance: Double, note: String)] = []
    for (channel, name) in dataset.channels.enumerated() {
      let all = seen.flatMap { $0.values[channel] }.filter(\.isFinite).sorted()
      let range = Self.range(all)
      windows.append(Self.window(all))
      func add(_ group: String?, _ samples: Int, _ values: [Float]) {
        guard !values.isEmpty else { return }
        distributions.append(
          IntensityDistribution(
            group: group, channel: name, samples: samples, sorted: values, range: range,
            top: dataset.sampleRange.upperBound))
      }
      add(nil, seen.count, all)
      for group in grouping.names {
        guard let places = members[group] else { continue }
        if grouping.names.count > 1 {
          add(group, places.count, places.flatMap { seen[$0].values[channel] }.filter(\.isFinite).sorted())
        }
        strange += Self.strange(places.map { seen[$0] }, channel, name)
      }
      findings += Self.between(members.values.map { $0.map { seen[$0].means[channel] } }, name, grouping.column)
      findings += Self.flat(seen.filter { $0.flat.contains(channel) }, of: seen.count, name, dataset)
    }
    strange.sort { ($0.distance, $1.index) > ($1.distance, $0.index) }
    var told: Set<Int> = []
    let once = strange.filter { told.insert($0.index).inserted }
    unusual = once.prefix(Self.mostUnusual).map { ($0.index, $0.note) }
    if !once.isEmpty {
      findings.append(
        DataLook.Finding(
          text:
            "\(Figures.counted(once.count, "sample")) far brighter or darker than the others of the \(grouping.column ?? "set")",
          items: once.prefix(DataLook.mostItems).map { dataset.samples[$0.index].id }, count: once.count))
    }
    findings += saturation
  }

  /// The range of the bins.
  private static func range(_ sorted: [Float]) -> ClosedRange<Float> {
    guard let first = sorted.first, let last = sorted.last, first < last else { return 0...1 }
    let (low, high) = (IntensityDistribution.quantile(sorted, 0.0005), IntensityDistribution.quantile(sorted, 0.9995))
    return low < high ? low...high : first...last
  }

  /// What is shown as black and as white.
  package static func window(_ sorted: [Float]) -> ClosedRange<Float> {
    let (low, high) = (IntensityDistribution.quantile(sorted, 0.002), IntensityDistribution.quantile(sorted, 0.998))
    return low < high ? low...high : range(sorted)
  }

  private static func strange(
    _ samples: [LookedSample], _ channel: Int, _ name: String
  ) -> [(index: Int, distance: Double, note: String)] {
    let means = samples.map { $0.means[channel] }.filter(\.isFinite).sorted()
    guard means.count >= 20 else { return [] }
    let median = means[means.count / 2]
    let distances = means.map { abs($0 - median) }.sorted()
    let scale = 1.4826 * distances[distances.count / 2]
    guard scale > 0 else { return [] }
    return samples.compactMap { sample in
      let distance = abs(sample.means[channel] - median) / scale
      guard distance > farthest else { return nil }
      let word = sample.means[channel] > median ? "bright" : "dark"
      return (
        sample.index, distance,
        "\(name) \(word): \(Figures.sample(Float(sample.means[channel]))), median \(Figures.sample(Float(median)))"
      )
    }
  }

  /// A channel whose brightness says which group a sample is from.
  private static func between(_ groups: [[Double]], _ name: String, _ column: String?) -> [DataLook.Finding] {
    guard let column, groups.count > 1 else { return [] }
    let all = groups.joined().filter(\.isFinite)
    let mean = all.reduce(0, +) / Double(max(all.count, 1))
    let total = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard total > 0, all.count > 2 * groups.count else { return [] }
    let between = groups.reduce(0.0) { sum, group in
      guard !group.isEmpty else { return sum }
      let own = group.reduce(0, +) / Double(group.count)
      return sum + Double(group.count) * (own - mean) * (own - mean)
    }
    guard between / total > telling else { return [] }
    return [
      DataLook.Finding(
        text:
          "\(name): \(Figures.fixed(between / total * 100, 0)) % of the variance of mean brightness lies between the values of '\(column)': a model can tell these apart, and a split at random would flatter"
      )
    ]
  }

  private static func flat(
    _ samples: [LookedSample], of count: Int, _ name: String, _ dataset: Dataset
  ) -> [DataLook.Finding] {
    guard !samples.isEmpty else { return [] }
    return [
      DataLook.Finding(
        text: "\(name): \(samples.count) of \(Figures.counted(count, "sample")) have one value in all pixels",
        items: samples.prefix(DataLook.mostItems).map { dataset.samples[$0.index].id }, count: samples.count)
    ]
  }

  private var saturation: [DataLook.Finding] {
    distributions.filter { $0.group != nil || distributions.allSatisfy { $0.group == nil } }
      .filter { $0.saturated > 0.01 }.map { one in
        DataLook.Finding(
          text:
            "\(one.channel)\(one.group.map { " of '\($0)'" } ?? ""): \(Figures.fixed(one.saturated * 100, 1)) % of the pixels are as bright as the camera can see"
        )
      }
  }
}
