import Foundation
import Testing
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
      let sequence = frames > 0 ? ["--frames", "\(frames)"] : []
      let written = Transcript(
        ["simulate", cells, "--format", format, "--size", "32", "--cells", "4", "--experiments", "8"] + sequence)
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
