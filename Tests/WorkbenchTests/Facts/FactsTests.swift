import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// What a run's facts say, in checklists and in cards.
@Suite struct FactsTests {
  private static let classes = ["healthy", "<dead> | x"]

  private func metrics() throws -> RunMetrics {
    let items = (0..<40).map { index in
      Predictions.Item(
        id: "\(index)", subset: "test", group: "well \(index % 8)", label: index % 2,
        probabilities: index % 5 == 0 ? [0.9, 0.1] : index % 2 == 0 ? [0.8, 0.2] : [0.3, 0.7])
    }
    let predictions = try Predictions(classes: Self.classes, items: items)
    var data = DataFacts(
      source: "csv crops", fingerprint: "abc", channels: ["BF", "PI"], classes: Self.classes, splitRule: "by well",
      remarks: ["3 rows left out: no label"],
      subsets: [
        "train": .init(items: 100, groups: 20, itemsByClass: ["healthy": 90, "<dead> | x": 10]),
        "test": .init(items: 40, groups: 8, itemsByClass: ["healthy": 20, "<dead> | x": 20]),
      ])
    data.cautions = ["channel PI is nearly black"]
    return RunMetrics(
      data: data, model: ModelFacts(parts: ["backbone": "resnet18", "head": "linear"], parameters: 1234, flops: 5678),
      training: TrainingFacts(seconds: 70, epochs: 3, steps: 30, bestEpoch: 2, watchedMetric: "loss"),
      subsets: ["test": try EvaluationResult(predictions, resamples: 50)])
  }

  private var spec: Spec {
    var spec = Spec()
    spec.name = "facts"
    spec.seed = 7
    spec.data.split.by = ["well"]
    spec.train.sampling = .balanced
    spec.train.augment.rotate90 = true
    return spec
  }

  private var environment: RunEnvironment {
    RunEnvironment.current(command: ["zoo", "train", "it's"], threads: 3, instructionSet: "portable")
  }

