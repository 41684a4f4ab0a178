#if os(Linux)
  import Foundation
  import Testing
  import ZooWorkbench

  /// Lets the n-th call of a kind fail, or ends the process there, in the manner of SQLite's and curl's torture tests: what
  /// was whole is whole, a failure is one message, and going on gives the bytes of a run that nothing happened to.
  ///
  /// A few n of each kind are tried, others in each scenario; with `ZOO_TORTURE=all` every one, and with `ZOO_TORTURE=1/20`
  /// each twentieth of those (`2/20` the ones behind them, and so on), so that a machine can take a share.
  @Suite("Torture", .serialized)
  struct TortureTests {
    private static let train = [
      "train", "quickstart", "data.height=16", "data.width=16", "data.simulation.cellsPerClass=2",
      "data.simulation.experiments=6", "model.backbone.width=4", "train.epochs=2", "train.batch=8",
      "train.checkpointSteps=2", "train.tensorboard=true", "--threads", "2",
    ]
    private static let kinds = ["open", "write", "flush", "rename", "read", "allocate", "thread"]
    private static let files = FileManager.default

    /// A fault, and what the tool made of it.
    private struct Trial {
      let fault: String
      let status: Int32
      let text: String
      var isKill: Bool { fault.hasSuffix("kill") }
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
      let folder = NSTemporaryDirectory() + "zoo-torture-\(UUID().uuidString)"
      try Self.files.createDirectory(atPath: folder, withIntermediateDirectories: false)
      defer { try? Self.files.removeItem(atPath: folder) }
      try body(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path)
    }

    private func run(_ words: [String], under folder: String, _ settings: String = "") throws -> (
      status: Int32, text: String
    ) {
      let library = try #require(Tool.product("libFaultInjection.so"), "the library isn't built beside the tests")
      let tool = try Tool(
        words, setUp: "export ZOO_FAULT_UNDER='\(folder)' \(settings); export LD_PRELOAD='\(library)'")
      return try tool.result(within: 120)
    }

    /// Tries faults over all calls that `words` makes.
    /// - Parameters:
    ///   - prepare: makes the folder that the words are about, and returns the words.
    ///   - judge: sees what is left, and goes on.
    ///   - errors: how many messages a failure makes.
    private func torture(
      errors range: ClosedRange<Int> = 1...1, prepare: (_ folder: String) throws -> [String],
      judge: (_ folder: String, Trial) throws -> Void
    ) throws {
      var counts: [String: Int] = [:]
      try withFolder { folder in
        let whole = try run(prepare(folder), under: folder, "ZOO_FAULT_COUNT='\(folder)-counts'")
        defer { try? Self.files.removeItem(atPath: folder + "-counts") }
        try #require(whole.status == 0, "\(whole)")
        for line in try String(contentsOfFile: folder + "-counts", encoding: .utf8).split(separator: "\n") {
          let words = line.split(separator: " ")
          counts[String(words[0])] = Int(words[1])
        }
      }
      for (place, kind) in Self.kinds.enumerated() {
        for fault in Self.faults(kind, counts[kind] ?? 0, place) {
          try withFolder { folder in
            let (status, text) = try run(prepare(folder), under: folder, "ZOO_FAULT=\(fault)")
            let trial = Trial(fault: fault, status: status, text: text)
            if !trial.isKill, status != 0 {
              #expect(status < 128, "\(fault): \(text)")
              let errors = text.split(separator: "\n").filter { $0.hasPrefix("error:") }
              #expect(range.contains(errors.count), "\(fault): \(text)")
            }
            try judge(folder, trial)
          }
        }
      }
    }

    /// What `ZOO_TORTURE` asks for.
    private static let share: (part: Int, of: Int)? = {
      guard let text = ProcessInfo.processInfo.environment["ZOO_TORTURE"], text != "all" else {
        return ProcessInfo.processInfo.environment["ZOO_TORTURE"].map { _ in (1, 1) }
      }
      let numbers = text.split(separator: "/").compactMap { Int($0) }
      return numbers.count == 2 && numbers[0] >= 1 && numbers[1] >= numbers[0] ? (numbers[0], numbers[1]) : nil
    }()

    /// - Parameter place: shifts what is tried, so that the kinds meet different moments.
    private static func faults(_ kind: String, _ count: Int, _ place: Int) -> [String] {
      if let (part, parts) = share {
        let all = (0..<count).flatMap { number in ["fail", "kill"].map { "\(kind):\(number + 1):\($0)" } }
        // Kinds of few calls don't all begin with the first.
        return all.enumerated().filter { ($0.offset + place) % parts == part - 1 }.map(\.element)
      }
      guard count > 0 else { return [] }
      // Where reads, allocations and starts of threads end the process is where other calls do.
      let kills = ["write", "rename"].contains(kind)
      let fail = "\(kind):\(1 + (count * (2 * place + 3) / 16) % count):fail"
      return kills ? [fail, "\(kind):\(1 + count * (place + 2) / 9 % count):kill"] : [fail]
    }

    private func bytes(_ path: String) -> Data? { Self.files.contents(atPath: path) }

    /// Goes on with a run, or starts it if nothing was begun, and holds its model against the one of an undisturbed run.
    private func finish(_ folder: String, _ model: Data?, _ trial: Trial) throws {
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
        let stopped = try run(
          Self.train + ["--run-dir", "\(whole)/stopped"], under: "\(whole)/stopped", "ZOO_FAULT=rename:12:kill")
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
