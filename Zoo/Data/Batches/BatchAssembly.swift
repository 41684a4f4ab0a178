import Foundation
import ZooFormat
import ZooImages

/// Makes any batch of any epoch from its position alone.
final class BatchAssembly: @unchecked Sendable {
  let stepsPerEpoch: Int
  private let cache: SampleCache
  private let indices: [Int]
  private let options: BatchLoader.Options
  private let augmentation: Augmentation?
  private let isWeighted: Bool
  private let memory: BatchMemory
  private let lock = NSLock()
  private var orders: [(epoch: Int, places: [Int])] = []

  init(_ cache: SampleCache, indices: [Int], options: BatchLoader.Options) throws(ZooError) {
    let dataset = cache.dataset
    guard options.batch > 0, options.batch % options.shards == 0, indices.allSatisfy(dataset.samples.indices.contains)
    else {
      throw ZooError(
        .usage, problem: "a batch of \(options.batch) from \(Figures.counted(indices.count, "sample"))",
        expected: "a positive batch and indices below \(dataset.samples.count)")
    }
    let bytes = try TensorType(.float32, [options.batch / options.shards] + dataset.sampleShape).validated("batch")
      .byteCount
    stepsPerEpoch =
      options.dropsLast ? indices.count / options.batch : (indices.count + options.batch - 1) / options.batch
    guard stepsPerEpoch > 0 || indices.isEmpty else {
      throw ZooError(
        .badInput, path: "train.batch",
        problem: "is \(options.batch), but the training set has \(Figures.counted(indices.count, "sample"))",
        expected: "at most \(indices.count)")
    }
    self.cache = cache
    self.indices = indices
    self.options = options
    if let settings = options.augment {
      guard let statistics = options.statistics else {
        throw ZooError(.usage, problem: "augmentation lacks statistics", expected: "those of the training samples")
      }
      augmentation = try Augmentation(settings, for: dataset, statistics: statistics)
    } else {
      augmentation = nil
    }
    isWeighted = dataset.isWeighted
    memory = BatchMemory(byteCount: bytes)
  }

  /// - Parameter shard: which part of the batch; what it holds doesn't depend on who asks for it.
  func batch(epoch: Int, step: Int, shard: Int = 0) throws(ZooError) -> Batch {
    let dataset = cache.dataset
    let places = order(epoch)
    let size = options.batch / options.shards
    let start = step * options.batch + shard * size
    let range = start..<min(places.count, start + size)
    let buffer = try memory.take()
    var labels: [Int64] = []
    var weights: [Float] = []
    var (positionLabels, positionWeights): ([Int64], [Float]) = ([], [])
    for (row, place) in range.enumerated() {
      let index = indices[places[place]]
      let sample = dataset.samples[index]
      let pixels = try cache.pixels(index)
      let output = buffer.floats + row * dataset.sampleSize
      var movement: Augmentation.Movement?
      if let augmentation {
        // A sample that balanced sampling draws twice is changed in two ways: its place in the epoch is part of the key.
        let occurrence = options.order == .balanced ? place : 0
        let random = KeyedRandom(
          seed: options.seed, KeyedRandom.key("augment"), UInt64(bitPattern: Int64(epoch)),
          KeyedRandom.key(sample.id), UInt64(bitPattern: Int64(occurrence)))
        movement = augmentation.apply(pixels, to: output, random: random)
      } else {
        pixels.copy(to: output)
      }
      labels.append(Int64(sample.label ?? -1))
      if isWeighted { weights.append(sample.weight) }
      options.targets?.add(index, movement, to: &positionLabels, &positionWeights)
    }
    let shape = [range.count] + dataset.sampleShape
    let used = range.map { indices[places[$0]] }
    guard let mixing = options.mixing else {
      return Batch(
        epoch: epoch, step: step, indices: used, pixels: try buffer.tensor(shape), labels: try Self.tensor(labels),
        weights: isWeighted ? try Self.tensor(weights) : nil,
        positions: options.targets == nil
          ? nil
          : Batch.Positions(
            labels: try Self.tensor(positionLabels), weights: isWeighted ? try Self.tensor(positionWeights) : nil))
    }
    let mix = mixing.draw(
      count: range.count, height: dataset.height, width: dataset.width, seed: options.seed, epoch: epoch,
      step: step * options.shards + shard)
    let mixed = try memory.take()
    mix.apply(buffer.floats, to: mixed.floats, planes: dataset.sampleSize / (dataset.height * dataset.width))
    return Batch(
      epoch: epoch, step: step, indices: used, pixels: try mixed.tensor(shape), labels: try Self.tensor(labels),
      weights: isWeighted ? try Self.tensor(weights) : nil,
      mixed: Batch.Mixed(
        labels: try Self.tensor(mix.partners.map { labels[$0] }), ownShare: try Self.tensor(mix.ownShare),
        weights: isWeighted ? try Self.tensor(mix.partners.map { weights[$0] }) : nil))
  }

  private static func tensor(_ labels: [Int64]) throws(ZooError) -> Tensor {
    let storage = try TensorStorage(byteCount: labels.count * 8)
    labels.withUnsafeBytes {
      storage.base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(storage.base), byteCount: $0.count)
    }
    return try Tensor(TensorType(.int64, [labels.count]), storage: storage)
  }

  private static func tensor(_ number: Float) throws(ZooError) -> Tensor { try tensor([number], shape: []) }

  private static func tensor(_ numbers: [Float], shape: [Int]? = nil) throws(ZooError) -> Tensor {
    let storage = try TensorStorage(byteCount: numbers.count * 4)
    for (index, number) in numbers.enumerated() {
      storage.base.storeBytes(of: number, toByteOffset: index * 4, as: Float.self)
    }
    return try Tensor(TensorType(.float32, shape ?? [numbers.count]), storage: storage)
  }

  /// The order of an epoch, kept while its neighbours are in work.
  private func order(_ epoch: Int) -> [Int] {
    lock.withLock {
      if let known = orders.first(where: { $0.epoch == epoch }) { return known.places }
      let labels = indices.map { cache.dataset.samples[$0].label }
      let places = options.order.places(labels: labels, seed: options.seed, epoch: epoch)
      orders = orders.suffix(1) + [(epoch, places)]
      return places
    }
  }
}
