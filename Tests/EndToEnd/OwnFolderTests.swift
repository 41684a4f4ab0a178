import Foundation
import Testing
import ZooData
import ZooWorkbench

/// Folders as people have them, from the first look to training.
@Suite("Folders of one's own")
struct OwnFolderTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  /// A gray picture of 16 × 16 pixels that no other has.
  private func picture(_ path: String, _ number: Int, constant: Bool = false) throws {
    let samples = (0..<256).map { constant ? 7 : Float(($0 * (number % 7 + 1) + number) % 251) }
    let image = try Image(width: 16, height: 16, channels: 1, sampleType: .uint8, samples: samples)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try AtomicFile.write(PNGWriter.encode(image), to: path)
  }

  private func write(_ path: String, _ text: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  /// Five plates of two wells, in class folders.
  private func crops(_ folder: String, _ name: (Int, String, Int) -> String) throws {
    var number = 0
    for word in ["dead", "healthy"] {
      for plate in 1...5 {
        for well in ["B02", "C07"] {
          for cell in 0..<3 {
            try picture("\(folder)/\(word)/\(name(plate, well, cell))", number)
            number += 1
          }
        }
      }
    }
  }

  private func new(_ folder: String, _ words: [String] = []) throws -> (text: String, messages: String, spec: Spec) {
    let file = "\(folder)-\(UUID().uuidString.prefix(4)).json5"
    let made = Transcript(["new", file, "--data", folder] + words)
    try #require(made.status == 0, "\(made.messages)")
    let checked = Transcript(["check", file, "train.batch=2"])
    #expect(checked.status == 0, "\(checked.messages)")
    return (
      try String(contentsOfFile: file, encoding: .utf8), made.messages + checked.output, try SpecReader().readOne(file)
    )
  }

  @Test("groups that stand in the names alone are found, split by, told in results and predicted with")
  func names() throws {
    try inFolder { folder in
      try crops("\(folder)/crops") { "P\($0)_\($1)_c0\($2).png" }
      try write("\(folder)/crops/plates.csv", "plate,donor\n1,anna\n2,ben\n3,cleo\n4,dora\n5,emil\n")
      let made = try new("\(folder)/crops")
      #expect(made.spec.data.images == "{class}/P{plate}_{well}_c{cell}.png", "\(made.text)")
      #expect(made.spec.data.join == ["plates.csv": ["plate"]] && made.spec.data.split.by == ["donor"], "\(made.text)")
      #expect(made.messages.contains("donor of plates.csv joined by plate"), "\(made.messages)")
      let file = try #require(
        FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".json5") })
      let run = "\(folder)/run"
      let trained = Transcript([
        "train", "\(folder)/\(file)", "train.epochs=1", "train.batch=8", "model.backbone.width=4", "--run-dir", run,
        "--threads", "1",
      ])
      #expect(trained.status == 0, "\(trained.messages)")
      #expect(try String(contentsOfFile: "\(run)/split.csv", encoding: .utf8).contains("anna"))
      let metrics = try String(contentsOfFile: "\(run)/metrics.json", encoding: .utf8)
      #expect(metrics.contains("\"well\""), "results by each column that has several values in the test set")
      let predicted = Transcript(["predict", run, "data.root=\(folder)/crops"])
      #expect(predicted.status == 0 && predicted.output.contains("dead/P1_B02_c00.png"), "\(predicted.messages)")
    }
  }

  @Test("folders of days and positions above the classes are columns")
  func nested() throws {
    try inFolder { folder in
      var number = 0
      for day in 0..<5 {
        for position in 1...2 {
          for word in ["dead", "healthy"] {
            for _ in 0..<3 {
              try picture("\(folder)/film/24032\(day)/pos0\(position)/\(word)/\(number).png", number)
              number += 1
            }
          }
        }
      }
      let made = try new("\(folder)/film")
      #expect(made.spec.data.images == "{date}/pos{position}/{class}/*.png", "\(made.text)")
      #expect(made.spec.data.split.by == ["date"] && made.spec.data.classes == ["dead", "healthy"])
    }
  }

  @Test("tables of the same columns are one, and others are joined or it is said why not")
  func tables() throws {
    try inFolder { folder in
      var number = 0
      for plate in 1...5 {
        var text = "file,fate,well\n"
        for cell in 0..<6 {
          try picture("\(folder)/a/\(plate)-\(cell).png", number)
          number += 1
          text += "\(plate)-\(cell).png,\(cell % 2 == 0 ? "dead" : "healthy"),B0\(cell % 3 + 1)\n"
        }
        try write("\(folder)/a/plate\(plate).csv", text)
      }
      try write("\(folder)/a/design.csv", "Plate,day\n" + (1...5).map { "\($0),2024-05-0\($0)\n" }.joined())
      try write("\(folder)/a/votes.csv", "plate,who,votes\n1,anna,3\n1,ben,4\n")
      let made = try new("\(folder)/a")
      #expect(made.spec.data.manifest == "plate{plate}.csv" && made.spec.data.columns.label == "fate", "\(made.text)")
      #expect(made.spec.data.join == ["design.csv": ["plate=Plate"]], "\(made.text)")
      #expect(made.spec.data.split.by == ["day"], "\(made.text)")
      #expect(made.messages.contains("Unsure: votes.csv has plate, too, but isn't joined"), "\(made.messages)")
    }
  }

  @Test("broken images, empty classes, constant channels and classes of one group are said at once")
  func doubts() throws {
    try inFolder { folder in
      try crops("\(folder)/crops") { "P\($0)_\($1)_c0\($2).png" }
      try write("\(folder)/crops/dead/P1_B02_c77.png", "no image")
      var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/crops/dead/P1_B02_c00.png"))
      bytes.removeLast(40)
      try bytes.write(to: URL(fileURLWithPath: "\(folder)/crops/dead/P2_B02_c78.png"))
      try picture("\(folder)/crops/healthy/P1_B02_c79.png", 1, constant: true)
      for cell in 0..<4 { try picture("\(folder)/crops/rare/P3_B02_c8\(cell).png", 300 + cell) }
      let made = try new("\(folder)/crops")
      #expect(made.spec.data.onError == .skip, "\(made.text)")
      #expect(made.messages.contains("c77.png"), "\(made.messages)")
      #expect(made.messages.contains("nothing to see: healthy/P1_B02_c79.png (train)"), "\(made.messages)")
      #expect(made.messages.contains("all 4 of the class 'rare' are of one plate, '3'"), "\(made.messages)")
      #expect(made.messages.contains("2 images can't be decoded and will be left out"), "\(made.messages)")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/crops/empty", withIntermediateDirectories: true)
      let refused = Transcript(["new", "\(folder)/b.json5", "--data", "\(folder)/crops"])
      #expect(
        refused.status == 65 && refused.messages.contains("the class 'empty' has no images"), "\(refused.messages)")
      let run = "\(folder)/run"
      let file = try #require(
        FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".json5") })
      try FileManager.default.removeItem(atPath: "\(folder)/crops/empty")
      let trained = Transcript([
        "train", "\(folder)/\(file)", "train.epochs=1", "train.batch=8", "model.backbone.width=4", "--run-dir", run,
        "--threads", "1",
      ])
      #expect(trained.status == 0, "\(trained.messages)")
      let report = try String(contentsOfFile: "\(run)/report.html", encoding: .utf8)
      #expect(report.contains("2 images left out by data.onError=skip") && report.contains("c77.png"))
    }
  }

  @Test("keys of data are taken as they are given; others are refused with where they belong")
  func overrides() throws {
    try inFolder { folder in
      try crops("\(folder)/crops") { "P\($0)_\($1)_c0\($2).png" }
      let made = try new(
        "\(folder)/crops",
        [
          "data.split.by=[well]", "data.split.test=0", "data.split.validation=0.3", "data.range=[0,255]",
          "data.height=8",
        ])
      #expect(made.spec.data.split.by == ["well"] && made.spec.data.split.test == 0, "\(made.text)")
      #expect(made.spec.data.range == [0, 255] && made.spec.data.height == 8 && made.spec.data.width == 16)
      #expect(made.messages.contains("values of 'plate'"), "wells are called alike on every plate: \(made.messages)")
      for (words, remedy) in [
        (["--data", "\(folder)/crops", "train.epochs=3"], "give it to zoo train"),
        (["--data", "\(folder)/crops", "data.root=x"], "--data"), (["data.axes=TYX"], "--data PATH"),
        (["--data", "\(folder)/crops", "data.axis=TYX"], "Did you mean 'axes'?"),
      ] {
        let refused = Transcript(["new", "\(folder)/c.json5"] + words)
        #expect(refused.status == 64 || refused.status == 65, "\(refused.messages)")
        #expect(refused.messages.contains(remedy), "\(refused.messages)")
      }
    }
  }
}
