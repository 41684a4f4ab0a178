import ZooPlugins

/// The data of a run, opened, split and summed up.
struct TrainingData: Sendable {
  let dataset: Dataset
  let split: Split
  let cache: SampleCache
  let statistics: ChannelStatistics
  let fingerprint: String

  /// Opens and splits the data and goes once over the training samples. O(pixels).
  init(_ spec: DataSpec, threads: Int) throws {
    dataset = try Dataset.open(spec)
    split = try dataset.split(spec.split)
    cache = SampleCache(dataset, limit: spec.cacheMegabytes * 1_000_000)
    fingerprint = try dataset.fingerprint(threads: threads)
    statistics = try dataset.channelStatistics(of: split.train, cache: cache, threads: threads)
  }

  /// What a reader must know of the data before believing a number.
  func facts(_ spec: DataSpec) -> DataFacts {
    let rows = dataset.rows(split, by: spec.split.by)
    var subsets: [String: DataFacts.SubsetFacts] = [:]
    for subset in Subset.allCases {
      let members = rows.filter { $0.subset == subset.rawValue }
      var byClass = Dictionary(uniqueKeysWithValues: dataset.classes.map { ($0, 0) })
      for row in members { byClass[row.label, default: 0] += 1 }
      subsets[subset.rawValue] = .init(
        items: members.count, groups: Set(members.map(\.group)).count, itemsByClass: byClass)
    }
    return DataFacts(
      source: [spec.source.rawValue, spec.root].compactMap { $0 }.joined(separator: " "),
      isSimulated: dataset.isSimulated, fingerprint: fingerprint, channels: dataset.channels,
      classes: dataset.classes, splitRule: split.rule, remarks: dataset.remarks, subsets: subsets)
  }

  /// The weight of each class in the loss: n / (k · n_c), as scikit-learn's `balanced`.
  func balancedClassWeights() -> [Float] {
    var counts = Array(repeating: 0, count: dataset.classes.count)
    for index in split.train { if let label = dataset.samples[index].label { counts[label] += 1 } }
    return counts.map { Float(split.train.count) / Float(max($0, 1) * counts.count) }
  }
}
