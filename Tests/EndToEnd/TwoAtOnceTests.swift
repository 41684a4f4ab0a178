import Foundation
import Testing
import ZooWorkbench

/// Processes that meet in one folder, are stopped by any signal, or lose what they stand on.
@Suite("Two at once, and half-done work", .serialized)
struct TwoAtOnceTests {
  private static let words = [
    "train", "quickstart", "data.height=16", "data.width=16", "data.simulation.cellsPerClass=4",
    "data.simulation.experiments=6", "model.backbone.width=4", "train.batch=8", "--threads", "1",
  ]
  private static let files = FileManager.default

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "zoo-two-\(UUID().uuidString)"
    try Self.files.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? Self.files.removeItem(atPath: folder) }
    try body(folder)
  }

  /// Waits until something is so; a minute at most.
  private func wait(_ isSo: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(60)
    while !isSo() {
      if Date() > end { return false }
      usleep(10_000)
    }
    return true
  }

  private func long(_ run: String, _ more: [String] = [], setUp: String = "true") throws -> Tool {
    let tool = try Tool(Self.words + ["train.epochs=100000"] + more + ["--run-dir", run], setUp: setUp)
    #expect(wait { RunFolder(run).has(.best) })
    return tool
  }

  @Test("a second training in the folder of a running one is refused and told by whom, and so is a resume")
  func lock() throws {
    try withFolder { folder in
      let run = "\(folder)/run"
      let first = try long(run)
      let spec = try Data(contentsOf: URL(fileURLWithPath: RunFolder(run).path(.spec)))
      let second = try Tool(Self.words + ["seed=2", "--run-dir", run]).result()
      #expect(second.status == 64, "\(second.text)")
      let resumed = try Tool(["train", "--resume", run]).result()
      #expect(resumed.status == 64, "\(resumed.text)")
      #expect(resumed.text.contains("is being written by process \(first.process.identifier) on "), "\(resumed.text)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: RunFolder(run).path(.spec))) == spec)
      // Reading is free, at any moment.
      for _ in 0..<20 { #expect(throws: Never.self) { try RunFolder(run).log() } }
      first.process.send(SIGKILL)
      _ = try first.result()
      // The lock is gone with its process.
      let again = try Tool(["train", "--resume", run])
      usleep(500_000)
      again.process.send(SIGKILL)
      #expect(try !again.result().text.contains("is being written"))
    }
  }

  @Test("of two that start in the same moment in a new folder one trains")
  func race() throws {
    try withFolder { folder in
      let run = "\(folder)/run"
      let both = try (1...2).map { try Tool(Self.words + ["train.epochs=2", "seed=\($0)", "--run-dir", run]) }
      let results = try both.map { try $0.result() }
      #expect(results.map(\.status).sorted() == [0, 64], "\(results)")
      let winner = results[0].status == 0 ? 1 : 2
      #expect(try RunFolder(run).spec().seed == UInt64(winner))
      #expect(try Model.read(from: RunFolder(run).path(.model)).card.spec == RunFolder(run).spec().canonicalText)
    }
  }

  @Test("closed standard streams don't get into the run's files", arguments: ["2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"])
  func closed(_ closing: String) throws {
    try withFolder { folder in
      let run = "\(folder)/run"
      let tool = try Tool(Self.words + ["train.epochs=2", "--run-dir", run], setUp: "exec \(closing)")
      #expect(try tool.result().status == 0)
      #expect(try RunFolder(run).log().count == 2)
      #expect(RunFolder(run).has(.report))
    }
  }

  @Test("every signal that ends a session saves the run", arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func signals(_ signal: Int32) throws {
    try withFolder { folder in
      let run = "\(folder)/run"
      let tool = try long(run)
      tool.process.send(signal)
      let result = try tool.result()
      #expect(result.status == 130, "\(result.text)")
      #expect(result.text.contains("everything so far is saved"), "\(result.text)")
      #expect(!Self.files.fileExists(atPath: "\(run)/run.lock"))
    }
  }

  @Test("a signal before the first step is answered at once")
  func early() throws {
    try withFolder { folder in
      // Simulating that many cells takes minutes.
      let words = ["train", "quickstart", "data.simulation.cellsPerClass=1000", "data.height=128", "data.width=128"]
      let tool = try Tool(words + ["--run-dir", "\(folder)/run"])
      usleep(1_500_000)
      let start = Date()
      tool.process.send(SIGINT)
      let result = try tool.result()
      #expect(Date().timeIntervalSince(start) < 0.5)
      #expect(result.status == 130 && result.text.contains("stopped before the first step"), "\(result)")
      #expect(!Self.files.fileExists(atPath: "\(folder)/run"))
    }
  }

  @Test(
    "files that vanish while the run goes on are noticed when they do",
    arguments: ["best.zoo", "split.csv", "log.jsonl", ""])
  func vanished(_ name: String) throws {
    try withFolder { folder in
      let run = "\(folder)/run"
      let tool = try long(run)
      // The whole folder under another name, or one file away; a checkpoint that is written anew is there again.
      if name.isEmpty { try Self.files.moveItem(atPath: run, toPath: run + "-moved") }
      let hasEnded = wait {
        if !name.isEmpty { unlink("\(run)/\(name)") }
        return tool.process.poll() != nil
      }
      #expect(hasEnded)
      tool.process.send(SIGKILL)
      let result = try tool.result()
      #expect(result.status == 1, "\(result.text)")
      #expect(result.text.contains("while the run went on"), "\(result.text)")
    }
  }

  @Test("going on with other kernels is refused unless it is accepted, and noted")
  func instructionSet() throws {
    try withFolder { folder in
      let run = "\(folder)/run"
      let now = InstructionSet.currentName
      let other = try #require(
        InstructionSet.supportedNames.first { $0 != now }, "this machine has no other kernels")
      let tool = try long(run, setUp: "export ZOO_ISA=\(other)")
      tool.process.send(SIGTERM)
      _ = try tool.result()
      let refused = try Tool(["train", "--resume", run]).result()
      #expect(refused.status == 64 && refused.text.contains("--accept-instruction-set"), "\(refused)")
      let accepted = try Tool(["train", "--resume", run, "--accept-instruction-set"])
      #expect(wait { (try? RunFolder(run).environment().instructionSet) == now })
      accepted.process.send(SIGTERM)
      _ = try accepted.result()
      #expect(try RunFolder(run).environment().accepted?.first?.contains("from \(other) to \(now)") == true)
    }
  }

  @Test("going on with data that have changed is refused unless it is accepted, and noted; the epoch begins again")
  func dataChange() throws {
    try withFolder { folder in
      let (run, cells) = ("\(folder)/run", "\(folder)/cells")
      let made = try Tool(["simulate", cells, "--experiments", "6", "--cells", "4", "--size", "24", "--format", "tiff"]
      ).result()
      try #require(made.status == 0, "\(made.text)")
      let words = [
        "train", "quickstart", "data.root=\(cells)", "data.height=16", "data.width=16", "model.backbone.width=4",
        "train.batch=8", "train.epochs=100000", "--threads", "1", "--run-dir", run,
      ]
      let tool = try Tool(words)
      #expect(wait { RunFolder(run).has(.best) || tool.process.poll() != nil })
      tool.process.send(SIGTERM)
      let stopped = try tool.result()
      try #require(stopped.status == 130, "\(stopped.text)")
      // An image of other cells takes the place of one.
      let others = try Tool(
        ["simulate", "\(folder)/others", "--experiments", "6", "--cells", "4", "--size", "24", "--format", "tiff"]
          + ["--seed", "2"]
      ).result()
      try #require(others.status == 0, "\(others.text)")
      let image = "experiment-01/healthy/0000.tif"
      try Data(contentsOf: URL(fileURLWithPath: "\(folder)/others/\(image)"))
        .write(to: URL(fileURLWithPath: "\(cells)/\(image)"))
      let refused = try Tool(["train", "--resume", run]).result()
      #expect(refused.status == 65 && refused.text.contains("--accept-data-change"), "\(refused)")
      let last = RunFolder(run).path(.last)
      func saved() -> Date? { try? FileManager.default.attributesOfItem(atPath: last)[.modificationDate] as? Date }
      let before = saved()
      let accepted = try Tool(["train", "--resume", run, "--accept-data-change"])
      #expect(wait { saved() != before || accepted.process.poll() != nil })
      accepted.process.send(SIGTERM)
      let going = try accepted.result()
      #expect(going.status == 130 && going.text.contains("the data have changed since"), "\(going)")
      #expect(try RunFolder(run).environment().accepted?.first?.contains("the data changed after epoch") == true)
      // What was accepted once is the run's own from then on.
      let again = try Tool(["train", "--resume", run])
      usleep(1_500_000)
      again.process.send(SIGKILL)
      #expect(try !again.result().text.contains("error:"))
    }
  }

  @Test("what a link in place of a leftover leads to stays as it is")
  func abandonedLink() throws {
    try withFolder { folder in
      let victim = "\(folder)/victim"
      try Self.files.createDirectory(atPath: victim, withIntermediateDirectories: false)
      try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(victim)/.lock"))
      try Self.files.createSymbolicLink(atPath: "\(folder)/.cells.0a1b.zoo-tmp", withDestinationPath: victim)
      let words = ["simulate", "\(folder)/cells", "--experiments", "1", "--cells", "1", "--size", "16"]
      let made = try Tool(words).result()
      #expect(made.status == 0, "\(made.text)")
      #expect(try Self.files.contentsOfDirectory(atPath: victim) == [".lock"])
      #expect(Self.files.contents(atPath: "\(victim)/.lock") == Data("mine".utf8))
    }
  }

  @Test("a lock that is another name of a file isn't written into")
  func lockOfTwoNames() throws {
    try withFolder { folder in
      let victim = "\(folder)/keys"
      try Data("ssh-ed25519 AAAA\n".utf8).write(to: URL(fileURLWithPath: victim))
      try Self.files.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: false)
      try Self.files.linkItem(atPath: victim, toPath: "\(folder)/run/run.lock")
      let refused = try Tool(Self.words + ["train.epochs=1", "--run-dir", "\(folder)/run"]).result()
      #expect(refused.status == 1 && refused.text.contains("is no file of its own"), "\(refused)")
      #expect(Self.files.contents(atPath: victim) == Data("ssh-ed25519 AAAA\n".utf8))
    }
  }

  @Test("a place where no run can be made is refused before any work")
  func noPlace() throws {
    try withFolder { folder in
      try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
      try Self.files.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/nowhere")
      // Simulating that many cells takes minutes.
      let words = ["train", "quickstart", "data.simulation.cellsPerClass=1000", "data.height=128", "data.width=128"]
      for place in ["file", "file/run", "link", "link/run", String(repeating: "x", count: 300)] {
        let start = Date()
        let refused = try Tool(words + ["--run-dir", "\(folder)/\(place)"]).result(within: 60)
        #expect(refused.status == 1 && refused.text.contains("can't be made"), "\(refused)")
        #expect(Date().timeIntervalSince(start) < 20)
      }
    }
  }

  @Test("a simulation that is killed leaves nothing that looks whole, and the next one makes it so")
  func simulation() throws {
    try withFolder { folder in
      for (index, isThere) in [false, true, false, true].enumerated() {
        let target = "\(folder)/\(index)"
        if isThere { try Self.files.createDirectory(atPath: target, withIntermediateDirectories: false) }
        let words = ["simulate", target, "--experiments", "4", "--cells", "6", "--size", "32"]
        let tool = try Tool(words)
        usleep(UInt32.random(in: 100_000...600_000))
        tool.process.send(SIGKILL)
        let isWhole = try tool.result().status == 0
        #expect(isWhole || !Self.files.fileExists(atPath: "\(target)/manifest.csv"))
        if isWhole { continue }
        let again = try Tool(words).result()
        #expect(again.status == 0, "\(again.text)")
        let names = try Self.files.contentsOfDirectory(atPath: target)
        #expect(names.count == 6 && !names.contains { $0.hasSuffix(".zoo-tmp") }, "\(names)")
      }
      #expect(try Self.files.contentsOfDirectory(atPath: folder).count == 4)
    }
  }
}
