import Foundation
import Testing
import ZooWorkbench

/// What `--memory` promises is kept by the whole process.
@Suite("The memory of a process", .serialized)
struct ProcessMemoryTests {
  @Test(
    "stays within --memory, with a cache that takes what is left",
    arguments: [
      ["resnet18", "48"], ["resnet10_tiny", "64"], ["efficientnet_tiny", "48"],
    ])
  func peak(model: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let words = [
      "quickstart", "model.backbone=\(model[0])", "data.height=\(model[1])", "data.width=\(model[1])",
      "data.simulation.cellsPerClass=4", "train.epochs=1", "--threads", "2",
    ]
    let check = Transcript(["check"] + words + ["--json"])
    try #require(check.status == 0, "\(check.messages)")
    let line = try #require(check.output.split(separator: "\n").first { $0.contains("\"training_memory\"") })
    let planned = try #require(Int(line.filter(\.isNumber)))
    // What compiling the validation's program takes for a moment isn't in the plan yet.
    let promised = planned + planned / 4
    // The program's own share of the promise is that of a release build.
    let (status, text) = try Tool(["train"] + words + ["--memory", "\(promised)", "--run-dir", folder]).result()
    #expect(status == 0, "\(text)")
    let peak = try RunFolder(folder).metrics().training.peakMemory
    #expect(peak > 0 && peak <= promised, "\(model[0]): \(peak) of \(promised)")
    let (refused, message) = try Tool(["train"] + words + ["--memory", "60MB", "--run-dir", folder + "-2"]).result()
    #expect(refused == 65 && message.contains("--memory"), "\(message)")
  }
}
