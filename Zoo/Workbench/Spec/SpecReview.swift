import ZooData
import ZooPlugins

/// What a run of a spec would be, found out without training: the data are opened and split, the model is put together.
package struct SpecReview: Codable, Sendable, Hashable {
  package struct Part: Codable, Sendable, Hashable {
    package var items: Int
    package var groups: Int
    package var itemsByClass: [String: Int]
  }

  package var name: String
  package var summary: String
  /// What the sweep changed; empty without a sweep.
  package var variation: String
  package var source: String
  package var isSimulated: Bool
  package var channels: [String]
  package var classes: [String]
  package var frames: Int?
  package var height: Int
  package var width: Int
  package var splitRule: String
  /// What was found in the data and decided on, e.g. samples that are left out, by reason.
  package var remarks: [String]
  package var subsets: [String: Part]
  package var parts: [String: String]
  package var parameters: Int
  /// Floating-point operations for one sample forward.
  package var flops: Int
  package var epochs: Int
  package var stepsPerEpoch: Int
  package var batch: Int
  /// What training takes, in bytes: the program, the step, the cache, the loader.
  package var trainingMemory: Int
  /// What the camera can give and how that is known, in words.
  package var range: String
  /// What the pixels of each channel are, by name, over the images that were decoded.
  package var channelValues: [String: ChannelValues]
  /// How many images were decoded for that, of how many.
  package var decoded: Int
  package var samples: Int
  /// What items held out share with those trained on.
  package var audit: LeakAudit
  /// What a person should know before training.
  package var cautions: [String]
  private var channelLines: [String]

  /// Reviews every run of a sweep. Runs that differ in their seed or in numbers that no size depends on are looked at once.
  /// - Parameter report: is told how many runs have been reviewed, after each.
  /// - Throws: As for a single run.
  package static func all(
    _ runs: [SpecRun], registry: Registry, memory: MemoryBudget = .machine(), decodesAll: Bool = false,
    threads: Int = ThreadPool.availableProcessors, report: (Int) -> Void
  ) throws -> [SpecReview] {
    var known: [Spec: SpecReview] = [:]
    return try runs.enumerated().map { index, run in
      let key = sizes(run.spec)
      var review =
        try known[key]
        ?? SpecReview(run, registry: registry, memory: memory, decodesAll: decodesAll, threads: threads)
      known[key] = review
      (review.name, review.summary, review.variation) = (run.spec.name, run.spec.summary, run.label)
      review.epochs = run.spec.train.epochs
      report(index + 1)
      return review
    }
  }

  /// `spec` without what no size and no split depends on.
  private static func sizes(_ spec: Spec) -> Spec {
    var spec = spec
    (spec.name, spec.summary, spec.seed) = ("", "", 1)
    let standard = TrainSpec()
    spec.train.epochs = standard.epochs
    spec.train.labelSmoothing = standard.labelSmoothing
    spec.train.focal = standard.focal
    spec.train.earlyStopping = standard.earlyStopping
    spec.train.learningRates = [:]
    spec.train.optimizer.learningRate = standard.optimizer.learningRate
    spec.train.optimizer.weightDecay = standard.optimizer.weightDecay
    spec.train.schedule = standard.schedule
    return spec
  }

  /// Opens the data, looks at some pixels, builds the graph and plans a training step. O(files + nodes).
  /// - Parameters:
  ///   - memory: what training may take.
  ///   - decodesAll: whether every image is decoded, rather than a few training images. O(pixels).
  /// - Throws: ``ZooError`` about the data, the model or a batch that is too large, with the place in the spec where it
  ///   is known.
  package init(
    _ run: SpecRun, registry: Registry, memory: MemoryBudget = .machine(), decodesAll: Bool = false, threads: Int = 2
  ) throws {
    do {
      try self.init(
        run.spec, label: run.label, registry: registry, memory: memory, decodesAll: decodesAll, threads: threads)
    } catch let error as ZooError {
      throw run.located(error)
    }
  }

  private init(
    _ spec: Spec, label: String, registry: Registry, memory: MemoryBudget, decodesAll: Bool, threads: Int
  ) throws {
    var dataset = try Dataset.open(spec.data)
    let whole = try dataset.split(spec.data.split)
    let looked = decodesAll ? whole : whole.lookedAt(dataset)
    let pixels = PixelCheck(
      dataset, looked, by: spec.data.split.by, cache: SampleCache(dataset, limit: 0), threads: threads)
    if spec.data.onError == .stop { try pixels.check() }
    let split = whole.without(Set(pixels.failures.map(\.index)))
    guard let statistics = pixels.statistics else { throw pixels.nothingLeft }
    let isRangeFound = !dataset.isRangeKnown(spec.data)
    dataset.sampleRange = try dataset.range(of: statistics, given: isRangeFound ? nil : dataset.sampleRange)
    range = dataset.rangeText(isFound: isRangeFound)
    channelValues = Dictionary(zip(dataset.channels, statistics.values)) { first, _ in first }
    channelLines = statistics.lines(dataset.channels)
    decoded = looked.train.count + looked.validation.count + looked.test.count
    samples = whole.train.count + whole.validation.count + whole.test.count
    cautions = statistics.cautions(dataset.channels, sampleType: dataset.sampleType, range: dataset.sampleRange)
    cautions += pixels.cautions
    let unreadable = dataset.skipped.compactMap(\.location.file) + pixels.failures.map { dataset.samples[$0.index].id }
    if !unreadable.isEmpty {
      cautions.append(
        "\(Figures.counted(unreadable.count, "image")) can't be decoded and will be left out (data.onError=skip): "
          + unreadable.prefix(5).joined(separator: ", "))
    }
    audit = LeakAudit(dataset, split, by: spec.data.split.by, comparesPixels: decodesAll, threads: threads)
    cautions += audit.cautions
    let model = try spec.outline(of: dataset, registry: registry)
    name = spec.name
    summary = spec.summary
    variation = label
    source = [spec.data.source.rawValue, spec.data.root].compactMap { $0 }.joined(separator: " ")
    isSimulated = dataset.isSimulated
    channels = dataset.channels
    classes = dataset.classes
    frames = dataset.frames
    height = dataset.height
    width = dataset.width
    splitRule = split.rule
    remarks = dataset.remarks
    let rows = dataset.rows(split, by: spec.data.split.by)
    subsets = [:]
    for subset in Subset.allCases {
      let members = rows.filter { $0.subset == subset.rawValue }
      subsets[subset.rawValue] = Part(
        items: members.count, groups: Set(members.map(\.group)).count,
        itemsByClass: Dictionary(members.map { ($0.label, 1) }, uniquingKeysWith: +))
    }
    parts = ["backbone": spec.model.backbone.name, "head": spec.model.head.name]
    parts["temporal"] = spec.model.temporal?.name
    parameters = model.graph.parameters().filter(\.isTrainable).reduce(0) { $0 + $1.type.elementCount }
    let input = model.graph.inputs.first?.name ?? ""
    flops = try Program(
      model.graph, opsets: model.opsets, inputTypes: [input: TensorType(.float32, [1] + dataset.sampleShape)]
    ).operationCount()
    epochs = spec.train.epochs
    stepsPerEpoch = split.train.count / spec.train.batch
    try spec.checkBatch(split)
    batch = spec.train.batch
    let types = [input: TensorType(.float32, [batch] + dataset.sampleShape)]
    let needed = try TrainingMemory(
      model, spec, dataset: dataset, split: split, inputTypes: types, threads: threads)
    trainingMemory = needed.withoutCache + needed.cacheLimit(within: memory)
    try memory.check(
      training: model, spec, dataset: dataset, split: split, inputTypes: types, needed: needed, threads: threads)
    if let confounding = dataset.confounding(split) { cautions.insert(confounding, at: 0) }
    cautions += dataset.splitCautions(split, spec.data.split) + spec.trainingCautions(split, model: model)
  }

  /// A few lines for a person.
  package var text: String {
    let size = (frames.map { Figures.counted($0, "frame") + " of " } ?? "") + "\(height) × \(width)"
    let order = Subset.allCases.compactMap { subset in
      subsets[subset.rawValue].map { part -> String in
        let classes = self.classes.map { "\($0) \(part.itemsByClass[$0] ?? 0)" }.joined(separator: ", ")
        let groups = Figures.counted(part.groups, "group")
        return "  \(subset.rawValue.padded(to: 12))\(part.items) in \(groups) (\(classes))"
      }
    }
    let model = [parts["backbone"], parts["temporal"], parts["head"]].compactMap { $0 }.joined(separator: " → ")
    return
      ([
        "\(name)\(variation.isEmpty ? "" : " [\(variation)]"): \(summary)",
        "  data        \(source)\(isSimulated ? " (a simulation, not microscope data)" : ""), \(size), \(channels.joined(separator: " "))",
        "  range       \(range), \(decoded == samples ? "all \(decoded) images decoded" : "\(decoded) of \(samples) images decoded (--pixels decodes all)")",
      ] + channelLines.map { "              \($0)" } + [
        "  split       \(splitRule)"
      ] + order + [
        "  leaks       \(audit.text)",
        "  model       \(model), \(Figures.counted(parameters, "parameter")), \(flops) floating-point operations a sample",
        "  training    \(Figures.counted(epochs, "epoch")) of \(Figures.counted(stepsPerEpoch, "step")) of \(batch), which take \(Figures.bytes(trainingMemory)) of memory",
      ] + (remarks + cautions).map { "  ! \($0)" }).joined(separator: "\n") + "\n"
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
