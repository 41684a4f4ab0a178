import Testing
import ZooPlugins

/// What a model says of a sample doesn't depend on the samples beside it, nor on the number of threads: bit for bit.
@Suite struct BatchIndependenceTests {
  /// Sizes at which a batch is one tile, a few, and many of everything that kernels cut work into.
  private static let batches = [1, 2, 3, 7, 32]
  private static let sets = Array(InstructionSet.supported.indices)

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let backbone: String
    var settings: [String: JSONValue] = [:]
    var temporal: String?
    var size = 64
    var isQuantized = false
    var precision = Pass.Precision.float32

    var testDescription: String { "\(name), \(isQuantized ? "int8" : precision.rawValue), \(size) pixels" }

    static let all: [Case] =
      [Pass.Precision.float32, .bfloat16].flatMap { precision in
        [
          // Channels enough for Winograd's algorithm at 16, 8 and 4 pixels, and images of a few pixels.
          Case(name: "ResNet", backbone: "resnet10_tiny", settings: ["width": .number(32)], precision: precision),
          Case(name: "ResNet", backbone: "resnet18", size: 44, precision: precision),
          Case(name: "EfficientNet", backbone: "efficientnet_tiny", precision: precision),
          Case(name: "ResNet and LSTM", backbone: "resnet10_tiny", temporal: "lstm", size: 40, precision: precision),
          Case(
            name: "EfficientNet and GRU", backbone: "efficientnet_tiny", temporal: "gru", size: 32, precision: precision
          ),
        ]
      } + [
        Case(name: "ResNet", backbone: "resnet10_tiny", settings: ["width": .number(32)], isQuantized: true),
        Case(name: "EfficientNet", backbone: "efficientnet_tiny", isQuantized: true),
      ]

    private var sampleShape: [Int] { (temporal == nil ? [] : [3]) + [2, size, size] }

    /// `count` samples of noise; the first ones are the same whatever the count.
    func samples(_ count: Int) throws -> Tensor {
      var stream = SplitMix64(seed: 5, stream: 1)
      let values = (0..<count * sampleShape.reduce(1, *)).map { _ in Float(stream.next() >> 40) / Float(1 << 24) }
      return try Tensor(shape: [count] + sampleShape, values)
    }

    func model() throws -> Model {
      let model = try Registry.standard.assemble(
        ModelDescription(
          name: "independent", channels: ["a", "b"], classes: ["one", "two", "three"], height: size, width: size,
          frames: temporal == nil ? nil : 3, backbone: PartSpec(backbone, settings: settings),
          temporal: temporal.map { PartSpec($0) }, head: PartSpec("linear"), seed: 4))
      guard isQuantized else { return model }
      let input = model.graph.inputs[0].name
      let batch = try samples(8)
      var quantizer = try Quantizer(model, inputTypes: [input: batch.type], threads: 1)
      try quantizer.widen([input: batch])
      try quantizer.count([input: batch])
      return try quantizer.quantized()
    }
  }

  @Test("a sample alone has the logits that it has among others", arguments: Case.all, sets)
  func independence(_ of: Case, _ set: Int) throws {
    let model = try of.model()
    try InstructionSet.$forced.withValue(InstructionSet.supported[set]) {
      let all = try logits(model, of, batch: 32, threads: 2)
      #expect(all.contains { $0 != all[0] }, "all logits are the same")
      let classes = all.count / 32
      for batch in Self.batches {
        for threads in [1, 3] {
          let some = try logits(model, of, batch: batch, threads: threads)
          let same = zip(some, all).filter { $0.bitPattern == $1.bitPattern }.count
          #expect(same == batch * classes, "\(InstructionSet.currentName), batch \(batch), \(threads) threads")
        }
      }
    }
  }

  /// Single images of 4 × 4 pixels are multiplied as matrices then, and batches transformed.
  @Test("bits that may depend on the batch are as good, and the same for any number of threads", arguments: sets)
  func anyBits(_ set: Int) throws {
    let of = Case.all[0]
    let model = try of.model()
    try InstructionSet.$forced.withValue(InstructionSet.supported[set]) {
      let same = try logits(model, of, batch: 1, threads: 1)
      let any = try logits(model, of, batch: 1, threads: 1, .any)
      #expect(try any == logits(model, of, batch: 1, threads: 3, .any))
      #expect(any != same)
      for (a, b) in zip(any, same) { #expect(abs(a - b) < 1e-4, "\(a), \(b)") }
      #expect(try logits(model, of, batch: 32, threads: 2, .any) == logits(model, of, batch: 32, threads: 2))
    }
  }

  private func logits(
    _ model: Model, _ of: Case, batch: Int, threads: Int, _ batchBits: BatchBits = .same
  ) throws -> [Float] {
    let loaded = LoadedModel(model, threads: threads, precision: of.precision, batchBits: batchBits)
    let outputs = try loaded.run([model.graph.inputs[0].name: of.samples(batch)])
    return try #require(outputs[model.graph.outputs[0].name]?.values(as: Float.self))
  }
}
