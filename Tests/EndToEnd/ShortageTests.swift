import Foundation
import Testing
import ZooWorkbench

#if os(Linux)
  /// A machine that has nothing left to give: the tool says so, or does with less, and never waits for what won't come.
  @Suite("When the system gives", .serialized) struct ShortageTests {
    private static let training = [
      "train", "quickstart", "data.height=16", "data.width=16", "data.simulation.cellsPerClass=4",
      "data.simulation.experiments=6", "model.backbone.width=4", "train.epochs=1", "train.batch=8", "--threads", "8",
    ]
    /// Every new thread asks for a stack of 64 GB, which the address space doesn't hold.
    private static let noThreads = "ulimit -s 67108864; ulimit -v 33554432"

    private func folder() -> String {
      FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    }

    /// Ends with status 137 if it takes too long.
    private func run(_ words: [String], _ setUp: String, seconds: Double = 60) throws -> (status: Int32, text: String) {
      let tool = try Tool(words, setUp: setUp)
      let identifier = tool.process.identifier
      let watch = DispatchWorkItem { kill(identifier, SIGKILL) }
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watch)
      defer { watch.cancel() }
      return try tool.result()
    }

    @Test("no threads, training does without them and gives the same model")
    func threads() throws {
      let (alone, all) = (folder(), folder())
      defer { for path in [alone, all] { try? FileManager.default.removeItem(atPath: path) } }
      let limited = try run(Self.training + ["--run-dir", alone], Self.noThreads)
      #expect(limited.status == 0, "\(limited.text)")
      let free = try run(Self.training + ["--run-dir", all], "true")
      #expect(free.status == 0, "\(free.text)")
      func model(_ run: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: RunFolder(run).path(.model)))
      }
      #expect(try model(alone) == model(all))
    }

    @Test("no threads, the runs of a suite are trained one after the other")
    func suite() throws {
      let path = folder()
      defer { try? FileManager.default.removeItem(atPath: path) }
      let result = try run(Self.training + ["seeds=2", "--jobs", "2", "--run-dir", path], Self.noThreads)
      #expect(result.status == 0, "\(result.text)")
      for seed in 1...2 { #expect(RunFolder("\(path)/seed=\(seed)").has(.report)) }
    }

    @Test("little address space, whatever takes too much is one message")
    func addressSpace() throws {
      let words = ["bench", "pyroptosis-3class-2d-resnet18-all", "--batch", "4096", "--threads", "2"]
      let result = try run(words, "ulimit -v 2000000")
      #expect(result.status == 65, "\(result.text)")
      #expect(result.text.contains("ulimit -v"), "\(result.text)")
      #expect(!result.text.contains("Fatal error"), "\(result.text)")
    }
  }
#endif
