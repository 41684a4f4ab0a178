import Foundation
import Testing
import ZooWorkbench

/// A spec that stands for many runs, trained and compared by the command alone.
@Suite("Suites", .serialized)
struct SuiteTests {
  private static let small = [
    "train", "quickstart", "data.height=24", "data.width=24", "data.simulation.cellsPerClass=4",
    "data.simulation.experiments=8", "train.epochs=1", "train.batch=8", "--threads", "2", "model.backbone=chain",
    "sweep={head: {Linear: {}, MLP: {\"model.head\": mlp}}}", "seeds=2", "folds=2",
    "published=[{head: Linear, accuracy: 0.9}]",
  ]

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("what stands in a suite's way is refused before anything is trained, and nothing is written through links")
  func strangers() throws {
    try inFolder { folder in
      let files = FileManager.default
      try files.createDirectory(atPath: "\(folder)/elsewhere", withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(folder)/elsewhere/mine"))
      let member = "head=Linear,seed=1,fold=1"
      for (name, target) in [
        ("results.csv", "elsewhere/mine"), ("comparison.html", nil), ("suite.json", "elsewhere/mine"),
        (member, "elsewhere"), (member, nil),
      ] {
        let suite = "\(folder)/suite"
        try files.createDirectory(atPath: suite, withIntermediateDirectories: false)
        if let target {
          try files.createSymbolicLink(atPath: "\(suite)/\(name)", withDestinationPath: "\(folder)/\(target)")
        } else {
          #expect(mkfifo("\(suite)/\(name)", 0o600) == 0)
        }
        let call = Transcript(Self.small + ["--run-dir", suite], registry: try .testing())
        #expect(call.status == 65 && call.messages.contains(name), "\(name): \(call.messages)")
        #expect(try files.contentsOfDirectory(atPath: suite) == [name])
        #expect(try files.contentsOfDirectory(atPath: "\(folder)/elsewhere") == ["mine"])
        #expect(files.contents(atPath: "\(folder)/elsewhere/mine") == Data("mine".utf8))
        try files.removeItem(atPath: suite)
      }
    }
  }

  @Test("one command trains every seed and fold and ends in one table; shards and interruptions give the same bytes")
  func suite() throws {
    try inFolder { folder in
      let whole = Transcript(Self.small + ["--run-dir", "\(folder)/whole"], registry: try .testing())
      try #require(whole.status == 0, "\(whole.messages)")
      let lines = whole.output.split(separator: "\n").map(String.init)
      #expect(lines.contains { $0.contains("SIMULATED DATA") })
      // Two models of four runs each, every cell predicted once a seed: 8 experiments × 3 classes × 4 cells.
      #expect(lines.count { $0.contains("96 (8)") && $0.contains(" ± ") } == 2, "\(whole.output)")
      #expect(lines.contains { $0.hasPrefix("Linear") && $0.contains("0.900") }, "\(whole.output)")
      for name in ["results.csv", "pairs.csv", "results.tex", "comparison.html", "comparison.json", "suite.json"] {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/whole/\(name)"), "\(name)")
      }

      // In two parts, on what might be two machines; the second part does two runs at a time.
      for (part, more) in [(1, []), (2, ["--jobs", "2"])] {
        let shard = Transcript(
          Self.small + ["--run-dir", "\(folder)/part\(part)", "--shard", "\(part)/2"] + more, registry: try .testing())
        try #require(shard.status == 0, "\(shard.messages)")
        #expect(shard.messages.contains("4 of 8 runs are done"))
      }
      let early = Transcript(["compare", "\(folder)/part1"])
      #expect(early.status == 65 && early.messages.contains("4 of its 8 runs are done"), "\(early.messages)")
      let csv = "\(folder)/parts.csv"
      let gathered = Transcript(["compare", "\(folder)/part1", "\(folder)/part2", "--csv", csv])
      try #require(gathered.status == 0, "\(gathered.messages)")
      let results = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole/results.csv"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: csv)) == results)

      // What is there already isn't trained again; what isn't whole is.
      let run = RunFolder("\(folder)/whole/head=MLP,seed=2,fold=1")
      try FileManager.default.removeItem(atPath: run.path(.metrics))
      try FileManager.default.removeItem(atPath: "\(folder)/whole/results.csv")
      let again = Transcript(Self.small + ["--run-dir", "\(folder)/whole"], registry: try .testing())
      #expect(again.status == 0 && again.messages.contains("7 of 8 runs are done already"), "\(again.messages)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole/results.csv")) == results)

    }
  }

  @Test("two processes share the runs of a suite in one folder, and give the bytes of one")
  func together() throws {
    try inFolder { folder in
      let words =
        Self.small.filter { !$0.hasPrefix("model.backbone=") && !$0.hasPrefix("folds=") } + [
          "model.backbone.width=4", "--run-dir",
        ]
      let whole = try Tool(words + ["\(folder)/whole"]).result()
      try #require(whole.status == 0, "\(whole.text)")
      let both = try (1...2).map { _ in try Tool(words + ["\(folder)/shared"]) }
      let results = try both.map { try $0.result() }
      #expect(results.map(\.status) == [0, 0], "\(results)")
      #expect(results.contains { $0.text.contains("by another process") }, "\(results)")
      let members = ["head=Linear,seed=1", "head=Linear,seed=2", "head=MLP,seed=1", "head=MLP,seed=2"]
      for name in members.map({ "\($0)/model.zoo" }) + ["suite.json", "results.csv", "pairs.csv"] {
        let expected = FileManager.default.contents(atPath: "\(folder)/whole/\(name)")
        #expect(
          expected != nil && FileManager.default.contents(atPath: "\(folder)/shared/\(name)") == expected, "\(name)")
      }
    }
  }

