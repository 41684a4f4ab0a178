import Foundation
import Testing
import ZooData
import ZooWorkbench

@Suite("Batch loader")
struct BatchLoaderTests {
  private static func dataset(frames: Int? = nil, size: Int = 16) throws -> Dataset {
    var spec = DataSpec()
    spec.source = .simulated
    spec.height = size
    spec.width = size
    spec.frames = frames
    spec.simulation.experiments = 2
    spec.simulation.cellsPerClass = 7
    return try Dataset.open(spec)
  }

  private static func options(
    _ dataset: Dataset, threads: Int = 1, order: SampleOrder = .shuffle
  ) throws -> BatchLoader.Options {
    var options = BatchLoader.Options()
    options.batch = 4
    options.order = order
    options.threads = threads
    options.dropsLast = true
    var augment = TrainSpec.Augment()
    augment.flipHorizontal = true
    augment.rotate90 = true
    augment.shift = 3
    augment.cropArea = 0.7
    augment.gain = 0.2
    augment.blur = 1
    augment.noise = 0.01
    options.augment = augment
    options.statistics = try dataset.channelStatistics(
      of: Array(dataset.samples.indices), cache: SampleCache(dataset))
    return options
  }

  private static func all(_ loader: BatchLoader) throws -> [(indices: [Int], pixels: [Float], labels: [Int64])] {
    var batches: [(indices: [Int], pixels: [Float], labels: [Int64])] = []
    while let batch = try loader.next() {
      batches.append((batch.indices, batch.pixels.values() ?? [], batch.labels.values() ?? []))
    }
    return batches
  }

  @Test("gives the same bits with one thread and with three, with a cache and without")
  func threadsDoNotMatter() throws {
    let dataset = try Self.dataset(frames: 2)
    let indices = Array(dataset.samples.indices)
    let one = try Self.all(
      BatchLoader(SampleCache(dataset), indices: indices, options: Self.options(dataset), lastEpoch: 1))
    let three = try Self.all(
      BatchLoader(
        SampleCache(dataset, limit: 0), indices: indices, options: Self.options(dataset, threads: 3), lastEpoch: 1))
    #expect(one.count == 20)
    #expect(one.map(\.indices) == three.map(\.indices))
    #expect(one.map(\.pixels) == three.map(\.pixels))
    #expect(one[0].indices != one[10].indices, "every epoch has an order of its own")
  }

  @Test("epochs after the first read nothing that the cache has room for", arguments: [true, false])
  func cache(hasRoom: Bool) throws {
    try DataFiles.with { files in
      try files.image("a/1.png", value: 1)
      try files.image("b/1.png", value: 2)
      let cache = SampleCache(try Dataset.open(files.spec(.folder)), limit: hasRoom ? 1000 : 30)
      var options = BatchLoader.Options()
      options.batch = 2
      options.ahead = 1
      let loader = try BatchLoader(cache, indices: [0, 1], options: options, lastEpoch: 5)
      defer { loader.close() }
      _ = try loader.next()
      #expect(cache.byteCount == (hasRoom ? 60 : 30))
      try FileManager.default.removeItem(atPath: files.folder + "/a")
      try FileManager.default.removeItem(atPath: files.folder + "/b")
      if hasRoom {
        for _ in 1...5 { #expect(try loader.next() != nil) }
      } else {
        #expect(throws: ZooError.self) { for _ in 1...5 { _ = try loader.next() } }
      }
    }
  }

  @Test("goes on at any epoch and step with the bits of a run that never stopped")
  func resumes() throws {
    let dataset = try Self.dataset()
    let cache = SampleCache(dataset)
    let indices = Array(dataset.samples.indices)
    for order in [SampleOrder.shuffle, .balanced, .sequential] {
      let options = try Self.options(dataset, threads: 2, order: order)
      let whole = try Self.all(BatchLoader(cache, indices: indices, options: options, lastEpoch: 2))
      let rest = try Self.all(BatchLoader(cache, indices: indices, options: options, epoch: 1, step: 3, lastEpoch: 2))
      #expect(rest.count == 17)
      #expect(whole.suffix(17).map(\.pixels) == rest.map(\.pixels))
    }
  }

  @Test("evaluation sees every sample once, in order, with an incomplete last batch")
  func evaluationIsComplete() throws {
    let dataset = try Self.dataset()
    var options = BatchLoader.Options()
    options.batch = 5
    let batches = try Self.all(
      BatchLoader(SampleCache(dataset), indices: Array(dataset.samples.indices), options: options))
    #expect(batches.flatMap(\.indices) == Array(0..<42))
    #expect(batches.last?.labels.count == 2)
    let direct = try dataset.load(41)
    #expect(Array((batches.last?.pixels ?? []).suffix(dataset.sampleSize)) == direct)
  }

  @Test("a kept batch isn't overwritten by later ones")
  func keptBatchesStay() throws {
    let dataset = try Self.dataset()
    let loader = try BatchLoader(
      SampleCache(dataset), indices: Array(dataset.samples.indices), options: Self.options(dataset, threads: 2),
      lastEpoch: 4)
    let kept = try #require(try loader.next()).pixels
    let before: [Float] = kept.values() ?? []
    while try loader.next() != nil {}
    #expect(kept.values() == before)
  }

  @Test("balanced sampling draws all classes equally often")
  func balanced() throws {
    let dataset = try Self.dataset()
    // 14 of the first class, 2 and 2 of the others.
    let byClass = Dictionary(grouping: dataset.samples.indices) { dataset.samples[$0].label ?? -1 }
    let indices = (byClass[0] ?? []) + (byClass[1] ?? []).prefix(2) + (byClass[2] ?? []).prefix(2)
    var options = BatchLoader.Options()
    options.order = .balanced
    options.batch = 18
    let batch = try #require(try BatchLoader(SampleCache(dataset), indices: indices, options: options).next())
    let labels: [Int64] = batch.labels.values() ?? []
    for label in 0..<3 { #expect(labels.filter { $0 == Int64(label) }.count == 6) }
  }

  @Test("closing while batches wait ends the threads")
  func closes() throws {
    let dataset = try Self.dataset()
    let loader = try BatchLoader(
      SampleCache(dataset), indices: Array(dataset.samples.indices), options: Self.options(dataset, threads: 2),
      lastEpoch: 1000)
    _ = try loader.next()
    loader.close()
    loader.close()
    #expect(throws: ZooError.self) { try loader.next() }
  }

  @Test("refuses a batch larger than the training set")
  func refusesLargeBatch() throws {
    let dataset = try Self.dataset()
    #expect(throws: ZooError.self) {
      _ = try BatchLoader(SampleCache(dataset), indices: [0, 1], options: Self.options(dataset))
    }
  }
}
