import Testing
import ZooWorkbench

/// A program that classifies image files gets the answers of the tool, and its refusals.
@Suite("Image files of programs")
struct ImageFileTests {
  private static func model(
    _ channels: [String], _ type: ElementType = .uint16, range: ClosedRange<Float> = 0...65535, spec: String = ""
  ) throws -> Model {
    var model = try Registry.standard.assemble(
      ModelDescription(
        name: "files", channels: channels, classes: ["dark", "bright", "mixed"], height: 16, width: 16,
        backbone: PartSpec("resnet10_tiny", settings: ["width": .number(4), "stem": .string("small")]),
        head: PartSpec("linear"),
        normalization: .init(
          mean: channels.map { _ in (range.lowerBound + range.upperBound) / 2 },
          deviation: channels.map { _ in (range.upperBound - range.lowerBound) / 4 }), seed: 3))
    model.card.sampleType = type
    model.card.sampleRange = range
    model.card.spec = spec
    return model
  }

  /// What the tool says of one file.
  private static func toolsAnswer(_ model: String, _ image: String, _ overrides: [String] = []) throws -> [Float] {
    try ModelUse(model, threads: 1).predicted(images: [image], overrides: overrides).items[0].probabilities
  }

  private static func answer(
    _ model: String, _ image: String, channels: [String]? = nil, range: ClosedRange<Float>? = nil
  ) throws -> [Float] {
    let file = try ImageFile(contentsOf: image, channels: channels, range: range)
    return try Classifier(path: model, threads: 1).classify(file).scores.map(\.probability)
  }

  @Test(
    "files of 8 and 16 bits and of floats give the tool's probabilities, bit by bit",
    arguments: [("gray8.png", ElementType.uint8), ("gray16.png", .uint16), ("gray16-deflate.tif", .uint16)])
  func fixtures(name: String, type: ElementType) throws {
    try ImageFixtures.withFolder { folder in
      try Self.model(["PI"], type, range: type == .uint8 ? 0...255 : 0...65535).write(to: "\(folder)/m.zoo")
      let image = ImageFixtures.path(name)
      let answer = try Self.answer("\(folder)/m.zoo", image)
      #expect(answer == (try Self.toolsAnswer("\(folder)/m.zoo", image)))
      #expect(abs(answer.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test("a range brings samples of another type to the model's, floats among them")
  func ranges() throws {
    try ImageFixtures.withFolder { folder in
      try Self.model(["PI"]).write(to: "\(folder)/m.zoo")
      let samples = (0..<20 * 18).map { Float($0 % 37) / 40 }
      let image = try Image(width: 20, height: 18, sampleType: .float32, samples: samples)
      try AtomicFile.write(TIFFWriter.encode(image), to: "\(folder)/f.tif")
      for (file, range) in [("\(folder)/f.tif", Float(0)...1), (ImageFixtures.path("gray8.png"), 0...255)] {
        let word = "data.range=[\(range.lowerBound),\(range.upperBound)]"
        #expect(
          try Self.answer("\(folder)/m.zoo", file, range: range)
            == Self.toolsAnswer("\(folder)/m.zoo", file, [word]))
        let mine = #expect(throws: ZooError.self) { try Self.answer("\(folder)/m.zoo", file) }
        let tools = #expect(throws: ZooError.self) { try Self.toolsAnswer("\(folder)/m.zoo", file) }
        #expect(mine?.description == tools?.description && mine?.description.contains("uint16") == true)
      }
    }
  }

  @Test("channels are found by name in any order, and refused with both lists")
  func channels() throws {
    try ImageFixtures.withFolder { folder in
      let (model, image) = ("\(folder)/m.zoo", "\(folder)/i.tif")
      try Self.model(["PI", "BF"]).write(to: model)
      let samples = (0..<3 * 20 * 18).map { Float($0 * 131 % 60_000) }
      func write(_ names: [String]) throws {
        let picture = try Image(
          width: 20, height: 18, channels: 3, sampleType: .uint16, channelNames: names, samples: samples)
        try AtomicFile.write(TIFFWriter.encode(picture), to: image)
      }
      try write(["BF", "DNA", "PI"])
      let named = try Self.answer(model, image)
      #expect(named == (try Self.toolsAnswer(model, image)))
      try write(["A", "B", "C"])
      let mine = #expect(throws: ZooError.self) { try Self.answer(model, image) }
      let tools = #expect(throws: ZooError.self) { try Self.toolsAnswer(model, image) }
      let text = mine?.description ?? ""
      #expect(text == tools?.description && text.contains("A, B, C") && text.contains("PI, BF"), "\(text)")
      // What the caller says of the file, and what training said of others.
      #expect(try Self.answer(model, image, channels: ["BF", "DNA", "PI"]) == named)
      let other = #expect(throws: ZooError.self) { try Self.answer(model, image, channels: ["BF", "DNA", "C"]) }
      #expect(other?.description.contains("BF, DNA, C") == true && other?.description.contains("PI, BF") == true)
      let spec = #"{"data": {"channelNames": {"PI": ["C"], "BF": ["A"]}, "axes": "auto", "slices": null}}"#
      try Self.model(["PI", "BF"], spec: spec).write(to: model)
      #expect(try Self.answer(model, image) == named)
    }
  }

  @Test("several files in batches have the answers of single ones; what is no image is refused by name")
  func batches() async throws {
    let classifier = try Classifier(LoadedModel(Self.model(["PI"]), threads: 1))
    let files = try ["gray16.png", "gray16-deflate.tif", "gray16-big-endian.tif"].map {
      try ImageFile(contentsOf: ImageFixtures.path($0))
    }
    let single = try files.map { try classifier.classify($0) }
    #expect(try await classifier.classify(files, batch: 2) == single)
    let error = #expect(throws: ZooError.self) { try ImageFile(contentsOf: ImageFixtures.path("scalar.npy")) }
    #expect(error?.location.file == ImageFixtures.path("scalar.npy"))
  }
}
