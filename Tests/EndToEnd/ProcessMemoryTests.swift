#if os(Linux)
  import Foundation
  import Testing
  import ZooWorkbench

  /// What `zoo check` says a training takes is kept by the whole process, from its start to its end.
  @Suite("The memory of a process", .serialized)
  struct ProcessMemoryTests {
    private static let files = FileManager.default

    private func withFolder(_ body: (String) throws -> Void) throws {
      let folder = NSTemporaryDirectory() + "zoo-memory-\(UUID().uuidString)"
      try Self.files.createDirectory(atPath: folder, withIntermediateDirectories: false)
      defer { try? Self.files.removeItem(atPath: folder) }
      try body(folder)
    }

    /// What `zoo check` promises for training by `words`.
    private func promise(_ words: [String]) throws -> Int {
      let check = Transcript(["check"] + words + ["--json"])
      try #require(check.status == 0, "\(check.messages)")
      let line = try #require(check.output.split(separator: "\n").first { $0.contains("\"training_memory\"") })
      return try #require(Int(line.filter(\.isNumber)))
    }

    /// Runs the tool to its end, and sees the most that it has had resident.
    private func run(_ words: [String]) throws -> (status: Int32, text: String, peak: Int) {
      let tool = try Tool(words)
      var peak = 0
      while tool.process.poll() == nil {
        // The system keeps the peak until the process ends; after that there is nothing to be read.
        let status = (try? String(contentsOfFile: "/proc/\(tool.process.identifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        peak = max(peak, (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) * 1024)
        usleep(2000)
      }
      let (status, text) = try tool.result()
      return (status, text, peak)
    }

    @Test(
      "stays within what check says and --memory allows, with a cache that takes what is left",
      arguments: [
        ["model.backbone=resnet18", "data.height=48", "data.width=48"],
        ["model.backbone=efficientnet_tiny", "data.height=64", "data.width=64"],
        ["model.temporal=lstm", "data.frames=4", "data.height=32", "data.width=32"],
      ])
    func peak(model: [String]) throws {
      try withFolder { folder in
        let words =
          ["quickstart", "data.simulation.cellsPerClass=4", "train.epochs=2"] + model + ["--threads", "2"]
        let promised = try promise(words)
        let (status, text, peak) = try run(
          ["train"] + words + ["--memory", "\(promised)", "--run-dir", "\(folder)/run"])
        #expect(status == 0, "\(text)")
        #expect(peak > 0 && peak <= promised, "\(model[0]): \(peak) of \(promised)")
        // A promise that is far too large would hold, too.
        #expect(promised < 3 * peak, "\(model[0]): \(peak) of \(promised)")
        let refused = try run(["train"] + words + ["--memory", "60MB", "--run-dir", "\(folder)/none"])
        #expect(refused.status == 65 && refused.text.contains("--memory"), "\(refused)")
        #expect(!Self.files.fileExists(atPath: "\(folder)/none"))
      }
    }
  }
#endif
