import Foundation
import Testing
import ZooData
import ZooWorkbench

/// Images that are unlike what a model was trained on, models that are damaged, data that can't be trained on as they are:
/// said, or refused.
@Suite("What is unlike training", .serialized)
struct UnlikeTrainingTests {
  /// Images of 12 bits in uint16, two classes; `body` gets the folder and the words that train on `data` in it.
  private func inFolder(_ body: (_ folder: String, _ words: [String]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (label, name) in ["a", "b"].enumerated() {
      for index in 0..<8 { try Self.write(label, index, to: "\(folder)/data/\(name)/\(index).png") }
    }
    let words = [
      "train", "quickstart", "data.root=\(folder)/data", "data.channels=null", "data.classes=null",
      "data.split.by=[]", "data.height=16", "data.width=16", "model.backbone.width=4", "train.epochs=1",
      "train.batch=4", "--threads", "1", "--run-dir", "\(folder)/run",
    ]
    try body(folder, words)
  }

  private static func write(_ label: Int, _ index: Int, factor: Float = 1, to path: String) throws {
    let samples = (0..<256).map { (138 + Float(($0 * (7 + index) + 90 * label) % 200) * 8) * factor }
    let image = try Image(width: 16, height: 16, sampleType: .uint16, samples: samples.map { $0.rounded() })
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try AtomicFile.write(PNGWriter.encode(image), to: path)
  }

  @Test("a range that isn't given is found, said and kept; other pixels are warned of in terminal, CSV and JSON")
  func warning() throws {
    try inFolder { folder, words in
      let training = Transcript(words)
      try #require(training.status == 0, "\(training.messages)")
      #expect(training.messages.contains("range 0…4095 (12 bits in uint16), found in the images"))
      let card = try Model.load("\(folder)/run").card
      #expect(card.sampleRange == 0...4095 && card.isRangeFound)
      #expect(card.channelValues.first.map { $0.lowest == 138 && $0.highest == 1730 } == true, "\(card.channelValues)")

      let same = Transcript(["predict", "\(folder)/run", "\(folder)/data/a"])
      #expect(same.status == 0 && !same.messages.contains("!") && !same.output.contains("warning"), "\(same.messages)")
      for (name, factor, figures) in [
        ("bright", Float(16), "2208…27680, in training 138…1730"), ("dark", 1 / 16, "9…108, in training 138…1730"),
      ] {
        for index in 0..<2 { try Self.write(0, index, factor: factor, to: "\(folder)/\(name)/\(index).png") }
        let call = Transcript(["predict", "\(folder)/run", "\(folder)/\(name)"])
        #expect(call.status == 0, "\(call.messages)")
        #expect(call.messages.hasPrefix("! 2 of 2 items unlike"), "\(call.messages)")
        #expect(call.messages.contains(figures), "\(call.messages)")
        #expect(call.output.hasPrefix("id,subset,group,label,predicted,p_a,p_b,warning\n"), "\(call.output)")
        #expect(call.output.contains(figures), "\(call.output)")
        let json = Transcript(["predict", "\(folder)/run", "\(folder)/\(name)", "--json"])
        #expect(json.output.contains("\"warnings\"") && json.output.contains(figures), "\(json.output)")
      }
    }
  }

  @Test("what decides whether figures mean anything stands beside them: metrics, report, card, evaluation, comparison")
  func confounded() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var table = "path,label,plate,well\n"
    for (label, name) in ["a", "b"].enumerated() {
      for index in 0..<12 {
        try Self.write(label, index, to: "\(folder)/data/\(name)\(index).png")
        table += "\(name)\(index).png,\(name),P\(label),\(index / 2)\n"
      }
    }
    try AtomicFile.write(Array(table.utf8), to: "\(folder)/data/manifest.csv")
    let training = Transcript([
      "train", "quickstart", "data.root=\(folder)/data", "data.channels=null", "data.classes=null",
      "data.split.by=[plate, well]", "data.height=16", "data.width=16", "model.backbone.width=4", "train.epochs=1",
      "train.batch=4", "--threads", "1", "--run-dir", "\(folder)/run",
    ])
    try #require(training.status == 0, "\(training.messages)")
    let head = "the figures say nothing of the cells: each 'plate' has one class alone"
    let beside = "all 12 of the class 'a' are of one plate, 'P0'"
    let metrics = try String(contentsOfFile: "\(folder)/run/metrics.json", encoding: .utf8)
    let report = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
    let card = Transcript(["card", "\(folder)/run"]).output
    let evaluation = Transcript(["evaluate", "\(folder)/run"]).output
    let comparison = Transcript(["compare", "\(folder)/run", "--html", "\(folder)/c.html"]).output
    let page = try String(contentsOfFile: "\(folder)/c.html", encoding: .utf8)
    // Escapes differ; the words don't.
    for (place, text) in [metrics, report, card, evaluation, comparison, page].enumerated() {
      #expect(
        text.contains("the figures say nothing of the cells") && text.contains("are of one plate"), "\(place): \(text)")
    }
    #expect(evaluation.hasPrefix("! \(head)") && evaluation.contains("! \(beside)"), "\(evaluation)")
    #expect(comparison.hasPrefix("! \(head)") && comparison.contains("! \(beside)"), "\(comparison)")
    let above = try #require(report.range(of: "the figures say nothing"))
    let figures = try #require(report.range(of: "class=\"cards\""))
    #expect(above.lowerBound < figures.lowerBound)

