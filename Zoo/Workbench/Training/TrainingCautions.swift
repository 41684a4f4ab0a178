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

  /// What a person should know of the batch and the schedule before training.
  func trainingCautions(_ split: Split, model: Model) -> [String] {
    var cautions: [String] = []
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
    return cautions
  }
}
