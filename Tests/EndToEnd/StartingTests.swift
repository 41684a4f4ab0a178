import Foundation
import Testing
import ZooData
import ZooWorkbench

/// What a newcomer starts with: `new`, `simulate`, `check-plugin`.
@Suite("Starting")
struct StartingTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("a new spec is right as it stands, and isn't overwritten")
  func new() throws {
    try inFolder { folder in
      #expect(Transcript(["new", "\(folder)/a.json5"]).status == 0)
      #expect(Transcript(["check", "\(folder)/a.json5"]).status == 0)
      #expect(Transcript(["new", "\(folder)/a.json5"]).status == 64)
      #expect(Transcript(["new", "\(folder)/b.json5", "--data", "\(folder)/absent"]).status == 65)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/b.json5"))
    }
  }

  @Test("simulated cells are written, and the command that is printed reads them", arguments: ["png", "tiff"], [0, 3])
  func simulate(format: String, frames: Int) throws {
    try inFolder { folder in
      let cells = "\(folder)/cells"
      // Single images are written with the defaults as they are.
      let sequence = frames > 0 ? ["--frames", "\(frames)", "--size", "32", "--cells", "4"] : []
      let written = Transcript(["simulate", cells, "--format", format] + sequence)
      #expect(written.status == 0 && written.output == "\(cells)/manifest.csv\n", "\(written.messages)")
      let line = try #require(written.messages.split(separator: "\n").last?.trimmingCharacters(in: .whitespaces))
      let quoted = line.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
      let words = quoted.enumerated().flatMap { index, piece in
        index % 2 == 1 ? [piece] : piece.split(separator: " ").map(String.init)
      }
      let check = Transcript(Array(words.dropFirst()))
      #expect(check.status == 0, "\(check.messages)")
      #expect(check.output.contains("in 6 groups"), "\(check.output)")
      #expect(check.output.contains("a simulation, not microscope data"), "\(check.output)")
      if format == "tiff", frames == 0 {
        let small = ["model.backbone.width=4", "train.epochs=1", "--run-dir", "\(folder)/run"]
        let trained = Transcript(["train"] + words.dropFirst(2) + small)
        #expect(trained.status == 0, "\(trained.messages)")
        #expect(try RunFolder("\(folder)/run").metrics().data.isSimulated)
        let report = try String(contentsOfFile: RunFolder("\(folder)/run").path(.report), encoding: .utf8)
        #expect(report.contains("SIMULATED DATA"))
      }
      let again = Transcript(["simulate", cells])
      #expect(again.status == 64 && again.messages.contains("isn't empty"), "\(again.messages)")

      let new = Transcript(["new", "\(folder)/a.json5", "--data", cells])
      #expect(new.status == 0, "\(new.messages)")
      let spec = try SpecReader().readOne("\(folder)/a.json5")
      #expect(spec.data.channels == ["BF", "CE", "PI", "DNA", "DPC"])
      #expect(spec.data.frames == (frames > 0 ? frames : nil))
      #expect(spec.data.split.by == ["experiment"])
      let checked = Transcript(["check", "\(folder)/a.json5"])
      #expect(checked.status == 0, "\(checked.messages)")
    }
  }

  @Test("a spec of the catalogue takes a folder with a manifest; of a plain folder it says what to change")
  func catalogue() throws {
    try inFolder { folder in
      let check = ["check", "pyroptosis-3class-2d-resnet18-all"]
      try #require(Transcript(["simulate", "\(folder)/crops", "--format", "tiff"]).status == 0)
      let right = Transcript(check + ["data.root=\(folder)/crops"])
      #expect(right.status == 0, "\(right.messages)")
      let plain = check + ["data.root=\(folder)/crops/experiment-01", "train.batch=8"]
      let refused = Transcript(plain)
      #expect(refused.status == 65)
      #expect(refused.messages.contains("or set data.split.by=[] to split at random"), "\(refused.messages)")
      let taken = Transcript(plain + ["data.split.by=[]"])
      #expect(taken.status == 0, "\(taken.messages)")
    }
  }

  @Test("a spec is started from IDX files, as check takes them")
  func newFromIDX() throws {
    try inFolder { folder in
      for (part, count) in [("train", 40), ("t10k", 10)] {
        let number: [UInt8] = [0, 0, 0, UInt8(count)]
        let images = [0, 0, 8, 3] + number + [0, 0, 0, 8, 0, 0, 0, 8] + [UInt8](repeating: 7, count: 64 * count)
        let labels = [0, 0, 8, 1] + number + (0..<UInt8(count)).map { $0 % 2 }
        try AtomicFile.write(images, to: "\(folder)/\(part)-images-idx3-ubyte.gz")
        try AtomicFile.write(labels, to: "\(folder)/\(part)-labels-idx1-ubyte.gz")
      }
      let new = Transcript(["new", "\(folder)/a.json5", "--data", folder])
      #expect(new.status == 0, "\(new.messages)")
      #expect(try SpecReader().readOne("\(folder)/a.json5").data.source == .idx)
      let checked = Transcript(["check", "\(folder)/a.json5"])
      #expect(checked.status == 0, "\(checked.messages)")
    }
  }

  @Test("a spec is started from what a folder holds")
  func newFromData() throws {
    try inFolder { folder in
      try #require(Transcript(["simulate", "\(folder)/cells", "--size", "32"]).status == 0)
      for name in ["healthy", "pyroptosis"] {
        let (from, to) = ("\(folder)/cells/experiment-01/\(name)", "\(folder)/crops/\(name)")
        try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
        for cell in 0..<5 {
          try FileManager.default.moveItem(atPath: "\(from)/000\(cell)-BF.png", toPath: "\(to)/\(cell).png")
        }
      }
      let new = Transcript(["new", "\(folder)/a.json5", "--data", "\(folder)/crops"])
      #expect(new.status == 0, "\(new.messages)")
      let spec = try SpecReader().readOne("\(folder)/a.json5")
      #expect(spec.data.classes == ["healthy", "pyroptosis"])
      #expect(spec.data.channels == ["gray"])
      // Ten images: the batch is no larger than what is left to train with.
      let checked = Transcript(["check", "\(folder)/a.json5"])
      #expect(checked.status == 0, "\(checked.messages)")
    }
  }

  @Test("the model of a spec is shown before it is trained, with what the command line changes")
  func show() {
    let shown = Transcript("show quickstart model.backbone=resnet18")
    #expect(shown.status == 0 && shown.output.contains("backbone.layer4"), "\(shown.messages)")
    let unknown = Transcript("show quickstrat")
    #expect(unknown.status == 64 && unknown.messages.contains("Did you mean 'quickstart'?"), "\(unknown.messages)")
  }

  @Test("a part is held against the contract by its name")
  func checkPlugin() {
    let right = Transcript("check-plugin mlp hidden=8")
    #expect(right.status == 0 && right.output.hasPrefix("head 'mlp'\n"), "\(right.messages)")
    let unknown = Transcript("check-plugin resnet19")
    #expect(unknown.status == 64 && unknown.messages.contains("Did you mean 'resnet18'?"), "\(unknown.messages)")
    #expect(Transcript("check-plugin mlp hidden=0").status == 65)
  }
}
