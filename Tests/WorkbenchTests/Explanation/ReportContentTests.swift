import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// A tiny run of simulated sequences, reported with all that needs its data and its model.
@Suite struct ReportContentTests {
  private static func withRun(sequence: Bool, _ body: (RunFolder, Spec) throws -> Void) throws {
    var spec = Spec()
    spec.name = "tiny"
    spec.data.source = .simulated
    spec.data.channels = ["BF", "PI"]
    spec.data.classes = ["healthy", "apoptosis", "pyroptosis"]
    (spec.data.height, spec.data.width) = (48, 48)
    spec.data.simulation.experiments = 4
    spec.data.simulation.cellsPerClass = 4
    spec.data.split.by = ["experiment"]
    (spec.data.split.train, spec.data.split.validation, spec.data.split.test) = (0.5, 0.25, 0.25)
    if sequence {
      spec.data.frames = 3
      spec.model.temporal = PartSpec("lstm", settings: ["hidden": .number(6)])
    }
    spec.model.backbone = PartSpec("resnet10_tiny", settings: ["width": .number(4)])
    spec.train.epochs = 1
    spec.train.batch = 8
    spec.train.augment.flipHorizontal = true
    spec.train.tensorboard = true
    let folder = RunFolder(NSTemporaryDirectory() + "zoo-content-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    _ = try Trainer(spec, folder: folder).run()
    try body(folder, spec)
  }

  @Test(arguments: [false, true]) func theReportShowsDataAndModelAtWork(sequence: Bool) throws {
    try Self.withRun(sequence: sequence) { folder, spec in
      var report = try RunReport(folder)
      report.illustrate(folder, threads: 1)
      #expect(report.illustrations.notes.isEmpty, "\(report.illustrations.notes)")
      let page = report.html
      PageChecker.check(page)
      for part in [
        "Thresholds", "By group", "Right ones", "Where it looks", "Features", "As the network sees them", "channel PI",
        "alt=\"BF\"", "Sanity check", "download=\"confusion-matrix-shade-and-are-shares.csv\"",
      ] {
        #expect(page.contains(part), "the page lacks \(part)")
      }
      #expect(page.contains("frame 3") == sequence)
      #expect(report.illustrations.batch.count == 6)
      #expect(report.illustrations.right.allSatisfy { $0.pictures.map(\.name) == ["BF", "PI"] })
      let log = try folder.log()
      #expect(folder.has(.events) && log.count == 1)
    }
  }

  /// The picture of the first batch is what the first step was given.
  @Test func theShownBatchIsTheOneThatWasTrainedOn() throws {
    try Self.withRun(sequence: false) { folder, spec in
      let metrics = try folder.metrics()
      let shown = try Illustrator(folder, spec: spec, metrics: metrics, threads: 1).illustrate(nil).batch
      let data = try TrainingData(OpenedData(spec.data), spec.data, cacheLimit: 1 << 24, threads: 1)
      var options = BatchLoader.Options()
      options.batch = spec.train.batch
      options.dropsLast = true
      options.order = .shuffle
      options.augment = spec.train.augment
      options.statistics = data.statistics
      options.seed = spec.seed
      let loader = try BatchLoader(data.cache, indices: data.split.train, options: options)
      let batch = try #require(try loader.next())
      let pixels: [Float] = try #require(batch.pixels.values())
      let strips = SampleStrips(
        data.dataset, Array(pixels.prefix(data.dataset.sampleSize)), side: Illustrations.side(frames: nil))
      #expect(try shown.first?.pictures.first?.png == PNGWriter.encode(strips.plain(0)))
    }
  }

  @Test func featuresAreWhatTheHeadTakes() throws {
    try Self.withRun(sequence: true) { folder, spec in
      let embedding = try ModelUse(folder.path, threads: 1).embedded(images: [], overrides: [])
      #expect(embedding.items.count == 48)
      #expect(embedding.groupColumns == ["experiment", "well"])
      #expect(embedding.items.allSatisfy { $0.features.count == 6 })
      let lines = embedding.csv.split(separator: "\n")
      #expect(lines.first == "id,label,predicted,experiment,well,f1,f2,f3,f4,f5,f6")
      #expect(lines.count == 49)
      // The head on these features gives the model's own logits.
      let model = try Model.load(folder.path)
      let weight: [Float] = try #require(model.graph.initializers["head.fc.weight"]?.values())
      let bias: [Float] = try #require(model.graph.initializers["head.fc.bias"]?.values())
      let item = try #require(embedding.items.first)
      let logits = bias.indices.map { row in
        zip(item.features, weight[row * 6..<(row + 1) * 6]).reduce(bias[row]) { $0 + $1.0 * $1.1 }
      }
      let best = logits.indices.max { logits[$0] < logits[$1] }
      #expect(best.map { spec.data.classes[$0] } == item.predicted)
    }
  }

  @Test func explanationsAreFilesThatAreReadAgain() throws {
    try Self.withRun(sequence: true) { folder, _ in
      let target = folder.path + "/why"
      let explained = try ModelUse(folder.path, threads: 1).explained(
        images: [], overrides: ["data.simulation.experiments=1", "data.simulation.cellsPerClass=1"])
      try explained.write(to: target)
      let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
      #expect(names.filter { $0.hasSuffix(".png") }.count == 3)
      let text = try String(contentsOfFile: target + "/occlusion.csv", encoding: .utf8)
      let (header, rows) = try CSV.parse(text, file: "occlusion.csv")
      #expect(header == ["id", "class", "probability", "kind", "name", "drop"])
      #expect(rows.count == 3 * (2 + 3))
      #expect(rows.prefix(5).map { $0[4] } == ["BF", "PI", "1", "2", "3"])
      let picture = try ImageFile.read(target + "/" + (names.first { $0.hasSuffix(".png") } ?? ""))
      // Two channels, each plain and with its map, three frames side by side.
      #expect(picture.width == 3 * 48 && picture.height == 4 * 48 + 3 * 2)
      let error = #expect(throws: ZooError.self) { try explained.write(to: target) }
      #expect(error?.kind == .usage)
    }
  }
}
