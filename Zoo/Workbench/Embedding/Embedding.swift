import ZooData
import ZooPlugins

/// What a network makes of items before its head decides: a vector of features each.
package struct Embedding: Codable, Sendable, Hashable {
  package struct Item: Codable, Sendable, Hashable {
    package let id: String
    /// The class that the data say; `nil` if they don't.
    package let label: String?
    /// The class that the model says.
    package let predicted: String
    /// One value for each of ``Embedding/groupColumns``.
    package let groups: [String]
    package let features: [Float]
  }

  /// Experiment, well, condition and whatever else the data's table has.
  package let groupColumns: [String]
  package let items: [Item]

  /// `id, label, predicted`, the groups, and a column `f1`, `f2`, … for each feature. Numbers are the shortest that give the
  /// same bits again.
  package var csv: String {
    let taken: Set = ["id", "label", "predicted"]
    let groups = groupColumns.indices.filter { !taken.contains(groupColumns[$0]) }
    let features = items.first?.features.count ?? 0
    var text = CSV.line(
      ["id", "label", "predicted"] + groups.map { groupColumns[$0] } + (0..<features).map { "f\($0 + 1)" })
    for item in items {
      text += CSV.line(
        [item.id, item.label ?? "", item.predicted] + groups.map { item.groups[$0] } + item.features.map { "\($0)" })
    }
    return text
  }
}

/// Reads the features out of a model.
struct FeatureReader {
  private let loaded: LoadedModel
  private let features: String
  private let batch: Int

  /// - Throws: ``ZooError`` if the model isn't made of parts, so that nothing says where its features are.
  init(_ model: Model, batch: Int = 32, threads: Int) throws {
    let border = model.card.frames == nil ? Registry.Border.backbone : Registry.Border.temporal
    loaded = try LoadedModel(model, threads: threads).giving([border])
    features = border
    self.batch = batch
  }

  /// The features and predictions of the samples `indices`, in their order.
  /// - Throws: ``ZooError`` if a sample can't be loaded.
  func embedding(
    _ cache: SampleCache, _ indices: [Int], isInterrupted: () -> Bool = { false }
  ) throws -> Embedding {
    let dataset = cache.dataset
    var options = BatchLoader.Options()
    options.batch = min(batch, max(indices.count, 1))
    let loader = try BatchLoader(cache, indices: indices, options: options)
    defer { loader.close() }
    var items: [Embedding.Item] = []
    while let next = try loader.next() {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped while embedding") }
      let outputs = try loaded.run([loaded.model.graph.inputs[0].name: next.pixels])
      guard let values: [Float] = outputs[features]?.values(), let width = outputs[features]?.shape.last,
        let probabilities: [Float] = outputs[Registry.Border.output]?.values(), !next.indices.isEmpty
      else {
        throw ZooError(.badInput, tensor: features, problem: "the model gave no features")
      }
      // Of a model that looks at several views, the items themselves are the first.
      let classes = probabilities.count / next.indices.count
      for (row, index) in next.indices.enumerated() {
        let sample = dataset.samples[index]
        let scores = probabilities[row * classes..<(row + 1) * classes]
        let card = loaded.model.card
        let best = (card.decision ?? Decision()).answer(Array(scores), classes: card.classes).index
        items.append(
          .init(
            id: sample.id, label: sample.label.map { dataset.classes[$0] }, predicted: dataset.classes[best],
            groups: sample.groups, features: Array(values[row * width..<(row + 1) * width])))
      }
    }
    return Embedding(groupColumns: dataset.groupColumns, items: items)
  }
}

extension ModelUse {
  /// The features of images in files, or, without files, of all items of the model's data with `overrides`.
  /// - Throws: ``ZooError`` if the model wasn't made of parts, or a sample can't be loaded.
  package func embedded(
    images paths: [String], overrides: [String], tell: (String) -> Void = { _ in },
    isInterrupted: () -> Bool = { false }
  ) throws -> Embedding {
    let dataset = try paths.isEmpty ? dataset(overrides: overrides) : dataset(images: paths, overrides: overrides)
    dataset.remarks.forEach(tell)
    return try FeatureReader(model, threads: threads).embedding(
      SampleCache(dataset, limit: 0), Array(dataset.samples.indices), isInterrupted: isInterrupted)
  }
}
