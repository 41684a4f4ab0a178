import ZooFormat
import ZooImages
import ZooRuntime

/// Samples that are held out, decoded and compared with what training has.
struct HeldPixels: Sendable {
  /// Those that can't be decoded.
  private(set) var failures: [(index: Int, error: ZooError)] = []
  private(set) var samples: [(index: Int, channels: [ChannelMoments])] = []
  /// Samples that are unlike training, and how.
  private(set) var cautions: [(index: Int, texts: [String])] = []

  private struct Found: Sendable {
    var channels: [ChannelMoments]
    var texts: [String]
  }

  /// O(pixels).
  init(_ dataset: Dataset, _ indices: [Int], training: ChannelStatistics?, cache: SampleCache, threads: Int) {
    // The same words as at prediction, for a model that would be made of these.
    var card = Card()
    card.channels = dataset.channels
    card.channelValues = training?.values ?? []
    let watch = SampleWatch(card)
    let (plane, channels) = (dataset.height * dataset.width, dataset.channels.count)
    let results = ParallelMap.map(indices, threads: threads) { index throws(ZooError) -> Found in
      let pixels = try cache.pixels(index)
      guard pixels.isFinite else { throw dataset.notFinite(index) }
      let texts = try pixels.values.withUnsafeBufferPointer { values throws(ZooError) in
        try values.baseAddress.map { base throws(ZooError) in try watch.cautions(dataset, base) } ?? []
      }
      return Found(channels: ChannelMoments.of(pixels, plane: plane, channels: channels), texts: texts)
    }
    for (index, result) in zip(indices, results) {
      switch result {
      case .success(let found):
        samples.append((index, found.channels))
        if !found.texts.isEmpty { cautions.append((index, found.texts)) }
      case .failure(let error): failures.append((index, error))
      }
    }
  }
}

/// Says which samples, and which groups of them, have other pixels than the rest.
struct PixelOutliers {
  private let dataset: Dataset
  private let split: Split
  private let columns: [String]
  private let subsets: [Int: Subset]

  private static let listed = 8
  /// As many times as bright as others is told: more than stain and lamp differ by from day to day.
  private static let farFactor = 4.0
  /// Columns with more values than this tell items apart, not groups of them.
  private static let mostGroups = 100
  /// Samples of a group that say something of it; a single cell may be as bright as it likes. More where nothing says that
  /// the column makes samples alike.
  private static let fewestOfGroup = 5
  private static let fewestOfOther = 12
  /// More cells than these aren't compared with each other.
  private static let mostCompared = 200_000

  /// - Parameter columns: the columns that are split by.
  init(_ dataset: Dataset, _ split: Split, by columns: [String]) {
    (self.dataset, self.split, self.columns) = (dataset, split, columns)
    var subsets: [Int: Subset] = [:]
    for subset in Subset.allCases { for index in split[subset] { subsets[index] = subset } }
    self.subsets = subsets
  }

  private func names(_ indices: [Int]) -> String {
    let shown = indices.sorted().prefix(Self.listed).map { index in
      "\(dataset.samples[index].id.onOneLine) (\(subsets[index]?.rawValue ?? ""))"
    }
    return shown.joined(separator: ", ")
      + (indices.count > Self.listed ? " and \(indices.count - Self.listed) more" : "")
  }

  /// Samples of which all pixels have one value, in every channel or in some: black crops, lamps that were off.
  func constant(_ samples: [(index: Int, channels: [ChannelMoments])]) -> [String] {
    func isConstant(_ moments: ChannelMoments) -> Bool { moments.lowest == moments.highest }
    guard dataset.height * dataset.width > 1 else { return [] }
    // A channel that never changes is told as a whole.
    let dead = dataset.channels.indices.filter { channel in samples.allSatisfy { isConstant($0.channels[channel]) } }
    let alive = dataset.channels.indices.filter { !dead.contains($0) }
    guard !alive.isEmpty else { return [] }
    let empty = samples.filter { sample in alive.allSatisfy { isConstant(sample.channels[$0]) } }
    var cautions: [String] = []
    if !empty.isEmpty {
      let areBlack = empty.allSatisfy { sample in alive.allSatisfy { sample.channels[$0].highest == 0 } }
      // Of a few that were decoded, the rest isn't known.
      let isPart = subsets.count < dataset.samples.count
      let count =
        isPart
        ? "\(empty.count) of \(Figures.counted(samples.count, "decoded sample"))"
        : Figures.counted(empty.count, "sample")
      cautions.append(
        "\(count) \(areBlack ? "black" : "of one value") in \(alive.count == 1 ? "its channel" : "every channel"), so that there is nothing to see: \(names(empty.map(\.index)))\(isPart ? "; zoo check --pixels looks at all" : "")"
      )
    }
    let emptyOnes = Set(empty.map(\.index))
    for channel in alive {
      let found = samples.filter { isConstant($0.channels[channel]) && !emptyOnes.contains($0.index) }.map(\.index)
      guard !found.isEmpty else { continue }
      cautions.append(
        "channel \(dataset.channels[channel]) is constant in \(found.count) of \(Figures.counted(samples.count, "sample")): \(names(found))"
      )
    }
    if let frames = constantFrames(samples.filter { !emptyOnes.contains($0.index) }, alive) { cautions.append(frames) }
    return cautions
  }

