import ZooData
import ZooPlugins

/// Makes the illustrations of a run from its data and its model.
struct Illustrator {
  private let spec: Spec
  private let metrics: RunMetrics
  private let dataset: Dataset
  /// The training items in the order of the split, without those that were left out.
  private let training: [Int]
  private let model: Model
  private let threads: Int
  private let places: [String: Int]

  /// Opens the run's data again.
  /// - Throws: ``ZooError`` if they aren't where they were, or there is no model.
  init(_ folder: RunFolder, spec: Spec, metrics: RunMetrics, threads: Int) throws {
    let data = try OpenedData(spec.data)
    dataset = data.dataset
    let trained = Set(try folder.split().lazy.filter { $0.subset == Subset.train.rawValue }.map(\.id))
    training = data.split.train.filter { trained.contains(data.dataset.samples[$0].id) }
    model = try folder.model(.model)
    self.spec = spec
    self.metrics = metrics
    self.threads = threads
    places = Dictionary(dataset.samples.enumerated().map { ($1.id, $0) }) { first, _ in first }
  }

  /// - Parameter predictions: of the items that the report is about; none if the run held none out.
  func illustrate(_ predictions: Predictions?) throws -> Illustrations {
    var result = Illustrations()
    if let predictions {
      let known = predictions.items.filter { places[$0.id] != nil }
      result.wrong = try Self.wrong(predictions, count: 12).map(illustrated)
      result.right = try Self.right(predictions, count: 6).map(illustrated)
      try explain(known, &result)
      let chosen = Self.spread(known, Illustrations.projected).compactMap { places[$0.id] }
      if chosen.count > 2, let reader = try? FeatureReader(model, threads: threads) {
        result.projection = Projection(try reader.embedding(SampleCache(dataset, limit: 0), chosen))
      }
    }
    result.batch = try batch()
    return result
  }

  // MARK: Items

  /// The wrong predictions with the highest confidence. O(n log n).
  static func wrong(_ predictions: Predictions, count: Int) -> [Illustrations.Example] {
    let wrong = predictions.items.filter { $0.label != nil && $0.label != $0.predicted }
    return surest(wrong).prefix(max(count, 0)).map { example($0, predictions.classes) }
  }

  /// The right predictions with the highest confidence, one of each class in turn. O(n log n).
  static func right(_ predictions: Predictions, count: Int) -> [Illustrations.Example] {
    let byClass = Dictionary(grouping: predictions.items.filter { $0.label == $0.predicted }, by: \.predicted)
      .mapValues(surest)
    var chosen: [Predictions.Item] = []
    for round in 0..<max(count, 0) {
      for index in predictions.classes.indices where chosen.count < count {
        if let items = byClass[index], round < items.count { chosen.append(items[round]) }
      }
    }
    return chosen.map { example($0, predictions.classes) }
  }

  private static func surest(_ items: [Predictions.Item]) -> [Predictions.Item] {
    func confidence(_ item: Predictions.Item) -> Float { item.probabilities[item.predicted] }
    return items.sorted { (confidence($0), $1.id) > (confidence($1), $0.id) }
  }

  private static func example(_ item: Predictions.Item, _ classes: [String]) -> Illustrations.Example {
    .init(item: item, trueClass: item.label.map { classes[$0] }, predictedClass: classes[item.predicted])
  }

  /// At most `count` of the items, from all over their order.
  private static func spread(_ items: [Predictions.Item], _ count: Int) -> [Predictions.Item] {
    guard items.count > count else { return items }
    return (0..<count).map { items[$0 * items.count / count] }
  }

  // MARK: Pictures

  private func illustrated(_ example: Illustrations.Example) throws -> Illustrations.Example {
    guard let place = places[example.item.id] else { return example }
    var example = example
    example.pictures = try pictures(strips(dataset.load(place)))
    return example
  }

  private func strips(_ pixels: [Float]) -> SampleStrips {
    SampleStrips(dataset, pixels, side: Illustrations.side(frames: dataset.frames))
  }

  private func pictures(_ strips: SampleStrips, _ map: ClassMap? = nil) throws -> [Illustrations.Picture] {
    try dataset.channels.enumerated().map { channel, name in
      .init(
        name: name, png: try PNGWriter.encode(map.map { try strips.overlaid(channel, $0) } ?? strips.plain(channel)))
    }
  }

  // MARK: Explanations

  /// Maps of the examples, and the mean occlusion of items from all over the subset.
  private func explain(_ items: [Predictions.Item], _ result: inout Illustrations) throws {
    let shown = (result.wrong.prefix(4) + result.right.prefix(4)).compactMap { places[$0.item.id] }
    let spread = Self.spread(items, Illustrations.explained).compactMap { places[$0.id] }
    guard !spread.isEmpty else { return }
    let explainer = Explainer(model, dataset, threads: threads)
    result.explanations = try explainer.explain(spread)
    for item in try explainer.explain(shown).items {
      guard let map = item.map else { continue }
      let maps = try pictures(strips(dataset.load(item.sample)), map)
      for index in result.wrong.indices where result.wrong[index].item.id == item.id { result.wrong[index].maps = maps }
      for index in result.right.indices where result.right[index].item.id == item.id { result.right[index].maps = maps }
    }
  }

  // MARK: Training

  /// The first items of the first batch, augmented as they were.
  private func batch() throws -> [(className: String, pictures: [Illustrations.Picture])] {
    guard let values = metrics.data.channelValues else { return [] }
    let ordered = dataset.channels.compactMap { values[$0] }
    guard ordered.count == dataset.channels.count, !training.isEmpty else { return [] }
    var options = BatchLoader.Options()
    options.batch = spec.train.batch
    options.dropsLast = true
    options.order = spec.train.sampling == .balanced ? .balanced : .shuffle
    options.augment = spec.train.augment
    options.statistics = ChannelStatistics(values: ordered)
    options.seed = spec.seed
    options.threads = 1
    options.ahead = 1
    let loader = try BatchLoader(SampleCache(dataset, limit: 0), indices: training, options: options)
    defer { loader.close() }
    guard let batch = try loader.next(), let pixels: [Float] = batch.pixels.values() else { return [] }
    return try batch.indices.prefix(6).enumerated().map { row, index in
      let item = Array(pixels[row * dataset.sampleSize..<(row + 1) * dataset.sampleSize])
      return (dataset.samples[index].label.map { dataset.classes[$0] } ?? "", try pictures(strips(item)))
    }
  }
}