    // A folder with a table isn't taken as images in silence.
    let images = Transcript(["predict", "\(folder)/run", "\(folder)/data"])
    #expect(
      images.messages.contains("manifest.csv isn't used") && images.messages.contains("data.root="),
      "\(images.messages)")
  }

  @Test("a range that was given is a limit, in training and at prediction")
  func limit() throws {
    try inFolder { folder, words in
      let wrong = Transcript(words + ["data.range=[0,1000]"])
      #expect(wrong.status == 65 && wrong.messages.contains("data.range: is 0…1000, but channel gray has 138…1730"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
      let training = Transcript(words + ["data.range=[0,4095]"])
      try #require(training.status == 0, "\(training.messages)")
      try Self.write(0, 0, factor: 16, to: "\(folder)/bright/0.png")
      let call = Transcript(["predict", "\(folder)/run", "\(folder)/bright"])
      #expect(call.status == 65 && call.messages.contains("expected 0…4095 (uint16)"), "\(call.messages)")
    }
  }

  @Test("evaluating on training images says so, also of copies under other names; a damaged model isn't used")
  func trained() throws {
    try inFolder { folder, words in
      try #require(Transcript(words).status == 0)
      let test = Transcript(["evaluate", "\(folder)/run"])
      #expect(test.status == 0 && !test.output.contains("was trained on"), "\(test.messages)\(test.output)")
      let all = Transcript(["evaluate", "\(folder)/run", "--subset", "all"])
      #expect(all.output.contains("of 16 items are images that the model was trained on"), "\(all.output)")
      for name in ["a", "b"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/copy/\(name)", withIntermediateDirectories: true)
        for index in 0..<8 {
          try FileManager.default.copyItem(
            atPath: "\(folder)/data/\(name)/\(index).png", toPath: "\(folder)/copy/\(name)/new-\(index).png")
        }
      }
      let copied = Transcript(["evaluate", "\(folder)/run", "data.root=\(folder)/copy"])
      #expect(copied.output.contains("of 16 items are images that the model was trained on"), "\(copied.output)")

      let path = "\(folder)/run/model.zoo"
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count - 5] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      let damaged = Transcript(["predict", path, "\(folder)/data/a"])
      #expect(damaged.status == 65 && damaged.output.isEmpty, "\(damaged.messages)")
    }
  }

  @Test("an image that can't be decoded stops training before the first epoch, or is left out and counted")
  func undecodable() throws {
    try inFolder { folder, words in
      // Broken behind the header, and in no matter which subset.
      let path = "\(folder)/data/b/3.png"
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
      let stopped = Transcript(words)
      #expect(stopped.status == 65 && stopped.messages.contains("data.onError=skip"), "\(stopped.messages)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
      let check = ["check"] + words[1...].filter { $0.contains("=") || $0 == "quickstart" } + ["--pixels"]
      #expect(Transcript(check).status == 65)
      #expect(Transcript(check + ["data.onError=skip"]).output.contains("b/3.png"))
      let skipped = Transcript(words + ["data.onError=skip"])
      #expect(skipped.status == 0 && skipped.messages.contains("1 image left out"), "\(skipped.messages)")
      let data = try RunFolder("\(folder)/run").metrics().data
      #expect(data.skipped?.count == 1)
      #expect(Subset.allCases.reduce(0) { $0 + (data.subsets[$1.rawValue]?.items ?? 0) } == 15)
    }
  }

  @Test("a loss that isn't finite is told with step, rate and norm, and blames no picture")
  func divergence() throws {
    try inFolder { _, words in
      let call = Transcript(words + ["train.optimizer={name: sgd, learningRate: 1000}", "train.epochs=20"])
      #expect(call.status == 1, "\(call.messages)")
      #expect(call.messages.contains("the learning rate is") && call.messages.contains("gradient norm"))
      #expect(call.messages.contains("Lower train.optimizer.learningRate"), "\(call.messages)")
    }
  }

  @Test("oblong images can't be turned, and check says so; every spec of the catalogue takes one epoch")
  func specs() throws {
    let turned = Transcript(["check", "quickstart", "data.width=32"])
    #expect(turned.status == 65 && turned.messages.contains("train.augment.rotate90"), "\(turned.messages)")
    for name in SpecCatalogue.standard.names {
      #expect(throws: Never.self) { try SpecReader().read(name, overrides: ["train.epochs=1"]) }
    }
  }
}