  @Test func checklistsHaveAllItemsOfTheGuidelines() {
    let counts = Dictionary(uniqueKeysWithValues: Checklist.all.map { ($0.name, $0.items.count) })
    #expect(counts == ["REFORMS": 32, "DOME": 21, "CLAIM": 42, "TRIPOD+AI": 52])
    for list in Checklist.all { #expect(Set(list.items.map(\.number)).count == list.items.count, "\(list.name)") }
  }

  @Test func whatIsKnownIsFilledInAndTheRestIsMarked() throws {
    let facts = RunFacts(spec, try metrics(), environment: environment)
    let text = Checklist.markdown("facts", facts)
    for part in [
      "| 3e | number of samples | train: 100 items of 20 groups (healthy 90, \\<dead\\> \\| x 10); test: 40 items",
      "| 4a | what was excluded, and why | 3 rows left out: no label |",
      "no value of well is on both sides", "training 7, split 1", "quarter turns", "every class is drawn equally often",
      "zoo train 'it'\\''s'".replacing("\\", with: "\\\\"),
      "| 1a | population about which the claim is made | \(ModelCard.blank) |",
      "channel PI is nearly black",
    ] {
      #expect(text.contains(part), "the checklist lacks \(part)")
    }
    // Every row is a row: nothing of the data ends it.
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") && !$0.hasPrefix("|---") }
    #expect(rows.allSatisfy { $0.replacing("\\|", with: "").count { $0 == "|" } == 4 })
    #expect(rows.count == 32 + 21 + 42 + 52 + 4)
  }

  @Test func checklistsAndCardsAreValuesToo() throws {
    let facts = RunFacts(spec, try metrics(), environment: environment)
    guard case .array(let lists) = Checklist.json(facts), case .array(let items)? = lists[0]["items"] else {
      Issue.record("no lists")
      return
    }
    #expect(lists.map { $0["name"]?.text } == ["REFORMS", "DOME", "CLAIM", "TRIPOD+AI"] && items.count == 32)
    #expect(items.contains { $0["number"]?.text == "4a" && $0["answer"]?.text == "3 rows left out: no label" })
    #expect(items.contains { $0["number"]?.text == "1a" && $0["answer"] == .null })
    let card = ModelCard("facts", facts).json
    #expect(card["name"]?.text == "facts")
    guard case .array(let sections)? = card["sections"] else {
      Issue.record("no sections")
      return
    }
    #expect(sections[0]["facts"]?["classes"]?.text == "healthy, <dead> | x", "\(sections[0])")
    #expect(sections[0]["open"] == .array([.string("authors, licence and contact")]))
  }

  @Test func theCommitOfTheWorkingFolderIsKnown() throws {
    let commit = String(repeating: "0123456789", count: 4)
    try DataFiles.with { files in
      try files.text("a/b/file", "")
      #expect(GitCommit.of(folder: files.folder + "/a/b") != commit)
      try files.text("a/.git/HEAD", "ref: refs/heads/main\n")
      #expect(GitCommit.of(folder: files.folder + "/a/b") == nil, "nothing is committed yet")
      try files.text("a/.git/packed-refs", "# pack-refs with: peeled\n\(commit) refs/heads/main\n")
      #expect(GitCommit.of(folder: files.folder + "/a/b") == commit)
      try files.text("a/.git/refs/heads/main", commit.replacing("0", with: "f") + "\n")
      #expect(GitCommit.of(folder: files.folder + "/a/b") == commit.replacing("0", with: "f"))
      try files.text("a/.git/HEAD", commit + "\n")
      #expect(GitCommit.of(folder: files.folder + "/a") == commit)
      // A worktree's own folder lies elsewhere; a name can't lead out of it.
      try files.text("w/.git", "gitdir: ../a/.git/worktrees/w\n")
      try files.text("a/.git/worktrees/w/HEAD", "ref: refs/heads/main\n")
      try files.text("a/.git/worktrees/w/commondir", "../..\n")
      #expect(GitCommit.of(folder: files.folder + "/w") == commit.replacing("0", with: "f"))
      try files.text("a/.git/HEAD", "ref: refs/../../../secret\n")
      #expect(GitCommit.of(folder: files.folder + "/a") == nil)
    }
    var known = environment
    known.commit = commit
    #expect(RunFacts(spec, try metrics(), environment: known)[.version]?.contains(commit) == true)
  }

  @Test func theCardOfAFileSaysNothingOfTheMachine() throws {
    let file = ModelCard("facts", RunFacts(spec, try metrics())).markdown
    let run = ModelCard("facts", RunFacts(spec, try metrics(), environment: environment)).markdown
    #expect(run.contains("- machine: ") && run.contains("- command: "))
    #expect(!file.contains("- machine: ") && !file.contains("- command: ") && !file.contains("- cost: "))
    #expect(file.contains("- made with: swift-model-zoo \(ToolVersion.current)\n"))
    #expect(file.contains("balanced accuracy 0.900") && file.contains(ModelCard.blank))
  }

  @Test func theSuiteSaysWhatElseWasTried() throws {
    try ImageFixtures.withFolder { path in
      let runs = try SpecReader(registry: nil).read(
        text: "{seeds: [1, 2], sweep: {\"model.backbone\": [\"resnet18\", \"resnet34\"]}}", file: "suite.json5")
      let suite = try Suite(runs)
      try SuiteFolder(path).write(suite)
      let member = try #require(suite.members.last)
      let found = try #require(try SuiteFolder(path).run(member).suite())
      #expect(found.member == member.folder && found.0 == suite)
      let facts = RunFacts(spec, try metrics(), suite: found)
      #expect(facts[.configurations]?.contains("4 runs of 2 models") == true, "\(facts[.configurations] ?? "")")
      #expect(try RunFolder(path + "/other").suite() == nil)
    }
  }
}
