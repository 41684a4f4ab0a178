import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

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

  @Test(
    "a key that stands twice is refused: which of both would count, nobody says",
    arguments: [
      (#"{"parts": {}, "parts": {"model.zoo": []}}"#, "parts"), (#"{"parts": {"a": [], "\u0061": []}}"#, "a"),
      (#"{"parts": {"a\"": [null], "b": [{"x": 1}], "a\"": []}}"#, #"a""#),
      (#"{"x": [{"k": "}", "k": 1}], "parts": {}}"#, "k"),
    ])
  func repeatedKeys(text: String, key: String) throws {
    try withFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/digests.json"))
      let error = #expect(throws: ZooError.self) { try folder.digests() }
      #expect(error?.problem == "an object has the key '\(key)' twice", "\(String(describing: error))")
    }
    let right = #"{"a": {"b": "a"}, "b": [{"a": 1}, {"a": "b"}], "c": ["a", "a"], "": "\"a\""}"#
    #expect(JSONCheck.repeated(in: right.utf8) == nil)
  }

  @Test("numbers with which nothing can be reckoned are refused wherever they stand in a run's files")
  func largeNumbers() throws {
    try withFolder { folder in
      let predictions = try Predictions(
        classes: ["a", "b"], items: [.init(id: "1", subset: "test", group: "g", label: 1, probabilities: [0.25, 0.75])])
      var metrics = RunMetrics(data: DataFacts(classes: ["a", "b"]), model: ModelFacts(), training: TrainingFacts())
      metrics.subsets["test"] = try EvaluationResult(predictions, resamples: 10)
      let text = String(decoding: try RunJSON.encode(metrics), as: UTF8.self)
      // Whole numbers, of which the last digit is exchanged for what is too much.
      let places = text.matches(of: /[ \[](\d+)[,\n\]]/).map(\.output.1)
      #expect(places.count > 10)
      for place in places {
        for number in ["9223372036854775807", "-9223372036854775808", "18446744073709551616", "4611686018427387904"] {
          let changed = text[..<place.startIndex] + number + text[place.endIndex...]
          try Data(changed.utf8).write(to: URL(fileURLWithPath: folder.path(.metrics)))
          #expect(throws: ZooError.self, "\(number)") { try folder.metrics() }
        }
      }
      // Small enough one by one, and too much together.
      let half = text.replacing(/"counts" : \[[^a-z]*\]/) { _ in #""counts" : [[549755813888, 549755813888], [1, 0]]"# }
      #expect(half != text)
      try Data(half.utf8).write(to: URL(fileURLWithPath: folder.path(.metrics)))
      #expect(throws: ZooError.self) { try folder.metrics() }
    }
    #expect(
      JSONCheck.large(in: #"{"a": "99999999999999999999", "b": [1e99, 0.99999999999999999999, 9]}"#.utf8, limit: 9)
        == nil)
    #expect(JSONCheck.large(in: #"{"b": [-10]}"#.utf8, limit: 9) == "10")
  }

  @Test("a suite's file names folders of its own", arguments: ["../run", "/etc", "..", ".", "", "a\0b"])
  func suiteFolders(_ name: String) throws {
    try withFolder { folder in
      let suite = SuiteFolder(folder.path)
      var written = try Suite(SpecReader().read(text: "{sweep: {seed: [1, 2]}}", file: "my.json5"))
      try suite.write(written)
      #expect(try suite.suite() == written)
      let own = written.members[1].folder
      for wrong in [name, own] {
        written.members[0].folder = wrong
        try RunJSON.encode(written).write(to: URL(fileURLWithPath: suite.file("suite.json")))
        let error = #expect(throws: ZooError.self) { try suite.suite() }
        #expect(error?.description.contains("a folder of the suite's own") == true, "\(String(describing: error))")
      }
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
