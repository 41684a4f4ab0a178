import ZooData
import ZooPlugins

/// The data of a run, opened and split, before anything is decoded.
struct OpenedData: Sendable {
  let dataset: Dataset
  let split: Split

  /// O(files).
  init(_ spec: DataSpec) throws {
    dataset = try Dataset.open(spec)
    split = try dataset.split(spec.split)
  }
}

/// The data of a run, decoded and summed up.
struct TrainingData: Sendable {
  let dataset: Dataset
  let split: Split
  let cache: SampleCache
  let statistics: ChannelStatistics
  let fingerprint: String
  /// The SHA-256 of what is stored of every sample.
  private let contents: [[UInt8]]
  /// Whether the range of the samples was found in them, rather than given by the spec.
  let isRangeFound: Bool
  /// The samples that `data.onError: skip` left out, and why.
  let skipped: [ZooError]
  private let pixelCautions: [String]
  /// What the subsets share; `nil` before ``lookForLeaks(_:threads:)``.
  private(set) var audit: LeakAudit?

  /// Decodes every sample once. O(pixels).
  /// - Parameters:
  ///   - cacheLimit: bytes of decoded samples that may be kept in memory.
  ///   - report: is told what is done with samples on the disk.
  /// - Throws: ``ZooError`` if there are samples that can't be decoded and the spec doesn't leave them out, or that have
  ///   values which its `data.range` rules out.
  init(
    _ opened: OpenedData, _ spec: DataSpec, cacheLimit: Int, threads: Int,
    report: @escaping (String) -> Void = { _ in }, isInterrupted: @escaping () -> Bool = { false }
  ) throws {
    var dataset = opened.dataset
    let whole = opened.split
    contents = try dataset.contents(threads: threads)
    let store = SampleStore.wanted(spec, dataset, memory: cacheLimit, report: report)
    let key = store == nil ? [] : try dataset.pixelKey(spec, contents: contents)
    cache = SampleCache(
      dataset, limit: cacheLimit,
      packed: try store?.samples(of: dataset, key: key, threads: threads, isInterrupted: isInterrupted))
    fingerprint = dataset.fingerprint(of: contents)
    let pixels = PixelCheck(dataset, whole, by: spec.split.by, cache: cache, threads: threads)
    if spec.onError == .stop { try pixels.check() }
    skipped = dataset.skipped + pixels.failures.map(\.error)
    pixelCautions = pixels.cautions
    split = whole.without(Set(pixels.failures.map(\.index)))
    try dataset.checkClasses(of: split, insteadOf: whole)
    guard let statistics = pixels.statistics else { throw pixels.nothingLeft }
    self.statistics = statistics
    isRangeFound = !dataset.isRangeKnown(spec)
    dataset.sampleRange = try dataset.range(of: statistics, given: isRangeFound ? nil : dataset.sampleRange)
    self.dataset = dataset
  }

  /// Looks for items held out that training has seen. O(pixels), and O(n log n) comparisons.
  mutating func lookForLeaks(_ spec: DataSpec, threads: Int) {
    let (dataset, cache) = (dataset, cache)
    let isKept = dataset.isStored
    audit = LeakAudit(
      dataset, split, by: spec.split.by, comparesPixels: spec.audit == .pixels, threads: threads,
      image: { index throws(ZooError) -> Image in
        guard isKept else { return try dataset.stored(index) }
        return try Image(
          width: dataset.width, height: dataset.height, channels: dataset.channels.count, frames: dataset.frames ?? 1,
          sampleType: .float32, samples: cache.pixels(index).values)
      })
  }

  /// What a person should know of the pixels before training on them.
  var cautions: [String] {
    let left = skipped.isEmpty ? [] : ["\(Figures.counted(skipped.count, "image")) left out by data.onError=skip"]
    return left + (audit?.cautions ?? [])
      + statistics.cautions(dataset.channels, sampleType: dataset.sampleType, range: dataset.sampleRange)
      + pixelCautions
  }