  @Test("a suite that is killed again and again, in two parts, ends with the bytes of one that never stopped")
  func killed() throws {
    try inFolder { folder in
      let words =
        Self.small.filter { !$0.hasPrefix("model.backbone=") && !$0.hasPrefix("folds=") } + [
          "model.backbone.width=4", "train.checkpointSteps=2", "--run-dir",
        ]
      let start = Date()
      let whole = try Tool(words + ["\(folder)/whole"]).result()
      try #require(whole.status == 0, "\(whole.text)")
      let seconds = Date().timeIntervalSince(start)
      for part in 1...2 {
        let shard = words + ["\(folder)/part\(part)", "--shard", "\(part)/2"]
        var kills = 0
        while kills < 4 {
          let tool = try Tool(shard)
          Thread.sleep(forTimeInterval: Double.random(in: 0...seconds / 2))
          tool.process.send(SIGKILL)
          kills += 1
          if try tool.result().status == 0 { break }
        }
        let ended = try Tool(shard).result()
        #expect(ended.status == 0, "part \(part) after \(kills) kills: \(ended.text)")
      }
      let files = ["--csv", "\(folder)/results.csv", "--latex", "\(folder)/results.tex"]
      let gathered = Transcript(
        ["compare", "\(folder)/part1", "\(folder)/part2", "--subgroups", "\(folder)/subgroups.csv"] + files)
      try #require(gathered.status == 0, "\(gathered.messages)")
      for name in ["results.csv", "results.tex", "subgroups.csv"] {
        let expected = FileManager.default.contents(atPath: "\(folder)/whole/\(name)")
        #expect(expected != nil && FileManager.default.contents(atPath: "\(folder)/\(name)") == expected, "\(name)")
      }
      for (part, name) in [(1, "head=Linear,seed=1"), (2, "head=Linear,seed=2"), (1, "head=MLP,seed=1")] {
        let expected = FileManager.default.contents(atPath: "\(folder)/whole/\(name)/model.zoo")
        let found = FileManager.default.contents(atPath: "\(folder)/part\(part)/\(name)/model.zoo")
        #expect(expected != nil && found == expected, "\(name)")
      }
    }
  }

  @Test("a suite stops before it begins if a member is wrong, and never takes another run for its own")
  func refusals() throws {
    try inFolder { folder in
      let wrong = Transcript(
        Self.small + ["sweep={\"data.channels\": [[BF], [XX]]}", "published=null", "--run-dir", "\(folder)/a"],
        registry: try .testing())
      #expect(wrong.status == 65 && wrong.messages.contains("no channel 'XX'"), "\(wrong.messages)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/a"))

      let seeds = Self.small.filter {
        !$0.hasPrefix("sweep=") && !$0.hasPrefix("folds=") && !$0.hasPrefix("published=")
      }
      let one = seeds.filter { $0 != "seeds=2" } + ["train.epochs=2", "--run-dir", "\(folder)/b/seed=1"]
      try #require(Transcript(one, registry: try .testing()).status == 0)
      let other = Transcript(seeds + ["--run-dir", "\(folder)/b"], registry: try .testing())
      #expect(other.status == 65 && other.messages.contains("holds a run of another spec"), "\(other.messages)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/b/suite.json"))

      for (words, message) in [
        (["--shard", "3/2"], "--shard is '3/2'"), (["seeds=0"], "seeds"), (["folds=1"], "folds"),
        (["folds=leave_one_group_out", "data.split.by=[]"], "no groups to leave out"),
      ] {
        let call = Transcript(Self.small + words + ["--run-dir", "\(folder)/c"], registry: try .testing())
        #expect(call.status != 0 && call.messages.contains(message), "\(words): \(call.messages)")
      }
    }
  }
}
