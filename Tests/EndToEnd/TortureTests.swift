#if os(Linux)
  import Foundation
  import Testing
  import ZooWorkbench

  /// Lets the n-th call of a kind fail, or ends the process there, in the manner of SQLite's and curl's torture tests: what
  /// was whole is whole, a failure is one message, and going on gives the bytes of a run that nothing happened to.
  /// Which n are tried, ``Faults`` says.
  @Suite("Torture", .serialized)
  struct TortureTests {
    private static let train = [
      "train", "quickstart", "data.height=16", "data.width=16", "data.simulation.cellsPerClass=2",
      "data.simulation.experiments=6", "model.backbone.width=4", "train.epochs=2", "train.batch=8",
      "train.checkpointSteps=2", "train.tensorboard=true", "--threads", "2",
    ]
    private static let files = FileManager.default

    private func withFolder(_ body: (String) throws -> Void) throws {
      let folder = NSTemporaryDirectory() + "zoo-torture-\(UUID().uuidString)"
      try Self.files.createDirectory(atPath: folder, withIntermediateDirectories: false)
      defer { try? Self.files.removeItem(atPath: folder) }
      try body(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path)
    }

    /// Tries faults over all calls that `words` makes.
    /// - Parameters:
    ///   - prepare: makes the folder that the words are about, and returns the words.
    ///   - judge: sees what is left, and goes on.
    ///   - errors: how many messages a failure makes.
    private func torture(
      errors range: ClosedRange<Int> = 1...1, prepare: (_ folder: String) throws -> [String],
      judge: (_ folder: String, Faults.Trial) throws -> Void
    ) throws {
      var counts: [String: Int] = [:]
      try withFolder { counts = try Faults.counts(prepare($0), under: $0) }
      for (place, kind) in Faults.kinds.enumerated() {
        for fault in Faults.tried(kind, counts[kind] ?? 0, place) {
          try withFolder { folder in
            let trial = try Faults.run(prepare(folder), under: folder, fault: fault)
            trial.expectMessages(range)
            try judge(folder, trial)
          }
        }
      }
    }

    private func bytes(_ path: String) -> Data? { Self.files.contents(atPath: path) }

    /// Goes on with a run, or starts it if nothing was begun, and holds its model against the one of an undisturbed run.
    private func finish(_ folder: String, _ model: Data?, _ trial: Faults.Trial) throws {
      let path = "\(folder)/run"
      let words = RunFolder(path).isRun ? ["train", "--resume", path] : Self.train + ["--run-dir", path]
      let again = try Tool(words).result()
      #expect(again.status == 0, "after \(trial.fault): \(again.text)\nbefore: \(trial.text)")
      #expect(bytes(RunFolder(path).path(.model)) == model, "after \(trial.fault)")
      let names = try Self.files.contentsOfDirectory(atPath: path)
      #expect(names.count == RunFolder.File.allCases.count + 1, "after \(trial.fault): \(names)")
    }

    @Test func training() throws {
      try withFolder { whole in
        let result = try Tool(Self.train + ["--run-dir", "\(whole)/run"]).result()
        try #require(result.status == 0, "\(result.text)")
        let model = bytes(RunFolder("\(whole)/run").path(.model))
        try torture {
          Self.train + ["--run-dir", "\($0)/run"]
        } judge: { folder, trial in
          try finish(folder, model, trial)
        }
      }
    }

    @Test func resuming() throws {
      try withFolder { whole in
        let result = try Tool(Self.train + ["--run-dir", "\(whole)/run"]).result()
        try #require(result.status == 0, "\(result.text)")
        let model = bytes(RunFolder("\(whole)/run").path(.model))
        // Stopped in the middle: at a write of the second epoch.
        let stopped = try Faults.run(
          Self.train + ["--run-dir", "\(whole)/stopped"], under: "\(whole)/stopped", fault: "rename:12:kill")
        try #require(stopped.status == 137, "\(stopped)")
        try torture {
          try Self.files.copyItem(atPath: "\(whole)/stopped", toPath: "\($0)/run")
          return ["train", "--resume", "\($0)/run"]
        } judge: { folder, trial in
          try finish(folder, model, trial)
        }
      }
    }

    @Test(arguments: ["export", "import"]) func converting(_ command: String) throws {
      let names = command == "export" ? (from: "model.zoo", to: "model.onnx") : (from: "model.onnx", to: "new.zoo")
      func words(_ folder: String) -> [String] {
        [command, "\(folder)/\(names.from)", command == "export" ? "--onnx" : "-o", "\(folder)/\(names.to)"]
      }
      try withFolder { source in
        for words in [["quickstart", "-o"], ["\(source)/model.zoo", "--onnx"]] {
          let made = try Tool(["export"] + words + ["\(source)/model.\(words[1] == "-o" ? "zoo" : "onnx")"]).result()
          try #require(made.status == 0, "\(made.text)")
        }
        let whole = try Tool(words(source)).result()
        try #require(whole.status == 0, "\(whole.text)")
        let (old, new) = (Data("what was there".utf8), bytes("\(source)/\(names.to)"))
        try torture { folder in
          try old.write(to: URL(fileURLWithPath: "\(folder)/\(names.to)"))
          try Self.files.copyItem(atPath: "\(source)/\(names.from)", toPath: "\(folder)/\(names.from)")
          return words(folder)
        } judge: { folder, trial in
          let left = bytes("\(folder)/\(names.to)")
          #expect(left == new || left == old && trial.status != 0, "after \(trial.fault)")
          let again = try Tool(words(folder)).result()
          #expect(again.status == 0 && bytes("\(folder)/\(names.to)") == new, "after \(trial.fault): \(again.text)")
          #expect(try Self.files.contentsOfDirectory(atPath: folder).sorted() == [names.from, names.to].sorted())
        }
      }
    }

    /// Commands that make a folder, with the file that it has when it is whole.
    private static let folders = [
      (
        words: ["simulate", "DIR", "--experiments", "4", "--cells", "1", "--size", "32", "--format", "tiff"],
        last: "manifest.csv"
      ),
      (
        words: [
          "simulate", "fields", "DIR", "--experiments", "1", "--wells", "2", "--frames", "2", "--size", "64",
          "--cells", "2", "--threads", "2",
        ], last: "plate_map.csv"
      ),
      (
        words: [
          "data", "export", "quickstart", "data.height=16", "data.width=16", "data.simulation.cellsPerClass=1",
          "data.simulation.experiments=6", "-o", "DIR", "--threads", "2",
        ], last: "manifest.csv"
      ),
    ]

    @Test(arguments: folders.indices, [false, true]) func makingFolders(_ command: Int, isThere: Bool) throws {
      let last = Self.folders[command].last
      func words(_ folder: String) -> [String] {
        Self.folders[command].words.map { $0 == "DIR" ? "\(folder)/made" : $0 }
      }
      func tree(_ folder: String) -> [String: Data] {
        let names = Self.files.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return Dictionary(uniqueKeysWithValues: names.map { ($0, bytes("\(folder)/\($0)") ?? Data()) })
      }
      try withFolder { whole in
        let result = try Tool(words(whole)).result()
        try #require(result.status == 0, "\(result.text)")
        let expected = tree("\(whole)/made")
        try torture {
          if isThere { try Self.files.createDirectory(atPath: "\($0)/made", withIntermediateDirectories: false) }
          return words($0)
        } judge: { folder, trial in
          if Self.files.fileExists(atPath: "\(folder)/made/\(last)") {
            let left = tree("\(folder)/made").filter { !$0.key.contains(".zoo-tmp") }
            #expect(left == expected, "after \(trial.fault)")
            return
          }
          #expect(trial.status != 0, "after \(trial.fault)")
          let again = try Tool(words(folder)).result()
          #expect(again.status == 0, "after \(trial.fault): \(again.text)\nbefore: \(trial.text)")
          #expect(tree("\(folder)/made") == expected, "after \(trial.fault)")
          #expect(try Self.files.contentsOfDirectory(atPath: folder) == ["made"], "after \(trial.fault)")
        }
      }
    }

    @Test func suites() throws {
      let members = ["seed=1", "seed=2"]
      func words(_ folder: String) -> [String] {
        Self.train + ["train.epochs=1", "seeds=2", "--run-dir", "\(folder)/suite"]
      }
      func models(_ folder: String) -> [Data?] {
        members.map { bytes(RunFolder("\(folder)/suite/\($0)").path(.model)) }
      }
      try withFolder { whole in
        let result = try Tool(words(whole)).result()
        try #require(result.status == 0, "\(result.text)")
        let expected = models(whole)
        try #require(!expected.contains(nil))
        try torture(errors: 1...2) {
          words($0)
        } judge: { folder, trial in
          // The same command goes on with what was begun.
          let again = try Tool(words(folder)).result()
          #expect(again.status == 0, "after \(trial.fault): \(again.text)\nbefore: \(trial.text)")
          #expect(models(folder) == expected, "after \(trial.fault)")
          #expect(bytes("\(folder)/suite/comparison.json") != nil, "after \(trial.fault)")
          let names = try Self.files.contentsOfDirectory(atPath: "\(folder)/suite")
          #expect(names.count == 9, "after \(trial.fault): \(names)")
        }
      }
    }
  }
#endif
