import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("What the positions of a dense map are taught")
struct DenseTargetsTests {
  private static let side = 128

  /// A field of two channels that say where a pixel is, with cells at known places.
  private static func with(
    _ change: (inout Spec) -> Void = { _ in }, _ body: (Spec, Dataset, Model) throws -> Void
  ) throws {
    try DataFiles.with { files in
      var samples: [Float] = []
      for channel in 0..<2 {
        for y in 0..<side {
          for x in 0..<side { samples.append(Float(channel == 0 ? x : y)) }
        }
      }
      for channel in 0..<2 {
        let image = try Image(
          width: side, height: side, sampleType: .uint8,
          samples: Array(samples[channel * side * side..<(channel + 1) * side * side]))
        try files.file("a_\(["X", "Y"][channel]).png", PNGWriter.encode(image))
      }
      try files.text("cells.csv", "x,y,label\n64,60,dead\n40,64,alive\n90,90,\n84,30,dead\n")
      var spec = Spec()
      spec.data = files.spec(.cells)
      (spec.data.height, spec.data.width) = (64, 64)
      spec.data.cells.layout = .table
      spec.data.cells.images = "{field}_{channel}.png"
      spec.data.cells.tables = "cells.csv"
      spec.data.cells.columns = ["x": "x", "y": "y", "label": "label"]
      spec.data.cells.units = .pixel
      spec.data.cells.background = 4
      spec.model.backbone = PartSpec("resnet10_tiny", settings: ["width": .number(4), "stem": .string("small")])
      spec.model.head = PartSpec("dense")
      change(&spec)
      let data = try Dataset.open(spec.data)
      try body(spec, data, try spec.outline(of: data, registry: .standard))
    }
  }

  /// What the rule says of a pixel of the field: nearest point, 6 pixels, 12 pixels.
  private static func expected(_ x: Double, _ y: Double, _ classes: [String]) -> Int64 {
    let points: [(x: Double, y: Double, label: String?)] = [
      (64, 60, "dead"), (40, 64, "alive"), (90, 90, nil), (84, 30, "dead"),
    ]
    func square(_ point: (x: Double, y: Double, label: String?)) -> Double {
      (point.x - x) * (point.x - x) + (point.y - y) * (point.y - y)
    }
    guard let nearest = points.min(by: { square($0) < square($1) }) else { return -1 }
    if square(nearest) >= 144 { return Int64(classes.firstIndex(of: "background") ?? -1) }
    guard square(nearest) <= 36, let label = nearest.label else { return DenseTargets.ignored }
    return Int64(classes.firstIndex(of: label) ?? -1)
  }

