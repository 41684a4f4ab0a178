import Foundation
import Synchronization
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Batches that are cut into shards, on one rank and on several.
@Suite struct ShardTests {
  /// In shards of two samples.
  private var spec: Spec {
    var spec = Spec.tiny
    spec.train.shards = 4
    spec.train.classWeights = .balanced
    spec.train.ema = 0.9
    spec.train.mixup = 0.4
    return spec
  }

  private func temporaryFolder() -> RunFolder { RunFolder(NSTemporaryDirectory() + "zoo-shards-\(UUID().uuidString)") }

  private func bytes(_ folder: RunFolder, _ file: RunFolder.File = .model) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(file)))
  }

  private func train(
    _ spec: Spec, in folder: RunFolder, ranks: Int = 1, resume: Bool = false, stopAfter steps: Int? = nil
  ) throws {
    let count = StepCount()
    try MemoryTransport.run(ranks) { ranks in
      var options = Trainer.Options()
      options.threads = 1
      options.resume = resume
      options.ranks = ranks
      if ranks.isFirst {
        options.report = { if case .step = $0 { count.add() } }
        if let steps { options.isInterrupted = { count.value >= steps } }
      }
      _ = try Trainer(spec, folder: folder, options: options).runTogether()
    }
  }

  private final class StepCount: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
  }

  @Test func theBytesDontDependOnTheNumberOfRanks() throws {
    let alone = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: alone.path) }
    try train(spec, in: alone)
    for ranks in 2...4 {
      let folder = temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder.path) }
      try train(spec, in: folder, ranks: ranks)
      #expect(try bytes(alone) == bytes(folder), "\(ranks) ranks")
      #expect(try bytes(alone, .predictions) == bytes(folder, .predictions), "\(ranks) ranks")
      #expect(try alone.log().map(\.trainLoss) == folder.log().map(\.trainLoss), "\(ranks) ranks")
      #expect(try alone.log().map(\.validation) == folder.log().map(\.validation), "\(ranks) ranks")
    }
  }

  /// Stopped on one number of ranks, resumed on another.
  @Test(arguments: [(1, 1), (2, 4), (4, 1)]) func aResumedRunEndsWithTheSameBytes(before: Int, after: Int) throws {
    let (whole, stopped) = (temporaryFolder(), temporaryFolder())
    defer { for folder in [whole, stopped] { try? FileManager.default.removeItem(atPath: folder.path) } }
    try train(spec, in: whole)
    let error = #expect(throws: ZooError.self) { try train(spec, in: stopped, ranks: before, stopAfter: 5) }
    #expect(error?.kind == .interrupted)
    try train(spec, in: stopped, ranks: after, resume: true)
    #expect(try bytes(whole) == bytes(stopped))
  }

  /// A model that normalises no batches learns from shards what it learns from the whole batch, also where samples and
  /// classes weigh differently.
  @Test(arguments: [false, true]) func aModelWithoutBatchNormalizationLearnsTheSame(isWeighted: Bool) throws {
    let model = try Registry.standard.assemble(
      ModelDescription(
        name: "m", channels: ["BF"], classes: ["a", "b", "c"], height: 16, width: 16,
        backbone: PartSpec(
          "vit_tiny_patch16",
          settings: ["patch": .number(4), "width": .number(12), "depth": .number(2), "heads": .number(2)]),
        head: PartSpec("linear"), seed: 3))
    var train = TrainSpec()
    (train.batch, train.optimizer.name, train.optimizer.momentum, train.optimizer.weightDecay) = (6, .sgd, 0, 0)
    let labels: [Int64] = [0, 1, 2, 1, 0, 0]
    let weights: [Float]? = isWeighted ? [1, 0.5, 3, 2, 0, 1] : nil
    let classWeights: [Float]? = isWeighted ? [1, 2, 0.5] : nil
    let size = 256
    let values = (0..<6 * size).map { (place: Int) -> Float in Float((place * 37 + place / 256 * 11) % 101) / 101 }
    func batch(_ range: Range<Int>) throws -> Batch {
      Batch(
        epoch: 0, step: 0, indices: Array(range),
        pixels: try Tensor(
          shape: [range.count, 1, 16, 16], Array(values[range.lowerBound * size..<range.upperBound * size])),
        labels: try Tensor(shape: [range.count], Array(labels[range])),
        weights: try weights.map { try Tensor(shape: [range.count], Array($0[range])) })
    }
    let pool = ThreadPool(count: 1)
    func learned(shards: Int) throws -> (states: [String: Tensor], loss: Double, norm: Double) {
      let type = TensorType(.float32, [6 / shards, 1, 16, 16])
      guard shards > 1 else {
        let training = try TrainingGraph(
          model, train, seed: 1, inputTypes: ["image": type], classWeights: classWeights, isWeighted: isWeighted)
        let context = try ExecutionContext(
          Executable(
            training.graph, opsets: model.opsets, inputTypes: ["image": type], purpose: .training, threads: pool))
        let whole = try batch(0..<6)
        whole.bind(to: context, input: "image")
        let (rate, step) = (try Tensor(Float(1)), try Tensor(Int64(1)))
        context.bind(TrainingGraph.learningRate, to: rate.storage.base)
        context.bind(TrainingGraph.step, to: step.storage.base)
        try withExtendedLifetime((whole, rate, step)) { try context.run() }
        func figure(_ name: String) throws -> Double {
          Double(try context.output(name).values(as: Float.self)?.first ?? .nan)
        }
        return (
          try context.currentStates(), try figure(TrainingGraph.loss), try figure(TrainingGraph.gradientNorm)
        )
      }
      let graphs = try ShardedGraphs(
        model, train, seed: 1, inputTypes: ["image": type], classWeights: classWeights, isWeighted: isWeighted,
        positions: nil)
      let step = try ShardedStep(
        graphs, model: model, input: type, shards: shards, ranks: .alone, threads: pool, initialStates: [:],
        classWeights: classWeights, isWeighted: isWeighted)
      let batches = try (0..<shards).map { try batch($0 * 6 / shards..<($0 + 1) * 6 / shards) }
      let result = try step.perform(batches, step: 1, learningRate: 1, stops: false)
      return (try step.update.currentStates(), result.loss, result.gradientNorm)
    }
    let whole = try learned(shards: 1)
    for shards in [2, 3, 6] {
      let sharded = try learned(shards: shards)
      #expect(abs(sharded.loss - whole.loss) < 1e-5 * abs(whole.loss), "\(shards) shards")
      #expect(abs(sharded.norm - whole.norm) < 1e-4 * whole.norm, "\(shards) shards")
      #expect(sharded.states.keys.sorted() == whole.states.keys.sorted())
      var moved = false
      for (name, tensor) in whole.states {
        let (expected, found, start): ([Float], [Float], [Float]) = (
          tensor.values() ?? [], sharded.states[name]?.values() ?? [],
          model.graph.initializers[name]?.values() ?? Array(repeating: 0, count: tensor.elementCount)
        )
        try #require(found.count == expected.count && start.count == expected.count, "\(name)")
        let largest = zip(expected, start).map { abs($0 - $1) }.max() ?? 0
        moved = moved || largest > 1e-3
        for (f, e) in zip(found, expected) { #expect(abs(f - e) <= 1e-4 * largest + 1e-6, "\(shards) shards, \(name)") }
      }
      #expect(moved)
    }
  }

  /// Whoever adds up, the sums are those of the tree, bit by bit; and all that is sent is what the page on machines says.
  @Test func sumsOverRanksAreThoseOfTheTree() throws {
    let counts = [3, 40, 700, 1, 129]
    let values = counts.enumerated().map {
      ShardSums.Value(name: "\($0)", count: $1, isMeanOfItems: $0 != 1)
    }
    @Sendable func number(_ shard: Int, _ value: Int, _ place: Int) -> Float {
      Float((shard * 7919 + value * 104_729 + place * 1_299_709) % 10_007) / 97 - 50
    }
    @Sendable func weight(_ shard: Int) -> Float { Float(shard % 3) + 0.3 }
    for shards in 1...9 {
      let tree = ShardTree(shards)
      /// The definition.
      func sum(_ range: Range<Int>, _ leaf: (Int) -> Float) -> Float {
        guard range.count > 1 else { return leaf(range.lowerBound) }
        var half = 1
        while half * 2 < range.count { half *= 2 }
        let middle = range.lowerBound + half
        return sum(range.lowerBound..<middle, leaf) + sum(middle..<range.upperBound, leaf)
      }
      for count in 1...shards {
        let found = try MemoryTransport.run(count) { ranks -> [[UInt32]] in
          let sums = try ShardSums(
            values, shards: shards, ranks: ranks, threads: ThreadPool(count: 1), bucketByteCount: 1024)
          #expect(sums.buckets.count > 2)
          // Twice: nothing is left of the step before.
          for _ in 0..<2 {
            sums.begin(weights: sums.run.map(weight), stops: ranks.rank == count - 1)
            for (place, shard) in sums.run.enumerated() {
              let memory = try sums.values.map { value in
                let index = Int(value.name) ?? 0
                return try Tensor(shape: [value.count], (0..<value.count).map { number(shard, index, $0) })
              }
              for bucket in sums.buckets.indices {
                sums.add(bucket, of: place, weight: weight(shard)) { index in
                  UnsafePointer(memory[index].storage.base.assumingMemoryBound(to: Float.self))
                }
              }
              withExtendedLifetime(memory) {}
            }
            #expect(try sums.finish())
          }
          return counts.indices.map { index in
            let place = sums.values.firstIndex { $0.name == "\(index)" } ?? 0
            return (0..<counts[index]).map { sums.memory(of: place)[$0].bitPattern }
          }
        }
        let total = sum(0..<shards, weight)
        let expected = counts.indices.map { index in
          (0..<counts[index]).map { place -> UInt32 in
            let isMean = values[index].isMeanOfItems
            let all = sum(0..<shards) { (isMean ? weight($0) : 1) * number($0, index, place) }
            return (all / (isMean ? total : Float(shards))).bitPattern
          }
        }
        #expect(found.count == count)
        for bits in found { #expect(bits == expected, "\(shards) shards on \(count) ranks") }
        let pieces = (0..<count).flatMap { tree.pieces(of: tree.run(of: $0, among: count)) }
        #expect(pieces.flatMap { Array($0) } == Array(0..<shards))
      }
    }
  }

  @Test func aBatchThatCantBeCutIsRefused() throws {
    var spec = spec
    spec.train.shards = 3
    let folder = temporaryFolder()
    let error = #expect(throws: ZooError.self) { try train(spec, in: folder) }
    #expect(error?.location.path == "train.shards")
    #expect(FileKind(folder.path) == .nothing)
    spec.train.shards = 2
    let other = #expect(throws: ZooError.self) { try train(spec, in: folder, ranks: 4) }
    #expect(other?.kind == .usage)
  }

  /// Ranks that would compute something else are told so, and no folder is made.
  @Test func ranksOfDifferentSpecsAreRefused() throws {
    let folder = temporaryFolder()
    let spec = spec
    let error = #expect(throws: ZooError.self) {
      try MemoryTransport.run(2) { ranks in
        var own = spec
        own.seed += UInt64(ranks.rank)
        var options = Trainer.Options()
        options.threads = 1
        options.ranks = ranks
        _ = try Trainer(own, folder: folder, options: options).runTogether()
      }
    }
    #expect(error?.problem.contains("the spec's digest of rank 1") == true, "\(error?.problem ?? "")")
    #expect(FileKind(folder.path) == .nothing)
  }
}
