import Foundation
import Testing
import ZooData
import ZooWorkbench

/// From a spec to a trained, saved, reloaded, evaluated and compared model.
@Suite("The whole line", .serialized)
struct WholeLineTests {
  /// A spec that trains within seconds.
  private static let small = [
    "quickstart", "data.height=24", "data.width=24", "data.simulation.cellsPerClass=6",
    "data.simulation.experiments=8", "train.epochs=1", "train.batch=8", "train.tensorboard=true", "--threads", "2",
  ]

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func train(_ folder: String, _ more: String...) throws {
    let call = Transcript(["train"] + Self.small + ["--run-dir", folder] + more, registry: try .testing())
    try #require(call.status == 0, "\(call.messages)")
    #expect(call.output.hasPrefix("\(folder)/model.zoo\n"))
  }

  @Test("a backbone of one file and one line of a list trains, evaluates, classifies and compares with any other")
  func line() throws {
    try inFolder { folder in
      try train("\(folder)/a", "model.backbone=chain")
      try train("\(folder)/b", "model.backbone=chain", "model.head=mlp")
      for file in RunFolder.File.allCases { #expect(RunFolder("\(folder)/a").has(file), "\(file.rawValue)") }

      let evaluation = Transcript(["evaluate", "\(folder)/a", "--json"], registry: try .testing())
      #expect(evaluation.status == 0, "\(evaluation.messages)")
      let metrics: RunMetrics = try RunFolder("\(folder)/a").metrics()
      let again: EvaluationResult = try RunJSON.decode(Data(evaluation.output.utf8), file: "evaluate")
      #expect(again.metrics == metrics.subsets["test"]?.metrics)
      #expect(metrics.subsets["test"]?.secondsPerItem ?? 0 > 0)

      let table = Transcript(["evaluate", "\(folder)/a"], registry: try .testing()).output.split(separator: "\n")
      let heads = table.filter { $0.hasPrefix("metric ") || $0.hasPrefix("class ") }
      #expect(heads.count == 2 && table.count { $0.hasPrefix("──") } == 2, "\(table)")

      let prediction = Transcript(["predict", "\(folder)/a/model.zoo", "data.simulation.experiments=2"])
      #expect(prediction.status == 0, "\(prediction.messages)")
      #expect(prediction.output.split(separator: "\n").count == 2 * 3 * 6 + 1)

      let comparison = Transcript(["compare", "\(folder)/a", "\(folder)/b", "--html", "\(folder)/page.html"])
      #expect(comparison.status == 0, "\(comparison.messages)")
      #expect(comparison.output.components(separatedBy: "/item").count == 3, "\(comparison.output)")
      #expect(try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8).contains("<svg"))
      #expect(Transcript(["show", "\(folder)/a"]).status == 0)
      let spec = Transcript(["show", "\(folder)/a/spec.json"], registry: try .testing())
      #expect(spec.status == 0, "\(spec.messages)")
      #expect(Transcript(["verify", "\(folder)/a/model.zoo"]).status == 0)
    }
  }

  @Test("a trained model is quantized with the accuracy before and after, and is used like any other")
  func quantized() throws {
    try inFolder { folder in
      try train("\(folder)/a", "model.backbone=chain")
      let file = "\(folder)/small.zoo"
      let call = Transcript(
        ["export", "\(folder)/a", "--quantize", "int8", "--samples", "20", "-o", file], registry: try .testing())
      #expect(call.status == 0, "\(call.messages)")
      #expect(call.output.contains("calibrated with 20 samples"), "\(call.output)")
      #expect(call.output.contains("accuracy") && call.output.contains("→"), "\(call.output)")
      #expect(Transcript(["verify", file]).status == 0)
      let shown = Transcript(["show", file, "--batch", "4"]).output
      #expect(shown.contains("memory to predict, a batch of 4") && shown.contains("int8 in "), "\(shown)")
      #expect(!shown.contains("memory to train"))
      let bench = Transcript(["bench", file, "--seconds", "1", "--batch", "1", "--threads", "1"]).output
      #expect(bench.contains("int8 and float32"), "\(bench)")
      let prediction = Transcript(["predict", file, "data.simulation.experiments=2"])
      #expect(prediction.status == 0, "\(prediction.messages)")
      #expect(Transcript(["export", file, "--onnx", "\(folder)/small.onnx"]).status == 0)
      let other = Transcript(
        ["export", "\(folder)/a", "--quantize", "int8", "--calibrate", "\(folder)/a", "-o", file, "--json"],
        registry: try .testing())
      #expect(other.status == 0 && other.output.contains("calibrated"), "\(other.messages)")
    }
  }

  @Test("a run that holds nothing out keeps its last epoch, says so, and gets a report")
  func nothingHeldOut() throws {
    try inFolder { folder in
      let call = Transcript(
        ["train"] + Self.small + [
          "train.epochs=3", "data.split={train: 1, validation: 0, test: 0}", "model.backbone=chain", "--run-dir",
          "\(folder)/a",
        ], registry: try .testing())
      try #require(call.status == 0, "\(call.messages)")
      #expect(call.output.contains("no items were held out"), "\(call.output)")
      let run = RunFolder("\(folder)/a")
      #expect(try run.metrics().subsets.isEmpty)
      #expect(try run.metrics().training.bestEpoch == 3)
      #expect(try run.metrics().training.watchedMetric == "training loss")
      #expect(try String(contentsOfFile: run.path(.report), encoding: .utf8).contains("no items were held out"))
      let compared = Transcript(["compare", "\(folder)/a"])
      #expect(compared.status == 65 && compared.messages.contains("has no labelled items of the subset 'test'"))
      #expect(!compared.messages.contains("expected"), "\(compared.messages)")
    }
  }

  @Test("a finished run isn't overwritten")
  func noOverwriting() throws {
    try inFolder { folder in
      try train(folder, "model.backbone=chain")
      let again = Transcript(
        ["train"] + Self.small + ["--run-dir", folder, "model.backbone=chain"], registry: try .testing())
      #expect(again.status == 64)
      #expect(again.messages.contains("holds a run already"), "\(again.messages)")
    }
  }

  @Test("a truncated model is refused by every command that takes one", arguments: ["show", "verify", "evaluate"])
  func truncated(command: String) throws {
    try inFolder { folder in
      try train("\(folder)/a", "model.backbone=chain")
      let whole = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a/model.zoo"))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: "\(folder)/half.zoo"))
      let call = Transcript([command, "\(folder)/half.zoo"])
      #expect(call.status == 65, "\(call.messages)")
      #expect(call.messages.contains("half.zoo"), "\(call.messages)")
    }
  }
}