  /// What a reader of figures on the split must know of it.
  func splitCautions(_ spec: DataSpec) -> [String] { dataset.splitCautions(split, spec.split) }

  /// Why figures say nothing of the cells, if they don't.
  var confounding: String? { dataset.confounding(split) }

  /// The range in words, and how it is known.
  var rangeText: String { dataset.rangeText(isFound: isRangeFound) }

  /// The split as rows to be written down, with the contents by which other runs can tell the same items.
  func rows(by columns: [String]) -> [SplitRow] {
    let places = Dictionary(zip(dataset.samples.map(\.id), dataset.samples.indices)) { first, _ in first }
    return dataset.rows(split, by: columns).map { row in
      var row = row
      row.content = places[row.id].map { Dataset.hexadecimal(contents[$0].prefix(16)) } ?? ""
      return row
    }
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
    var facts = DataFacts(
      source: [spec.source.rawValue, spec.root].compactMap { $0 }.joined(separator: " "),
      isSimulated: dataset.isSimulated, fingerprint: fingerprint, channels: dataset.channels,
      classes: dataset.classes, splitRule: split.rule, remarks: dataset.remarks, subsets: subsets)
    facts.range = rangeText
    facts.channelValues = Dictionary(zip(dataset.channels, statistics.values)) { first, _ in first }
    facts.skipped = skipped.map { "\($0)" }
    facts.cautions = cautions
    facts.confounding = confounding
    facts.splitCautions = splitCautions(spec)
    facts.audit = audit
    return facts
  }

  /// The weight of each class in the loss: n / (k · n_c), as scikit-learn's `balanced`.
  func balancedClassWeights() -> [Float] {
    var counts = Array(repeating: 0, count: dataset.classes.count)
    for index in split.train { if let label = dataset.samples[index].label { counts[label] += 1 } }
    return counts.map { Float(split.train.count) / Float(max($0, 1) * counts.count) }
  }
}

extension Dataset {
  /// What the camera can give: what somebody says, or else what the samples' type and values say.
  /// - Throws: ``ZooError`` naming a channel with values that can't be.
  func range(of statistics: ChannelStatistics, given: ClosedRange<Float>?) throws(ZooError) -> ClosedRange<Float> {
    guard let given else { return sampleType.range(holding: statistics.ends) }
    for (name, values) in zip(channels, statistics.values) {
      guard values.lowest < given.lowerBound || values.highest > given.upperBound else { continue }
      throw ZooError(
        .badInput, path: "data.range",
        problem: "is \(RangeScaling.text(given)), but channel \(name) has "
          + "\(Figures.sample(values.lowest))…\(Figures.sample(values.highest))",
        expected: "the range of the camera, or null to find it in the images")
    }
    return given
  }

  /// Whether somebody says which values the camera can give: the spec, or a source that has only one camera.
  func isRangeKnown(_ spec: DataSpec) -> Bool { spec.range != nil || source.sampleRange != sampleType.range }

  func rangeText(isFound: Bool) -> String {
    isFound
      ? "\(sampleType.text(found: sampleRange)), found in the images"
      : "\(RangeScaling.text(sampleRange)), as the data's camera can give"
  }

  /// - Throws: ``ZooError`` if a subset that had a class has none of it any more.
  fileprivate func checkClasses(of split: Split, insteadOf whole: Split) throws(ZooError) {
    for subset in Subset.allCases {
      let (left, had) = (classCounts(split[subset]), classCounts(whole[subset]))
      for (index, name) in classes.enumerated() where left[index] == 0 && had[index] > 0 {
        throw ZooError(
          .badInput, path: "data.onError",
          problem:
            "leaves \(subset.rawValue) without a sample of the class '\(name)': none of \(had[index]) can be decoded",
          remedy: "Mend the files")
      }
    }
  }
}
