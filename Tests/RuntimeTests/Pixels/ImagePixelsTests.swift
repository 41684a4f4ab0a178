import Testing
import ZooRuntime

/// Pixels as cameras and programs hold them, by a classifier whose answer says what it was given.
@Suite("Pixels of programs")
struct ImagePixelsTests {
  /// Its features are the means of both channels over pixels and frames, its probabilities their softmax, a thousandth each.
  private func classifier(_ type: ElementType = .uint16, frames: Int? = nil) throws -> Classifier {
    let shape: [Dimension] = [.symbolic("N")] + (frames.map { [.fixed($0)] } ?? []) + [.fixed(2), .fixed(2), .fixed(3)]
    var model = Model(
      graph: Graph(
        name: "means",
        nodes: [
          Node(
            name: "mean", op: "ReduceMean", inputs: ["x", "axes"], outputs: ["features"],
            attributes: ["keepdims": .int(0)]),
          Node(name: "scale", op: "Mul", inputs: ["features", "thousandth"], outputs: ["logits"]),
          Node(
            name: "softmax", op: "Softmax", inputs: ["logits"], outputs: ["probabilities"],
            attributes: ["axis": .int(-1)]),
        ],
        inputs: [ValueInfo("x", .float32, shape)],
        outputs: [ValueInfo("probabilities", .float32, [.symbolic("N"), .fixed(2)])],
        initializers: [
          "axes": try Tensor(shape: [frames == nil ? 2 : 3], (frames == nil ? [2, 3] : [1, 3, 4]) as [Int64]),
          "thousandth": try Tensor(Float(0.001)),
        ]))
    model.graph.valueInfos = [ValueInfo("features", .float32, [.symbolic("N"), .fixed(2)])]
    model.card.channels = ["BF", "PI"]
    model.card.classes = ["dark", "bright"]
    model.card.imageSize = (2, 3)
    model.card.frames = frames
    model.card.sampleType = type
    model.card.sampleRange = 0...65535
    return try Classifier(LoadedModel(model, threads: 1))
  }

  private static let bf: [UInt16] = [100, 200, 300, 400, 500, 600]
  private static let pi: [UInt16] = [1000, 2000, 3000, 4000, 5000, 65535]

  private func expected(_ classifier: Classifier) throws -> Classifier.Classification {
    try classifier.classify(["BF": Self.bf.map(Float.init), "PI": Self.pi.map(Float.init)])
  }

  @Test("planar and interleaved images, and channels in any order among others, are the same image")
  func layouts() throws {
    let classifier = try classifier()
    let answer = try expected(classifier)
    #expect(answer.best.name == "bright")
    let planar = try ImagePixels(
      Self.pi + [UInt16](repeating: 7, count: 6) + Self.bf, channels: ["PI", "DNA", "BF"], height: 2, width: 3)
    #expect(try classifier.classify(planar) == answer)
    let interleaved = try ImagePixels(
      zip(Self.bf, Self.pi).flatMap { [$0, $1] }, channels: ["BF", "PI"], height: 2, width: 3, layout: .interleaved)
    #expect(try classifier.classify(interleaved) == answer)
    let floats = try ImagePixels((Self.bf + Self.pi).map(Float.init), channels: ["BF", "PI"], height: 2, width: 3)
    #expect(try classifier.classify(floats) == answer)
  }

  @Test("an image that is saturated everywhere stays in the camera's range when it is resized")
  func saturated() throws {
    let classifier = try classifier()
    for (height, width) in [(4, 8), (7, 6), (3, 17)] {
      let image = try ImagePixels(
        [UInt16](repeating: 65535, count: 2 * height * width), channels: ["BF", "PI"], height: height, width: width)
      let answer = try classifier.classify(image)
      #expect(answer.scores.map(\.probability) == [0.5, 0.5], "\(height) × \(width)")
    }
  }

  @Test("memory of others: padded rows, stored upside down")
  func strides() throws {
    let classifier = try classifier()
    let row = 5
    var memory = [UInt16](repeating: 0, count: 4 * row)
    for y in 0..<2 {
      for x in 0..<3 {
        memory[(1 - y) * row + x] = Self.bf[y * 3 + x]
        memory[(3 - y) * row + x] = Self.pi[y * 3 + x]
      }
    }
    let image = try memory.withUnsafeBufferPointer { buffer in
      try ImagePixels(
        unsafeBase: try #require(buffer.baseAddress) + row, channels: ["BF", "PI"], height: 2, width: 3,
        strides: .init(channel: 2 * row, row: -row))
    }
    #expect(try classifier.classify(image) == expected(classifier))
  }

