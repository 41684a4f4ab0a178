import Foundation
import Testing
import ZooPlugins

@testable import ZooData
@testable import ZooWorkbench

@Suite struct ReportsTests {
  /// Runs with names, classes and ids that try to break out of the markup.
  private func withRuns(_ body: ([RunFolder]) throws -> Void) throws {
    let root = NSTemporaryDirectory() + "reports-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folders = try ["a", "b & \"b\"", "<img src=x onerror=y>"].enumerated().map { index, name in
      let folder = RunFolder("\(root)/\(name)")
      try folder.create()
      try write(folder, seed: UInt64(index + 1))
      return folder
    }
    try body(folders)
  }

  private func write(
    _ folder: RunFolder, seed: UInt64, classes: [String] = ["<healthy>", "dying & dead"], items count: Int = 60
  ) throws {
    var spec = Spec()
    spec.seed = seed
    // The first two are one model, the third is another.
    if seed == 3 { spec.model.backbone = PartSpec("resnet34") }
    try folder.write(spec)
    try folder.write(
      RunEnvironment.current(command: ["zoo", "train", "it's <b>"], threads: 1, instructionSet: "portable"))
    let items = (0..<count).map { index in
      let isRight = (index * 7 + Int(seed)) % 5 != 0
      let label = index % classes.count
      var probabilities = [Float](repeating: (isRight ? 0.25 : 0.125) / Float(classes.count - 1), count: classes.count)
      probabilities[isRight ? label : (label + 1) % classes.count] = isRight ? 0.75 : 0.875
      return Predictions.Item(
        id: "</li><script>\(index)", subset: "test", group: "well \(index % 8)", label: label,
        probabilities: probabilities)
    }
    let predictions = try Predictions(classes: classes, items: items)
    try folder.write(predictions)
    var result = try EvaluationResult(predictions, resamples: 50)
    result.secondsPerItem = 0.002
    try folder.write(
      RunMetrics(
        data: DataFacts(
          source: "simulated", isSimulated: true, fingerprint: "abc", channels: ["BF"], classes: classes,
          splitRule: "by <well>",
          subsets: [
            "test": .init(
              items: count, groups: 8,
              itemsByClass: Dictionary(items.map { (classes[$0.label ?? 0], 1) }, uniquingKeysWith: +))
          ]),
        model: ModelFacts(parts: ["backbone": "resnet18"], parameters: 1234, flops: 5_000_000, byteCount: 6000),
        training: TrainingFacts(seconds: 70, epochs: 3, steps: 30, bestEpoch: 2, watchedMetric: "loss"),
        subsets: ["test": result]))
    let log = try RunLog(RunWriter(folder, .adding))
    for epoch in 1...3 {
      try log.append(
        LogRecord(
          epoch: epoch, step: epoch * 10, trainLoss: epoch == 2 ? .nan : 1 / Double(epoch),
          validation: ["loss": 0.5, "balanced_accuracy": 0.8], learningRate: 1e-3, isBest: epoch == 2))
    }
  }

  @Test func comparisonPageIsWellFormedAndHoldsEverything() throws {
    try withRuns { folders in
      let comparison = try Comparison(folders, resamples: 50)
      let page = comparison.html
      PageChecker.check(page)
      #expect(page.contains("SIMULATED DATA"))
      #expect(page.contains("&lt;img src=x onerror=y&gt;"))
      for part in [
        "Results on the test items", "Differences", "Learning curves", "Reliability", "by &lt;well&gt;", "abc",
      ] {
        #expect(page.contains(part), "the page lacks \(part)")
      }
      let charts = page.components(separatedBy: "<svg").dropFirst()
      #expect(charts.count == 8)
      #expect(charts.allSatisfy { $0.contains("<title>") && $0.contains("<desc>") })
      #expect(comparison.models.map(\.runs.count) == [2, 1])
      #expect(comparison.models.first?.spread["accuracy"] != nil)
      #expect(comparison.pairs.count == 1)
      #expect(comparison.text.hasPrefix("SIMULATED DATA"))
      let margin = try Comparison(folders, margin: 1, resamples: 50)
      #expect(margin.text.contains("no difference larger than 1.000"), "\(margin.text)")
      #expect(margin.csv.split(separator: "\n").count == 3 && margin.pairsCSV.split(separator: "\n").count == 2)
      #expect(margin.latex.hasPrefix("% SIMULATED DATA") && margin.latex.contains("b \\& "), "\(margin.latex)")
    }
  }

  /// A table of all pairs of 1,000 classes would have 267 MB.
  @Test func pagesOfManyClassesStaySuchAsBrowsersOpen() throws {
    let root = NSTemporaryDirectory() + "reports-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let classes = (0..<1000).map { "a rather long name of a class, number \($0)" }
    let folders = try [UInt64(1), 3].map { seed in
      let folder = RunFolder("\(root)/\(seed)")
      try folder.create()
      try write(folder, seed: seed, classes: classes, items: 2000)
      return folder
    }
    let pages = [try Comparison(folders, resamples: 10).html, try RunReport(folders[0]).html]
    for page in pages {
      PageChecker.check(page)
      #expect(page.utf8.count < 1_000_000, "\(page.utf8.count)")
      #expect(page.contains("1000 classes") && page.contains("with the lowest F1"))
      #expect(page.contains("the pairs of 1000 classes that are confused most"))
    }
  }

  @Test func comparisonAsJSONHasTheDocumentedKeys() throws {
    try withRuns { folders in
      let data = try RunJSON.encode(Comparison(folders, resamples: 50))
      let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(Set(object.keys) == ["subset", "runs", "models", "pairs", "rankings", "factors", "settings", "cautions"])
      let model = try #require((object["models"] as? [[String: Any]])?.first)
      let result = try #require(model["result"] as? [String: Any])
      #expect((result["metrics"] as? [String: Any])?["balanced_accuracy"] != nil)
      #expect((result["intervals"] as? [String: Any])?["macro_f1"] != nil)
      let pair = try #require((object["pairs"] as? [[String: Any]])?.first)
      let difference = (pair["differences"] as? [String: Any])?["balanced_accuracy"] as? [String: Any]
      #expect(difference?["adjusted_p_value"] != nil)
    }
  }

  @Test func reportShowsTheMostConfidentMistakesFirst() throws {
    try withRuns { folders in
      var report = try RunReport(folders[2])
      report.illustrations.wrong[0].pictures = [.init(name: "<BF>", png: [0x89, 0x50, 0x4E, 0x47])]
      PageChecker.check(report.html)
      #expect(report.html.contains("<img src=\"data:image/png;base64,iVBORw==\" alt=\"&lt;BF&gt;\"/>"))
      #expect(report.html.contains("SIMULATED DATA"))
      // Side by side only where both fit: half of the page cuts off the last column.
      #expect(report.html.contains("<div class=\"tables\">") && report.html.contains(".tables{display:flex;flex-wrap"))
      let wrong = report.illustrations.wrong
      #expect(wrong.count == 12)
      #expect(wrong.allSatisfy { $0.trueClass != $0.predictedClass })
      let confidences = wrong.map { $0.item.probabilities[$0.item.predicted] }
      #expect(confidences == confidences.sorted(by: >))
      #expect(report.illustrations.right.map(\.predictedClass).prefix(2) == ["<healthy>", "dying & dead"])
    }
  }

  /// The warnings come below the result, each kind with its number, and what is said twice is one line.
  @Test func cautionsAreGroupedAndCounted() {
    let list = CautionList([
      ("The data", ["<a> is dark", "b", "<a> is dark", "c", "d", "e", "f"]), ("Training", []),
    ]).html.text
    PageChecker.check(list)
    #expect(list.contains("<strong>The data</strong> (6)") && !list.contains("Training"))
    #expect(list.contains("<li>&lt;a&gt; is dark (2 times)</li>"))
    #expect(list.contains("<summary>2 more</summary>"))
  }

  @Test func runsOnOtherDataAreComparedWithACaution() throws {
    try withRuns { folders in
      var metrics = try folders[2].metrics()
      metrics.data.fingerprint = "other"
      try folders[2].write(metrics)
      let comparison = try Comparison([folders[0], folders[2]], resamples: 50)
      #expect(comparison.cautions.contains { $0.contains("different data") })
      #expect(comparison.text.contains("different data"))
      PageChecker.check(comparison.html)
    }
  }

  /// Sixty runs of a cross-validation would say the same of the data for each model and seed.
  @Test func whatRunsShareOfTheirDataStandsOnce() throws {
    let root = NSTemporaryDirectory() + "reports-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folders = try (0..<10).map { index in
      let folder = RunFolder("\(root)/run-\(index)")
      try folder.create()
      try write(folder, seed: UInt64(index))
      var metrics = try folder.metrics()
      metrics.data.splitRule = "fold \(index % 5)"
      try folder.write(metrics)
      return folder
    }
    let page = try Comparison(folders, resamples: 10).html
    PageChecker.check(page)
    let data = page.components(separatedBy: "<h2>Data</h2>")[1]
    #expect(data.components(separatedBy: "<details>").count == 6)
    #expect(data.contains("<summary>run-0; run-5: test 60 (8)</summary>"), "\(data.prefix(500))")
    let few = try Comparison(Array(folders.prefix(2)), resamples: 10).html.components(separatedBy: "<h2>Data</h2>")[1]
    #expect(few.contains("<h3>run-0</h3>") && !few.contains("<details>"))
  }

  /// Other channels of the same images have another fingerprint; the images tell that they are the same.
  @Test func runsOfOtherChannelsOfTheSameImagesAreCompared() throws {
    try withRuns { folders in
      let pair = Array(folders.prefix(2))
      let items = try pair[0].predictions().items
      func split(_ content: (Int) -> String) -> [SplitRow] {
        items.enumerated().map {
          SplitRow(id: $1.id, group: $1.group, label: "", subset: "test", content: content($0))
        }
      }
      var metrics = try pair[1].metrics()
      metrics.data.fingerprint = "other channels"
      try pair[1].write(metrics)
      var spec = try pair[1].spec()
      spec.data.channels = ["BF"]
      try pair[1].write(spec)
      try pair[0].write(split { "content \($0)" })

      try pair[1].write(split { "content \($0)" })
      let same = try Comparison(pair, resamples: 50)
      #expect(!same.cautions.contains { $0.contains("different data") }, "\(same.cautions)")
      #expect(same.pairs.first?.items == 60)
      #expect(same.settings.map(\.path) == ["seed", "data.channels"])
      #expect(same.text.contains("  data.channels: [] | [\"BF\"]\n"), "\(same.text)")

      try pair[1].write(split { $0 < 10 ? "changed" : "content \($0)" })
      let changed = try Comparison(pair, resamples: 50)
      #expect(changed.pairs.first?.items == 50)
      #expect(changed.pairs.first?.cautions.contains { $0.contains("10 items of the same name") } == true)

      try pair[1].write(split { "stored otherwise \($0)" })
      let stored = try Comparison(pair, resamples: 50)
      #expect(stored.pairs.first?.items == 60)
      #expect(stored.pairs.first?.cautions.contains { $0.contains("by their names") } == true)
    }
  }

  @Test func runsOfOtherItemsSayHowManyEachHas() throws {
    try withRuns { folders in
      let all = try folders[2].predictions()
      try folders[2].write(Predictions(classes: all.classes, items: Array(all.items.prefix(40))))
      let comparison = try Comparison([folders[0], folders[2]], resamples: 50)
      for count in ["60 (8)", "40 (8)"] {
        #expect(comparison.text.contains(" \(count) "), "\(comparison.text)")
        #expect(comparison.html.contains(">\(count)<"))
      }
    }
  }

  @Test func labelsOfAnAxisSayWhatItsTicksAre() {
    for data in [[0.5, 0.62], [0.8253, 0.8265], [0, 1], [3, 40]] {
      let axis = Axis(data, from: 0, to: 100)
      for tick in axis.ticks { #expect(abs((Double(axis.label(tick)) ?? .nan) - tick) < 1e-9, "\(axis.label(tick))") }
    }
  }

  @Test func aFolderThatIsNoRunIsNamed() throws {
    let error = #expect(throws: ZooError.self) { try Comparison([RunFolder("/nowhere/run")]) }
    #expect(error?.location.file?.hasPrefix("/nowhere/run") == true)
    #expect(error?.kind == .badInput)
  }

  @Test func oneRunIsAComparisonToo() throws {
    try withRuns { folders in
      let comparison = try Comparison([folders[0]], resamples: 50)
      PageChecker.check(comparison.html)
      #expect(comparison.pairs.isEmpty)
    }
  }
}