  @Test("each is of the class of the point that it lies at, or background far from all, also where samples are moved")
  func labels() throws {
    try Self.with { spec, data, model in
      let targets = try #require(try DenseTargets(spec, data, model: model))
      #expect(targets.rows == 8 && targets.columns == 8)
      var settings = TrainSpec.Augment()
      (settings.flipHorizontal, settings.flipVertical, settings.rotate90) = (true, true, true)
      settings.shift = 9
      let values = ChannelValues(lowest: 0, highest: 1, low: 0, high: 1, mean: 0, deviation: 1, dimmest: 1)
      let augmentation = try Augmentation(
        settings, for: data, statistics: ChannelStatistics(values: [values, values]))
      var found: Set<Int64> = []
      for sample in data.samples.indices {
        for turn in 0..<6 {
          let pixels = PackedPixels(try data.load(sample))
          var output = pixels.values
          var movement: Augmentation.Movement?
          if turn > 0 {
            output.withUnsafeMutableBufferPointer { buffer in
              guard let base = buffer.baseAddress else { return }
              movement = augmentation.apply(
                pixels, to: base, random: KeyedRandom(seed: 3, UInt64(sample), UInt64(turn)))
            }
          }
          var (labels, weights): ([Int64], [Float]) = ([], [])
          targets.add(sample, movement, to: &labels, &weights)
          #expect(labels.count == 64 && weights.allSatisfy { $0 == 1 })
          for (place, label) in labels.enumerated() {
            // The middle of the receptive field is every eighth pixel, which says where it came from.
            let pixel = place / 8 * 8 * 64 + place % 8 * 8
            let (x, y) = (Double(output[pixel]), Double(output[64 * 64 + pixel]))
            #expect(label == Self.expected(x, y, data.classes), "\(x), \(y)")
            found.insert(label)
          }
        }
      }
      #expect(found == [DenseTargets.ignored, 0, 1, 2])
      let weights = targets.balancedClassWeights([0, 1], classes: 3)
      let background = data.classes.firstIndex(of: "background") ?? 0
      #expect(weights.count == 3)
      for place in weights.indices where place != background { #expect(weights[place] > weights[background]) }
    }
  }

  @Test("a map of which the middle alone counts is trained as the middle is")
  func loss() throws {
    try Self.with { spec, data, model in
      let targets = try #require(try DenseTargets(spec, data, model: model))
      let input = try #require(model.graph.inputs.first?.name)
      let trained = try Registry.standard.assemble(
        ModelDescription(
          name: "m", channels: data.channels, classes: data.classes, height: 64, width: 64,
          backbone: spec.model.backbone, head: spec.model.head, seed: 3))
      let types = [input: TensorType(.float32, [2] + data.sampleShape)]
      let pixels = try Tensor(
        shape: [2] + data.sampleShape, try data.load(0).map { $0 / 100 } + data.load(1).map { $0 / 100 })
      func loss(positions: Int?, _ labels: [Int64], gamma: Double) throws -> Float? {
        var train = TrainSpec()
        train.focal = gamma
        let training = try TrainingGraph(
          trained, train, seed: 1, inputTypes: types, classWeights: [1, 2, 3], positions: positions)
        let context = try ExecutionContext(
          Executable(
            training.graph, opsets: trained.opsets, inputTypes: types, purpose: .training,
            threads: ThreadPool(count: 1)))
        let all = [
          input: pixels, TrainingGraph.labels: try Tensor(shape: [labels.count], labels),
          TrainingGraph.learningRate: try Tensor(Float(0)), TrainingGraph.step: try Tensor(Int64(1)),
        ]
        for (name, value) in all { context.bind(name, to: value.storage.base) }
        try withExtendedLifetime(all) { try context.run() }
        return try context.output(TrainingGraph.loss).values(as: Float.self)?.first
      }
      for gamma in [0.0, 2] {
        var labels = [Int64](repeating: DenseTargets.ignored, count: 2 * targets.count)
        // The middle of a map of 8 × 8 is its position (4, 4).
        (labels[36], labels[targets.count + 36]) = (1, 2)
        let (all, middle) = (
          try loss(positions: targets.count, labels, gamma: gamma), try loss(positions: nil, [1, 2], gamma: gamma)
        )
        #expect(abs((all ?? .nan) - (middle ?? 0)) < 1e-5, "γ \(gamma)")
      }
    }
  }

  @Test("samples of one label each are trained by it; what can't be is refused with what to do")
  func kinds() throws {
    try Self.with({ $0.train.positions = .middle }) { spec, data, model in
      let targets = try DenseTargets(spec, data, model: model)
      #expect(targets == nil)
    }
    try Self.with({ $0.train.mixup = 0.2 }) { spec, data, model in
      let targets = try DenseTargets(spec, data, model: model)
      #expect(targets == nil)
    }
    for (change, message) in [
      ({ $0.train.mixup = 0.2 }, "samples are mixed"),
      ({ $0.data.cells.background = 0 }, "Set data.cells.background=20"),
      ({ $0.model.head = PartSpec("linear") }, "Set model.head=dense"),
      ({ $0.model.backbone = PartSpec("efficientnet_tiny") }, "without squeeze and excitation"),
    ] as [((inout Spec) -> Void, String)] {
      try Self.with({ spec in
        spec.train.positions = .all
        change(&spec)
      }) { spec, data, model in
        let error = #expect(throws: ZooError.self) { try DenseTargets(spec, data, model: model) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
      }
    }
  }

  @Test("positions of a class in a field are samples up to a limit, the same for the same seed")
  func drawn() throws {
    try Self.with({ $0.data.cells.perClass = 1 }) { spec, data, _ in
      #expect(data.samples.compactMap(\.label).map { data.classes[$0] }.sorted() == ["alive", "background", "dead"])
      let again = try Dataset.open(spec.data)
      #expect(again.samples == data.samples)
      #expect(data.remarks.contains { $0.contains("at most 1 of a class") })
      // What isn't a sample is still no background.
      #expect(try Dataset.open(spec.data, for: .evaluation).samples.count == 7)
    }
  }
}
