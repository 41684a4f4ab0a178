import Foundation
import Synchronization
import Testing
import ZooData
import ZooWorkbench

@Suite struct TrainerTests {
  private var spec: Spec {
    var spec = Spec.tiny
    spec.train.augment.blur = 0.5
    return spec
  }

  private func temporaryFolder() -> RunFolder {
    RunFolder(NSTemporaryDirectory() + "zoo-trainer-\(UUID().uuidString)")
  }

  private func bytes(_ folder: RunFolder) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(.model)))
  }

  /// The bytes of every file of a run, by name.
  private func contents(_ folder: RunFolder) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\($0)"))) })
  }

  private func train(
    _ spec: Spec, in folder: RunFolder, threads: Int = 1, resume: Bool = false, stopAfter steps: Int? = nil
  ) throws {
    var options = Trainer.Options()
    options.threads = threads
    options.resume = resume
    let count = StepCount()
    options.report = { if case .step = $0 { count.add() } }
    if let steps { options.isInterrupted = { count.value >= steps } }
    _ = try Trainer(spec, folder: folder, options: options).run()
  }

  private final class StepCount: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
  }

  @Test func theModelsBytesDontDependOnTheNumberOfThreads() throws {
    let folders = [temporaryFolder(), temporaryFolder()]
    defer { for folder in folders { try? FileManager.default.removeItem(atPath: folder.path) } }
    for (index, folder) in folders.enumerated() { try train(spec, in: folder, threads: index + 1) }
    #expect(try bytes(folders[0]) == bytes(folders[1]))
  }

  @Test(arguments: [1, 4, 5, 8]) func aResumedRunEndsWithTheSameBytes(steps: Int) throws {
    let (whole, stopped) = (temporaryFolder(), temporaryFolder())
    defer { for folder in [whole, stopped] { try? FileManager.default.removeItem(atPath: folder.path) } }
    try train(spec, in: whole)
    let error = #expect(throws: ZooError.self) { try train(spec, in: stopped, stopAfter: steps) }
    #expect(error?.kind == .interrupted)
    try train(spec, in: stopped, resume: true)
    #expect(try bytes(whole) == bytes(stopped))
    #expect(try whole.log().map(\.trainLoss) == stopped.log().map(\.trainLoss))
  }

  @Test(arguments: ["lstm", "gru", "mean"]) func aModelOfSequencesTrainsAndResumes(temporal: String) throws {
    var spec = spec
    spec.data.frames = 3
    spec.model.temporal = PartSpec(temporal)
    spec.train.epochs = 1
    let (whole, stopped) = (temporaryFolder(), temporaryFolder())
    defer { for folder in [whole, stopped] { try? FileManager.default.removeItem(atPath: folder.path) } }
    try train(spec, in: whole)
    #expect(throws: ZooError.self) { try train(spec, in: stopped, stopAfter: 2) }
    try train(spec, in: stopped, threads: 2, resume: true)
    #expect(try bytes(whole) == bytes(stopped))
  }

  /// Each key of its own, and all of them together: the run changes, and a resumed one still ends with the same bytes.
  @Test(arguments: [["ema"], ["mixup"], ["cutmix"], ["views"], ["ema", "mixup", "cutmix", "views"]])
  func whatIsAveragedOrMixedResumesWithTheSameBytes(keys: [String]) throws {
    var changed = spec
    if keys.contains("ema") { changed.train.ema = 0.9 }
    if keys.contains("mixup") { changed.train.mixup = 0.4 }
    if keys.contains("cutmix") { changed.train.cutmix = 1 }
    if keys.contains("views") { changed.model.testTimeAugmentation = .flipsAndTurns }
    let (plain, whole, stopped) = (temporaryFolder(), temporaryFolder(), temporaryFolder())
    defer { for folder in [plain, whole, stopped] { try? FileManager.default.removeItem(atPath: folder.path) } }
    try train(spec, in: plain)
    try train(changed, in: whole)
    #expect(throws: ZooError.self) { try train(changed, in: stopped, stopAfter: 5) }
    try train(changed, in: stopped, threads: 2, resume: true)
    #expect(try bytes(whole) == bytes(stopped))
    // Views change what is exported, all else what is trained.
    let (ours, others) = (try whole.log(), try plain.log())
    #expect((ours.map(\.trainLoss) == others.map(\.trainLoss)) == (keys == ["ema"] || keys == ["views"]))
    #expect(try whole.predictions().items.map(\.probabilities) != plain.predictions().items.map(\.probabilities))
    try LoadedModel(path: whole.path(.model), threads: 1).checkSelfTest()
  }

  /// λ · loss(own labels) + (1 − λ) · loss(others' labels), and its gradient.
  @Test func theLossOfMixedSamplesIsTheFormula() throws {
    var model = try Registry.standard.assemble(
      ModelDescription(
        name: "m", channels: ["BF"], classes: ["a", "b", "c"], height: 16, width: 16,
        backbone: PartSpec("resnet10_tiny", settings: ["width": .number(4)]), head: PartSpec("linear"), seed: 3))
    model.training = nil
    var mixed = TrainSpec()
    mixed.labelSmoothing = 0.1
    let plain = mixed
    mixed.mixup = 0.2
    let input = "image"
    let types = [input: TensorType(.float32, [4, 1, 16, 16])]
    let values = (0..<1024).map { (place: Int) -> Float in
      let mixed = place * 37 + place / 256 * 11
      return Float(mixed % 101) / 101
    }
    let pixels = try Tensor(shape: [4, 1, 16, 16], values)
    let (own, other): ([Int64], [Int64]) = ([0, 1, 2, 1], [1, 2, 2, 0])
    func run(_ train: TrainSpec, _ values: [String: Tensor]) throws -> (loss: Float, gradients: [String: [Float]]) {
      let training = try TrainingGraph(model, train, seed: 1, inputTypes: types, classWeights: [1, 2, 0.5])
      var graph = training.graph
      graph.outputs += training.gradients.values.sorted().map { ValueInfo($0, .float32, nil) }
      let context = try ExecutionContext(
        Executable(
          graph, opsets: model.opsets, inputTypes: types, purpose: .training, threads: ThreadPool(count: 1)))
      var all = values
      all[input] = pixels
      all[TrainingGraph.learningRate] = try Tensor(Float(0.1))
      all[TrainingGraph.step] = try Tensor(Int64(1))
      for (name, value) in all { context.bind(name, to: value.storage.base) }
      try withExtendedLifetime(all) { try context.run() }
      let gradients = try training.gradients.mapValues { try context.output($0).values(as: Float.self) ?? [] }
      return (try context.output(TrainingGraph.loss).values(as: Float.self)?.first ?? .nan, gradients)
    }
    let share: Float = 0.3
    let (first, second) = (try Tensor(shape: [4], own), try Tensor(shape: [4], other))
    let one = try run(plain, [TrainingGraph.labels: first])
    let two = try run(plain, [TrainingGraph.labels: second])
    let both = try run(
      mixed,
      [TrainingGraph.labels: first, TrainingGraph.otherLabels: second, TrainingGraph.ownShare: Tensor(share)])
    #expect(abs(both.loss - (share * one.loss + (1 - share) * two.loss)) < 1e-6)
    #expect(both.gradients.count > 5)
    for (name, gradient) in both.gradients {
      let alone = try (#require(one.gradients[name]), #require(two.gradients[name]))
      #expect(alone.0.count == gradient.count && alone.1.count == gradient.count, "\(name)")
      let expected = zip(alone.0, alone.1).map { share * $0 + (1 - share) * $1 }
      let largest = expected.map(abs).max() ?? 0
      for (a, e) in zip(gradient, expected) { #expect(abs(a - e) <= 1e-5 * max(largest, 1e-3), "\(name)") }
    }
  }

  @Test func aRunSaysWhichKernelsItUsed() throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try train(spec, in: folder)
    #expect(try folder.environment().instructionSet == InstructionSet.currentName)
  }

  @Test func theExportedModelPassesItsSelfTestAndPredictsByChannelName() throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try train(spec, in: folder)
    let classifier = try Classifier(path: folder.path(.model), threads: 1)
    try classifier.loaded.checkSelfTest()
    let plane = [Float](repeating: 100, count: 24 * 24)
    let result = try classifier.classify(["BF": plane, "PI": plane, "unused": []])
    #expect(result.scores.map(\.name) == ["healthy", "apoptosis", "pyroptosis"])
    #expect(abs(result.scores.reduce(0) { $0 + $1.probability } - 1) < 1e-5)
    let error = #expect(throws: ZooError.self) { try classifier.classify(["BF": plane]) }
    #expect(error?.description.contains("PI") == true)
    let bright = plane.map { $0 * 257 }
    let range = #expect(throws: ZooError.self) { try classifier.classify(["BF": plane, "PI": bright]) }
    #expect(range?.description.contains("channel 'PI' has the sample 25700; expected 0…4095") == true)
    #expect(!classifier.loaded.model.graph.nodes.contains { ["Dropout", "StochasticDepth"].contains($0.op) })
  }

  @Test func aFrozenPartKeepsItsWeightsAndStatistics() throws {
    let (first, second) = (temporaryFolder(), temporaryFolder())
    defer { for folder in [first, second] { try? FileManager.default.removeItem(atPath: folder.path) } }
    try train(spec, in: first)
    var frozen = spec
    frozen.model.head = PartSpec("linear")
    frozen.train.`init` = ["backbone": first.path(.model)]
    frozen.train.freeze = ["backbone"]
    try train(frozen, in: second)
    let (before, after) = try (Model.read(from: first.path(.model)), Model.read(from: second.path(.model)))
    let names = before.graph.initializers.keys.filter { $0.hasPrefix("backbone.") }
    #expect(names.count > 20)
    for name in names {
      let there: [Float]? = before.graph.initializers[name]?.values()
      #expect(there != nil && after.graph.initializers[name]?.values() == there, "\(name)")
    }
  }

  @Test func aFolderThatHoldsARunIsNotOverwritten() throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try train(spec, in: folder)
    let model = try bytes(folder)
    #expect(throws: ZooError.self) { try train(spec, in: folder) }
    #expect(try bytes(folder) == model)
  }

  /// Images of bfloat16 between the operators change the numbers a little, and threads change nothing.
  @Test(arguments: ["resnet10_tiny", "efficientnet_tiny"])
  func trainingInBfloat16GoesAlongWithFloat32(_ backbone: String) throws {
    var spec = spec
    spec.model.backbone = PartSpec(backbone)
    spec.train.epochs = 1
    var narrow = spec
    narrow.train.precision = .bfloat16
    let folders = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
    defer { for folder in folders { try? FileManager.default.removeItem(atPath: folder.path) } }
    try train(spec, in: folders[0])
    try train(narrow, in: folders[1])
    try train(narrow, in: folders[2], threads: 2)
    #expect(try bytes(folders[1]) == bytes(folders[2]))
    let models = try folders.map { try Model.load($0.path(.model)) }
    var (difference, size) = (0.0, 0.0)
    for (name, tensor) in models[0].graph.initializers where tensor.elementType == .float32 {
      guard let a: [Float] = tensor.values(), let b: [Float] = models[1].graph.initializers[name]?.values() else {
        Issue.record("\(name) is missing")
        continue
      }
      for (x, y) in zip(a, b) {
        difference += Double((x - y) * (x - y))
        size += Double(x * x)
      }
    }
    #expect(difference > 0)
    #expect(difference < 0.01 * size, "the models differ by \((difference / size).squareRoot())")
  }

  @Test func anotherSpecCantResumeARun() throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try train(spec, in: folder)
    let before = try contents(folder)
    var other = spec
    other.train.optimizer.learningRate *= 2
    other.data.split.seed += 1
    let error = #expect(throws: ZooError.self) { try train(other, in: folder, resume: true) }
    #expect(
      error?.description.contains("another spec: data.split.seed, train.optimizer.learningRate differ") == true,
      "\(error?.description ?? "")")
    #expect(try contents(folder) == before, "a refused run was changed")
  }

  @Test func aLossThatIsNotFiniteStopsTheRunWithAdvice() throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    var spec = spec
    spec.train.optimizer.name = .sgd
    spec.train.optimizer.learningRate = 1e30
    let error = #expect(throws: ZooError.self) { try train(spec, in: folder) }
    #expect(error?.remedy?.contains("learningRate") == true)
    #expect(!folder.has(.model))
  }
}
