import ZooData
import ZooPlugins

extension TrainSpec {
  /// - Throws: ``ZooError`` if a batch can't be cut into the shards, or there are more ranks than shards.
  func checkShards(ranks: Int = 1) throws(ZooError) {
    guard batch % shards == 0 else {
      throw ZooError(
        .badInput, path: "train.shards", problem: "is \(shards), which doesn't divide a batch of \(batch)",
        expected: "parts of equal size", remedy: "Use a batch of \(max(1, batch / shards) * shards)")
    }
    guard ranks <= shards else {
      throw ZooError(
        .usage, path: "train.shards",
        problem: "is \(shards), but there are \(ranks) ranks, each of which computes a shard at least",
        expected: "at most as many ranks as shards",
        remedy: "Set train.shards=\(ranks): results depend on the number of shards, not of ranks")
    }
  }
}

extension Spec {
  /// - Throws: ``ZooError`` if there are fewer training samples than a batch has.
  func checkBatch(_ split: Split) throws(ZooError) {
    try train.checkShards()
    guard split.train.count < train.batch else { return }
    throw ZooError(
      .badInput, path: "train.batch",
      problem: "is \(train.batch), but the training set has \(Figures.counted(split.train.count, "sample"))",
      expected: "at most \(split.train.count)")
  }

  /// What a person should know of the split, the batch and the schedule before training.
  func trainingCautions(_ dataset: Dataset, _ split: Split, model: Model) -> [String] {
    var cautions = split.cautions + dataset.classesOfOneGroup(by: data.split.by)
    let rest = split.train.count % train.batch
    if rest > 0 {
      cautions.append(
        "\(rest) of \(Figures.counted(split.train.count, "training image")) don't fill a batch of \(train.batch): "
          + "every epoch leaves \(rest) out, others each time")
    }
    let normalizes = model.graph.nodes.contains { $0.op == "BatchNormalization" && $0.domain.isEmpty }
    if train.batch == train.shards, normalizes {
      cautions.append(
        (train.shards == 1 ? "train.batch is 1" : "a shard has one sample of the batch")
          + ", but the model normalises over batches: it would be trained on other values than it predicts "
          + "with; use at least 8")
    }
    if train.schedule.name != .oneCycle, train.schedule.warmupEpochs > Double(train.epochs) / 2 {
      cautions.append(
        "the warm-up of \(train.schedule.warmupEpochs) epochs is cut to half of the \(Figures.counted(train.epochs, "epoch"))"
      )
    }
    let rows = dataset.rows(split, by: data.split.by)
    guard !data.split.by.isEmpty else {
      let columns =
        dataset.groupColumns.isEmpty ? "" : " (the data have \(dataset.groupColumns.joined(separator: ", ")))"
      let isGiven = data.split.file != nil || dataset.samples.contains { $0.subset != nil }
      let hasUnits = dataset.samples.contains { $0.unit != nil }
      cautions.append(
        (isGiven
          ? "the split is as given; whether images that are alike fall on both sides isn't known without data.split.by"
          : hasUnits
            ? "split at random, tracks and what else belongs together as wholes: what those of one well or day have in common falls on both sides, which flatters; data.split.by keeps it together"
            : "split at random: images that are alike fall on both sides, which flatters; data.split.by keeps them together")
          + columns)
      return cautions
    }
    let by = data.split.by.joined(separator: " and ")
    if Set(rows.map(\.group)).count == rows.count {
      cautions.append("every group of \(by) is a single item: the split is no better than one at random")
    }
    for subset in [Subset.validation, .test] where !split[subset].isEmpty {
      let groups = Set(rows.filter { $0.subset == subset.rawValue }.map(\.group))
      if groups.count == 1, let group = groups.first {
        cautions.append(
          "all \(split[subset].count) \(subset.rawValue) items are of one \(by), \(group): the figures are of that one alone"
        )
      }
    }
    return cautions
  }
}