  @Test("frames come one after the other in both layouts")
  func frames() throws {
    let classifier = try classifier(frames: 2)
    let (dark, bright) = ([UInt16](repeating: 10, count: 6), [UInt16](repeating: 30, count: 6))
    let answer = try classifier.classify([
      "BF": (dark + bright).map(Float.init), "PI": (bright + bright).map(Float.init),
    ])
    let planar = try ImagePixels(
      dark + bright + bright + bright, channels: ["BF", "PI"], height: 2, width: 3, frames: 2)
    #expect(try classifier.classify(planar) == answer)
    let interleaved = try ImagePixels(
      zip(dark, bright).flatMap { [$0, $1] } + zip(bright, bright).flatMap { [$0, $1] }, channels: ["BF", "PI"],
      height: 2, width: 3, frames: 2, layout: .interleaved)
    #expect(try classifier.classify(interleaved) == answer)
    let single = try ImagePixels(dark + dark, channels: ["BF", "PI"], height: 2, width: 3)
    #expect(throws: ZooError.self) { try classifier.classify(single) }
  }

  @Test("images of another size are brought to the card's")
  func sizes() throws {
    let classifier = try classifier()
    let flat = try ImagePixels(
      [UInt16](repeating: 300, count: 24) + [UInt16](repeating: 5000, count: 24), channels: ["BF", "PI"], height: 4,
      width: 6)
    let answer = try classifier.classify([
      "BF": [Float](repeating: 300, count: 6), "PI": [Float](repeating: 5000, count: 6),
    ])
    #expect(try classifier.classify(flat) == answer)
  }

  @Test("what can't be classified is refused")
  func refusals() throws {
    let classifier = try classifier()
    let bytes = try ImagePixels([UInt8](repeating: 9, count: 12), channels: ["BF", "PI"], height: 2, width: 3)
    let error = #expect(throws: ZooError.self) { try classifier.classify(bytes) }
    #expect(error?.description.contains("uint8") == true && error?.description.contains("uint16") == true)
    let one = try ImagePixels(Self.bf, channels: ["BF"], height: 2, width: 3)
    #expect(throws: ZooError.self) { try classifier.classify(one) }
    #expect(throws: ZooError.self) { try ImagePixels(Self.bf, channels: ["BF"], height: 2, width: 4) }
    #expect(throws: ZooError.self) { try ImagePixels(Self.bf, channels: ["BF", "BF"], height: 1, width: 3) }
    #expect(throws: ZooError.self) { try ImagePixels([] as [UInt16], channels: ["BF"], height: 0, width: 3) }
    #expect(throws: ZooError.self) { try ImagePixels(Self.bf, channels: ["BF"], height: Int.max, width: 3) }
  }

  @Test("many images in batches give what each gives alone, and stop when the task is cancelled")
  func batches() async throws {
    let classifier = try classifier()
    let images = try (0..<7).map { index in
      try ImagePixels(Self.bf + Self.pi.map { $0 / UInt16(index + 1) }, channels: ["BF", "PI"], height: 2, width: 3)
    }
    let answers = try await classifier.classify(images, batch: 3)
    #expect(answers == (try images.map { try classifier.classify($0) }))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await classifier.classify(images, batch: 3)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("values from inside the graph are given by their names")
  func intermediateValues() throws {
    let loaded = try classifier().loaded
    let input = try Tensor(shape: [1, 2, 2, 3], (Self.bf + Self.pi).map(Float.init))
    let outputs = try loaded.giving(["features", "probabilities"]).run(["x": input])
    let features: [Float] = try #require(outputs["features"]?.values())
    #expect(zip(features, [350, Float(80535) / 6]).allSatisfy { abs($0 - $1) < 0.01 } && outputs.count == 2)
    let error = #expect(throws: ZooError.self) { try loaded.giving(["nothing"]) }
    #expect(error?.description.contains("features") == true)
  }
}
