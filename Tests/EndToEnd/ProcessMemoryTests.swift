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

    @Test("of a suite is divided among the runs that are trained at a time, and all of them stay within it")
    func jobs() throws {
      try withFolder { folder in
        let words = [
          "quickstart", "data.simulation.cellsPerClass=4", "train.epochs=2", "data.height=48", "data.width=48",
          "model.backbone=resnet18", "--threads", "2",
        ]
        // One run fits into it, and half of it holds none.
        let promised = try promise(words)
        let refused = try run(
          ["train", "seeds=2", "--jobs", "2", "--memory", "\(promised)", "--run-dir", "\(folder)/none"] + words)
        #expect(refused.status == 65, "\(refused)")
        #expect(refused.text.contains("--memory, of which each of 2 runs at a time has its share"), "\(refused)")
        #expect(!Self.files.fileExists(atPath: "\(folder)/none"))
        for (jobs, memory) in [(1, promised), (2, 2 * promised)] {
          let (status, text, peak) = try run(
            ["train", "seeds=2", "--jobs", "\(jobs)", "--memory", "\(memory)", "--run-dir", "\(folder)/\(jobs)"] + words
          )
          #expect(status == 0, "\(text)")
          #expect(peak > 0 && peak <= memory, "\(jobs): \(peak) of \(memory)")
        }
      }
    }

    @Test("stays within it with 3,000 classes, or is refused with what is too much")
    func classes() throws {
      try withFolder { folder in
        var manifest = "path,label\n"
        for number in 0..<4 * 3000 {
          let pixels = (0..<8 * 8).map { Float($0 == 0 ? number : $0 * (number / 4) % 4096) }
          let image = try Image(width: 8, height: 8, sampleType: .uint16, samples: pixels)
          try Data(PNGWriter.encode(image)).write(to: URL(fileURLWithPath: "\(folder)/\(number).png"))
          manifest += "\(number).png,class-\(number / 4)\n"
        }
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: "\(folder)/manifest.csv"))
        let words = [
          "quickstart", "data.source=csv", "data.root=\(folder)", "data.split.by=[]", "data.split.train=0.9",
          "data.split.validation=0.05", "data.split.test=0.05", "data.channels=null",
          "data.classes=null", "data.height=8", "data.width=8", "model.backbone.width=4", "train.epochs=1",
          "--threads", "2",
        ]
        let promised = try promise(words)
        let (status, text, peak) = try run(
          ["train"] + words + ["--memory", "\(promised)", "--run-dir", "\(folder)/run"])
        #expect(status == 0, "\(text)")
        #expect(peak > 0 && peak <= promised, "\(peak) of \(promised)")
        // A page of that many classes stays one that a browser opens.
        let page = try Data(contentsOf: URL(fileURLWithPath: RunFolder("\(folder)/run").path(.report)))
        #expect(page.count < 8_000_000, "\(page.count) bytes")
        let refused = try run(["train"] + words + ["--memory", "100MB", "--run-dir", "\(folder)/none"])
        #expect(refused.status == 65 && refused.text.contains("3000 classes"), "\(refused)")
      }
    }
  }
#endif