  /// Films with frames of which nothing can be seen, as programs write for what they lack.
  private func constantFrames(_ samples: [(index: Int, channels: [ChannelMoments])], _ alive: [Int]) -> String? {
    guard let length = dataset.frames, length > 1 else { return nil }
    let found = samples.map { sample in
      (index: sample.index, count: alive.reduce(UInt64.max) { $0 & sample.channels[$1].constantFrames }.nonzeroBitCount)
    }.filter { $0.count > 0 }
    guard let first = found.max(by: { ($0.count, $1.index) < ($1.count, $0.index) }) else { return nil }
    return
      "\(Figures.counted(found.reduce(0) { $0 + $1.count }, "frame")) black or of one value in every channel, in \(found.count) of \(Figures.counted(samples.count, "sequence")), e.g. \(first.count) of \(length) in \(names([first.index])): a model sees them as they are"
  }

  /// What is held out and unlike training, a line for each subset, as a model would say at prediction.
  func unlike(_ found: [(index: Int, texts: [String])]) -> [String] {
    [Subset.validation, .test].compactMap { subset in
      let unlike = found.filter { subsets[$0.index] == subset }
      guard let first = unlike.first else { return nil }
      let places = columns.compactMap(dataset.groupColumns.firstIndex(of:))
      var groups: [String: Int] = [:]
      if !places.isEmpty {
        for item in unlike { groups[dataset.groupName(dataset.samples[item.index], places), default: 0] += 1 }
      }
      let listed = groups.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4).map { "\($0.key) \($0.value)" }
      let whose = listed.isEmpty ? "" : " (\(columns.joined(separator: " and ")): \(listed.joined(separator: ", ")))"
      return
        "\(unlike.count) of \(Figures.counted(split[subset].count, "\(subset.rawValue) item"))\(whose) unlike what training has, e.g. "
        + "\(dataset.samples[first.index].id.onOneLine): \(first.texts.joined(separator: "; "))"
    }
  }

  /// Groups whose pixels are many times as bright as those of the others: another camera, gain or type.
  func brightness(_ samples: [(index: Int, channels: [ChannelMoments])]) -> [String] {
    let pixels = Double(dataset.height * dataset.width * (dataset.frames ?? 1))
    let columns = dataset.factColumns
    return columns.indices.filter { columns[$0] != "track" && !FrameTimes.counts(columns[$0]) }.flatMap {
      column -> [String] in
      let fewest = ColumnRoles.level(columns[column]) == nil ? Self.fewestOfOther : Self.fewestOfGroup
      var groups: [String: (count: Int, sums: [Double])] = [:]
      let zeros = [Double](repeating: 0, count: dataset.channels.count)
      for sample in samples where groups.count <= Self.mostGroups {
        let group = dataset.fact(sample.index, column)
        groups[group, default: (0, zeros)].count += 1
        for (channel, moments) in sample.channels.enumerated() {
          groups[group]?.sums[channel] += moments.sum / pixels
        }
      }
      guard groups.count > 1, groups.count <= Self.mostGroups, groups.count * 3 <= samples.count else { return [] }
      var found: [String: [String]] = [:]
      for (channel, name) in dataset.channels.enumerated() {
        let means = groups.mapValues { $0.sums[channel] / Double($0.count) }
        // The lower of the two in the middle: of two groups, the brighter one is told.
        let middle = means.values.sorted()[(means.count - 1) / 2]
        for (group, mean) in means where groups[group].map({ $0.count >= fewest }) == true && !Spelling.isNothing(group)
        {
          guard middle > 0, mean >= Self.farFactor * middle || mean * Self.farFactor <= middle else { continue }
          let figures = "mean \(Figures.sample(Float(mean))), others \(Figures.sample(Float(middle)))"
          found[group, default: []].append("\(name) \(Figures.significant(mean / middle)) times as bright (\(figures))")
        }
      }
      guard found.count * 2 <= groups.count else { return [] }
      return found.sorted { $0.key < $1.key }.prefix(4).map { group, channels in
        "the \(Figures.counted(groups[group]?.count ?? 0, "sample")) of \(columns[column]) '\(group.onOneLine)' are far from others: "
          + "\(channels.joined(separator: ", ")); if another camera or gain made them, bring all to one range first"
      }
    }
  }

  /// Cells with the very same pixels, which have no files of their own to tell it by. Within one subset: what stands on both
  /// sides of the split is found by ``LeakAudit``.
  func copies(_ samples: [(index: Int, channels: [ChannelMoments])]) -> [String] {
    guard dataset.source is CellsSource, samples.count <= Self.mostCompared else { return [] }
    var byContent: [[Double]: [Int]] = [:]
    for sample in samples where sample.channels.contains(where: { $0.lowest < $0.highest }) {
      byContent[sample.channels.flatMap { [$0.sum, $0.squares, Double($0.lowest), Double($0.highest)] }, default: []]
        .append(sample.index)
    }
    var copies: [[Int]] = []
    for candidates in byContent.values where candidates.count > 1 {
      var same: [[Float]: [Int]] = [:]
      for index in candidates.prefix(100) {
        if let pixels = try? dataset.load(index) { same[pixels, default: []].append(index) }
      }
      copies += same.values.filter { $0.count > 1 }.map { $0.sorted() }
    }
    copies.sort { $0[0] < $1[0] }
    guard let first = copies.first else { return [] }
    let count = copies.reduce(0) { $0 + $1.count - 1 }
    return [
      "\(Figures.counted(count, "sample")) with the same pixels as another one, e.g. \(names(Array(first.prefix(2))))"
    ]
  }
}
