import Foundation
import Testing
import ZooWorkbench

@Suite struct RunFolderTests {
  private func withFolder(_ body: (RunFolder) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "run-\(UUID().uuidString)/inner"
    let folder = RunFolder(path)
    try folder.create()
    defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
    try body(folder)
  }

  private func record(_ step: Int) -> LogRecord {
    LogRecord(
      epoch: step, step: step, trainLoss: 1 / Double(step), validation: ["balanced_accuracy": 0.5],
      learningRate: 1e-3, isBest: step == 2)
  }

  @Test func whatWasWrittenIsReadAgain() throws {
    try withFolder { folder in
      var spec = Spec()
      spec.name = "cells"
      spec.data.source = .simulated
      spec.data.relabel = ["Big_Cell": "other"]
      try folder.write(spec)
      #expect(try folder.spec() == spec)
      #expect(folder.isRun)

      let environment = RunEnvironment.current(
        command: ["zoo", "train", "a spec"], threads: 2, instructionSet: "portable")
      try folder.write(environment)
      #expect(try folder.environment() == environment)

      let split = [SplitRow(id: "a,b", group: "w \"1\"", label: "x", subset: "test")]
      try folder.write(split)
      #expect(try folder.split() == split)

      let predictions = try Predictions(
        classes: ["Big_Cell", "ünïcode, with \"marks\"\n"],
        items: [
          .init(id: "a,b", subset: "test", group: "", label: 1, probabilities: [0.1, 0.9]),
          .init(id: "new", subset: "", group: "w", label: nil, probabilities: [1 / 3, 2 / 3]),
        ])
      try folder.write(predictions)
      #expect(try folder.predictions() == predictions)

      let metrics = RunMetrics(
        data: DataFacts(
          isSimulated: true, classes: ["Big_Cell"],
          subsets: ["test": .init(items: 3, groups: 2, itemsByClass: ["Big_Cell": 3])]),
        model: ModelFacts(parts: ["backbone": "resnet18"], parameters: 5),
        training: TrainingFacts(seconds: 2, watchedMetric: "loss", watchedValue: .infinity),
        subsets: ["test": try EvaluationResult(predictions, resamples: 10)])
      try folder.write(metrics)
      #expect(try folder.metrics() == metrics)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasSuffix(".tmp") })
    }
  }

  @Test func logGoesOnAfterALineThatWasCutShort() throws {
    try withFolder { folder in
      for step in 1...3 { try RunLog(RunWriter(folder, .adding)).append(record(step)) }
      let handle = try #require(FileHandle(forWritingAtPath: folder.path(.log)))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("{\"epoch\":4,\"st".utf8))
      try handle.close()
      #expect(try folder.log() == (1...3).map(record))
      try RunLog(RunWriter(folder, .adding)).append(record(4))
      #expect(try folder.log() == (1...4).map(record))
    }
  }

  @Test func resumingDropsWhatWillBeMadeAgain() throws {
    try withFolder { folder in
      do {
        let log = try RunLog(RunWriter(folder, .adding))
        for step in 1...5 { try log.append(record(step)) }
      }
      try RunLog(RunWriter(folder, .adding), resumingAfterEpoch: 2).append(record(3))
      #expect(try folder.log().map(\.step) == [1, 2, 3])
    }
  }

  @Test func aBrokenLineInTheMiddleIsNamed() throws {
    try withFolder { folder in
      try Data("{\"epoch\":1}\n".utf8).write(to: URL(fileURLWithPath: folder.path(.log)))
      let error = #expect(throws: ZooError.self) { try folder.log() }
      #expect(error?.location.line == 1)
      #expect(error?.location.file == folder.path(.log))
    }
  }

  @Test func predictionsThatTheMemoryDoesNotHoldAreRefused() throws {
    let header = "id,subset,group,label,predicted," + (0..<2000).map { "p_\($0)" }.joined(separator: ",") + "\n"
    let row = ",,,0,0,1" + String(repeating: ",0", count: 1999) + "\n"
    let text = header + (0..<200).map { "\($0)\(row)" }.joined()
    let account = MemoryAccount(1 << 20, origin: "the test")
    let error = #expect(throws: ZooError.self) {
      try MemoryAccount.$current.withValue(account) { try Predictions(csv: text, file: "predictions.csv") }
    }
    #expect(error?.problem.hasPrefix("a table of predictions takes") == true, "\(String(describing: error))")
    #expect(try Predictions(csv: text, file: "predictions.csv").items.count == 200)
  }

  @Test func badPredictionsAreRefusedWithTheirReason() throws {
    for (text, reason) in [
      ("", "is empty"), ("id,label\n", "expected id, subset"),
      ("id,subset,group,label,predicted,p_a,p_b\n1,,,c,a,1,0\n", "label is 'c'"),
      ("id,subset,group,label,predicted,p_a,p_b\n1,,,a,a,x,0\n", "'x' is not a probability"),
      ("id,subset,group,label,predicted,p_a,p_b\n1,,,a,a,nan,0\n", "probability nan"),
      ("id,subset,group,label,predicted,p_a,p_b\n1,,,a,a,1\n", "6 fields"),
      ("id,subset,group,label,predicted,p_a,p_b\n1,,,a,a,1,0\n1,,,a,a,1,0\n", "two items have the id"),
      ("id,subset,group,label,predicted,p_a,p_b\n\"1,,,a,a,1,0\n", "never closed"),
    ] {
      let error = #expect(throws: ZooError.self) { try Predictions(csv: text, file: "predictions.csv") }
      #expect(error?.description.contains(reason) == true, "\(error as Any) lacks '\(reason)'")
    }
  }

}
