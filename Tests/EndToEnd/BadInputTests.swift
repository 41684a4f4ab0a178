import Foundation
import Testing
import ZooWorkbench

/// Whatever is wrong from outside: one clear message, the right exit status, and nothing half-written.
@Suite("Bad input")
struct BadInputTests {
  /// Training on the folder of images that the tests make.
  private static let small = [
    "data.channels=null", "data.classes=null", "data.split.by=[]", "data.height=16", "data.width=16",
    "model.backbone.width=4", "train.epochs=1", "train.batch=4", "--threads", "1",
  ]

  /// Calls `body` with a folder that holds `crops/a` and `crops/b` with images of one channel.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let simulated = ["simulate", "\(folder)/cells", "--experiments", "1", "--cells", "8", "--size", "16"]
    try #require(Transcript(simulated).status == 0)
    for (name, place) in [("healthy", "a"), ("pyroptosis", "b")] {
      let (from, to) = ("\(folder)/cells/experiment-01/\(name)", "\(folder)/crops/\(place)")
      try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
      for cell in 0..<8 {
        try FileManager.default.moveItem(atPath: "\(from)/000\(cell)-BF.png", toPath: "\(to)/\(cell).png")
      }
    }
    try body(folder)
  }

  private func train(_ folder: String, _ more: String...) -> Transcript {
    Transcript(
      ["train", "quickstart", "data.root=\(folder)/crops"] + Self.small + ["--run-dir", "\(folder)/run"] + more)
  }

  private func expect(
    _ call: Transcript, _ status: Int32, _ message: String, nothingIn folder: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(call.status == status, "\(call.messages)", sourceLocation: sourceLocation)
    #expect(call.messages.contains(message), "\(call.messages)", sourceLocation: sourceLocation)
    #expect(call.output.isEmpty, sourceLocation: sourceLocation)
    let isThere = FileManager.default.fileExists(atPath: "\(folder)/run")
    #expect(!isThere, "a run folder was left behind", sourceLocation: sourceLocation)
  }

  @Test("a missing folder, channel, class and key, and zero epochs")
  func words() throws {
    try inFolder { folder in
      expect(train(folder, "data.root=\(folder)/absent"), 65, "there is no such folder", nothingIn: folder)
      expect(train(folder, "data.channels=[XX]"), 65, "there is no channel 'XX'", nothingIn: folder)
      expect(train(folder, "data.classes=[a,c]"), 65, "there is no class 'c'", nothingIn: folder)
      expect(train(folder, "train.epoch=3"), 65, "Did you mean 'epochs'?", nothingIn: folder)
      expect(train(folder, "train.epochs=0"), 65, "0 isn't allowed", nothingIn: folder)
    }
  }

  @Test("a class without images, and a PNG that is cut short")
  func images() throws {
    try inFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/crops/c", withIntermediateDirectories: true)
      expect(train(folder), 65, "the class 'c' has no images", nothingIn: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/crops/c")
      let image = URL(fileURLWithPath: "\(folder)/crops/a/3.png")
      try Data(contentsOf: image).dropLast(20).write(to: image)
      expect(train(folder), 65, "a/3.png: the PNG file is cut short", nothingIn: folder)
    }
  }

  @Test("a full disk ends the run with 1 and leaves whole files alone")
  func fullDisk() throws {
    try inFolder { folder in
      let words = ["train", "quickstart", "data.root=\(folder)/crops"] + Self.small + ["--run-dir", "\(folder)/run"]
      // In blocks of 512 bytes: the records of the run fit, the first checkpoint doesn't.
      let result = try Tool(words, setUp: "ulimit -f 16").result()
      #expect(result.status == 1, "\(result.text)")
      #expect(result.text.contains("last.zoo: can't be written: File too large"), "\(result.text)")
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run").sorted()
      #expect(files == ["digests.json", "environment.json", "log.jsonl", "spec.json", "split.csv"])
      let resumed = try Tool(Array(words.dropLast(2)) + ["--resume", "\(folder)/run"]).result()
      #expect(resumed.status == 0, "\(resumed.text)")
    }
  }

  @Test("a full disk while cells are simulated leaves nothing that the next try trips over", arguments: [false, true])
  func fullSimulation(isThere: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    if isThere { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    let words = ["simulate", folder, "--size", "16", "--experiments", "2", "--cells", "40"]
    // In blocks of 512 bytes: each picture fits, the manifest of all doesn't.
    let result = try Tool(words, setUp: "ulimit -f 8").result()
    #expect(result.status == 1 && result.text.contains("can't be written"), "\(result.text)")
    #expect(FileManager.default.fileExists(atPath: folder) == isThere)
    if isThere { #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty) }
    #expect(try Tool(words).result().status == 0)
  }

  @Test("a result that can't be printed is no success")
  func fullOutput() throws {
    let call = try Tool(["list"], output: "/dev/full").result()
    #expect(call.status == 1)
    #expect(call.text.contains("the result can't be written"), "\(call.text)")
  }
}
