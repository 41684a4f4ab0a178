import Foundation
import Testing
import ZooWorkbench

/// Runs in processes of their own that are killed without warning.
@Suite("A run that is killed", .serialized)
struct KilledRunTests {
  private static let words = [
    "train", "quickstart", "data.height=16", "data.width=16", "data.simulation.cellsPerClass=4",
    "data.simulation.experiments=6", "model.backbone.width=4", "train.epochs=2", "train.batch=8",
    "train.checkpointSteps=2", "--threads", "1",
  ]

  private func bytes(_ folder: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: RunFolder(folder).path(.model)))
  }

  @Test("at ten random moments and resumed ends with the bytes of one that never stopped")
  func killed() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let start = Date()
    let whole = try Tool(Self.words + ["--run-dir", "\(folder)/whole"]).result()
    try #require(whole.status == 0, "\(whole.text)")
    let seconds = Date().timeIntervalSince(start)
    let wanted = try bytes("\(folder)/whole")

    for moment in 0..<10 {
      let run = "\(folder)/\(moment)"
      let delay = Double.random(in: 0...seconds)
      let stopped = try Tool(Self.words + ["--run-dir", run])
      Thread.sleep(forTimeInterval: delay)
      stopped.process.send(SIGKILL)
      _ = try stopped.result()
      // Killed before it had a folder, there is nothing to go on with.
      let again = RunFolder(run).isRun ? ["train", "--resume", run] : Self.words + ["--run-dir", run]
      let resumed = try Tool(again).result()
      #expect(resumed.status == 0, "killed after \(delay) s: \(resumed.text)")
      let files = try FileManager.default.contentsOfDirectory(atPath: run)
      #expect(!files.contains { $0.hasSuffix(".zoo-tmp") }, "\(files)")
      #expect(try bytes(run) == wanted, "killed after \(delay) s of \(seconds)")
    }
  }

  @Test("by an interruption saves, says how to go on, and ends with 130")
  func interrupted() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try Tool(Self.words + ["train.epochs=1000", "--run-dir", folder])
    let end = Date().addingTimeInterval(30)
    while !RunFolder(folder).has(.best), Date() < end { Thread.sleep(forTimeInterval: 0.02) }
    run.process.send(SIGINT)
    let result = try run.result()
    #expect(result.status == 130)
    #expect(result.text.contains("Go on with it by zoo train --resume \(folder)."), "\(result.text)")
    #expect(!RunFolder(folder).has(.model))
  }
}
