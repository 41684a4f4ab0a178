import Foundation
import Testing
import ZooWorkbench

/// From a trained run to a model whose probabilities mean what they say, and to one model of several.
@Suite("Calibrated and joined models")
struct CalibrationTests {
  private static let small = [
    "train", "quickstart", "data.height=24", "data.width=24", "data.simulation.cellsPerClass=12",
    "data.simulation.experiments=8", "train.epochs=2", "train.batch=8", "--threads", "2", "model.backbone.width=4",
    "data.split={by: [experiment], train: 0.5, validation: 0.25, test: 0.25}",
  ]

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func run(_ words: [String]) throws -> String {
    let call = Transcript(words)
    try #require(call.status == 0, "\(words): \(call.messages)")
    return call.output
  }

  /// The model with logits eight times as large: as good as before, and far too sure of it.
  private func overconfident(_ run: String, _ file: String) throws {
    var model = try Model.load(run)
    let head = model.graph.initializers.filter { $0.key.hasPrefix("head.") && $0.value.elementType == .float32 }
    for (name, tensor) in head {
      model.graph.initializers[name] = try Tensor(
        shape: tensor.shape, (tensor.values() ?? []).map { (x: Float) in 8 * x })
    }
    try model.exported(selfTest: #require(model.selfTest?.inputs.first?.value), threads: 1).write(to: file)
  }

  @Test("an overconfident model is calibrated in its graph; predictions and evaluations say what is uncertain")
  func calibration() throws {
    try inFolder { folder in
      _ = try run(Self.small + ["--run-dir", "\(folder)/run"])
      try overconfident("\(folder)/run", "\(folder)/sure.zoo")
      let exported = try run([
        "export", "\(folder)/sure.zoo", "--calibrate", "validation", "--max-error", "0.12", "-o", "\(folder)/m.zoo",
        "--onnx", "\(folder)/m.onnx",
      ])
      #expect(exported.contains("temperature ") && exported.contains("uncertain below"), "\(exported)")
      let model = try Model.load("\(folder)/m.zoo")
      let decision = try #require(model.card.decision)
      #expect(decision.temperature > 2 && decision.maximumError == 0.12 && decision.items == 72, "\(decision)")
      try LoadedModel(model, threads: 1).checkSelfTest()
      let before = try EvaluationResult(
        ModelUse("\(folder)/sure.zoo", threads: 1).evaluated(overrides: [], subset: nil))
      let after = try EvaluationResult(ModelUse("\(folder)/m.zoo", threads: 1).evaluated(overrides: [], subset: nil))
      let error = Metric.expectedCalibrationError
      #expect(try #require(after[error]) < #require(before[error]), "\(before.metrics) → \(after.metrics)")
      #expect(try #require(after[.logLoss]) < 0.7 * #require(before[.logLoss]), "\(before.metrics) → \(after.metrics)")
      #expect(after[.accuracy] == before[.accuracy])
      #expect(abs(try #require(model.card.metrics["test.expected_calibration_error"]) - #require(after[error])) < 1e-6)

      // Again from what came out: the temperature is replaced, not multiplied.
      _ = try run(["export", "\(folder)/m.zoo", "--calibrate", "validation", "-o", "\(folder)/again.zoo"])
      let again = try Model.load("\(folder)/again.zoo")
      #expect(abs(try #require(again.card.decision?.temperature) / decision.temperature - 1) < 1e-6)
      #expect(again.graph.nodes.count == model.graph.nodes.count && again.card.decision?.leastConfidence == 0)

      // The ONNX file gives the same answers, and keeps the decision.
      let words = ["data.simulation.seed=7"]
      let ours = try run(["predict", "\(folder)/m.zoo"] + words)
      #expect(try run(["predict", "\(folder)/m.onnx"] + words) == ours)
      let predictions = try Predictions(csv: ours, file: "ours")
      #expect(ours.hasPrefix("id,subset,group,label,predicted,p_") && ours.contains(",uncertain\n"))
      for item in predictions.items {
        let confidence = Double(item.probabilities[item.predicted])
        #expect(item.isUncertain == (confidence < decision.leastConfidence))
      }
      let answers = Set(predictions.items.map(\.isUncertain))
      #expect(answers == [true, false], "\(answers)")
      let json = try run(["predict", "\(folder)/m.zoo", "--json"] + words)
      #expect(json.contains("\"uncertain\": true") || json.contains("\"uncertain\":true"), "\(json.prefix(300))")
      #expect(try run(["evaluate", "\(folder)/m.zoo"]).contains("certain: "))
      #expect(try run(["show", "\(folder)/m.zoo"]).contains("for an error of at most 0.12"))

      for (wrong, message) in [
        (["--calibrate", "test"], "--calibrate is 'test'"), (["--max-error", "0.1"], "--max-error has no effect"),
        (["--calibrate", "validation", "--threshold", "youden"], "a model of two classes"),
        (["--calibrate", "validation", "--threshold", "x"], "--threshold is 'x'"),
        (["--calibrate", "validation", "--max-error", "0.0001"], "no confidence keeps the error within"),
      ] {
        let call = Transcript(["export", "\(folder)/run", "-o", "\(folder)/x.zoo"] + wrong)
        #expect(call.status != 0 && call.messages.contains(message), "\(wrong): \(call.messages)")
      }
    }
  }

  @Test("with two classes an operating threshold is kept on the card and obeyed by programs that embed the model")
  func threshold() throws {
    try inFolder { folder in
      let words = ["data.classes=[other,pyroptosis]", "data.relabel={healthy: other, apoptosis: other}"]
      _ = try run(Self.small + words + ["--run-dir", "\(folder)/run"])
      _ = try run([
        "export", "\(folder)/run", "--calibrate", "validation", "--threshold", "sensitivity=1", "-o", "\(folder)/m.zoo",
      ])
      let model = try Model.load("\(folder)/m.zoo")
      let decision = try #require(model.card.decision)
      #expect(decision.positiveClass == "pyroptosis" && decision.rule.contains("sensitivity of at least 1.0"))
      let predictions = try ModelUse("\(folder)/m.zoo", threads: 1).evaluated(overrides: [], subset: "validation")
      #expect(predictions.items.allSatisfy { $0.label == 0 || $0.predicted == 1 })

      let classifier = try Classifier(LoadedModel(model, threads: 1))
      var flipped = model
      flipped.card.decision = Decision(positiveClass: "pyroptosis", threshold: 0, leastConfidence: 1)
      let (height, width) = model.card.imageSize
      let cell = Dictionary(
        model.card.channels.map { ($0, [Float](repeating: 300, count: height * width)) }
      ) { first, _ in first }
      let answer = try classifier.classify(cell)
      let positive = Double(answer.scores[1].probability)
      #expect(answer.best.name == (positive >= decision.threshold ? "pyroptosis" : "other") && !answer.isUncertain)
      let always = try Classifier(LoadedModel(flipped, threads: 1)).classify(cell)
      #expect(always.best.name == "pyroptosis" && always.isUncertain && always.scores == answer.scores)
    }
  }

  @Test("the runs of a suite become one model, which says what is averaged and why")
  func ensemble() throws {
    try inFolder { folder in
      _ = try run(Self.small + ["seeds=3", "train.epochs=1", "--run-dir", "\(folder)/suite"])
      let text = try run([
        "export", "\(folder)/suite", "--ensemble", "-o", "\(folder)/e.zoo", "--onnx", "\(folder)/e.onnx",
      ])
      #expect(text.contains("3 members") && text.contains("mean of the weights"), "\(text)")
      let model = try Model.load("\(folder)/e.zoo")
      try LoadedModel(model, threads: 1).checkSelfTest()
      #expect(model.card.notes["ensemble"]?.contains("seed=2") == true, "\(model.card.notes)")
      let words = ["data.simulation.seed=7", "data.simulation.cellsPerClass=2"]
      let members = try (1...3).map { seed in
        try Predictions(csv: run(["predict", "\(folder)/suite/seed=\(seed)"] + words), file: "member")
      }
      let own = try Predictions(csv: run(["predict", "\(folder)/e.zoo"] + words), file: "ensemble")
      if model.card.notes["ensemble"]?.contains("probabilities") == true {
        for (place, item) in own.items.enumerated() {
          for index in own.classes.indices {
            let mean = members.reduce(0) { $0 + $1.items[place].probabilities[index] } / 3
            #expect(abs(item.probabilities[index] - mean) < 1e-5)
          }
        }
      }
      #expect(try run(["predict", "\(folder)/e.onnx"] + words) == run(["predict", "\(folder)/e.zoo"] + words))
      _ = try run(["export", "\(folder)/e.zoo", "--calibrate", "validation", "-o", "\(folder)/calibrated.zoo"])
      // Of a cross-validation nothing is left to calibrate or to test on.
      _ = try run(Self.small + ["folds=2", "train.epochs=1", "--run-dir", "\(folder)/folds"])
      _ = try run(["export", "\(folder)/folds", "--ensemble", "-o", "\(folder)/f.zoo"])
      let blind = Transcript(["export", "\(folder)/f.zoo", "--calibrate", "validation", "-o", "\(folder)/x.zoo"])
      #expect(blind.status == 65 && blind.messages.contains("nothing is left to calibrate on"), "\(blind.messages)")
      #expect(try run(["evaluate", "\(folder)/f.zoo"]).contains("! an ensemble on the data of its members"))
      let one = Transcript(["export", "\(folder)/suite/seed=1", "--ensemble", "-o", "\(folder)/x.zoo"])
      #expect(one.status == 64 && one.messages.contains("at least two"), "\(one.messages)")

      // Two models on the same items: where they disagree, and how each does on each experiment.
      let files = ["--disagreements", "\(folder)/d.csv", "--subgroups", "\(folder)/s.csv"]
      _ = try run(Self.small + ["train.epochs=1", "model.head=mlp", "--run-dir", "\(folder)/other"])
      let compared = try run(["compare", "\(folder)/suite/seed=1", "\(folder)/other"] + files)
      #expect(
        compared.contains("no other model is as good and cheaper:") && compared.contains("weakest and strongest:"))
      let disagreements = try String(contentsOfFile: "\(folder)/d.csv", encoding: .utf8).split(separator: "\n")
      let (first, second) = (
        try RunFolder("\(folder)/suite/seed=1").predictions().labelled(subset: "test"),
        try RunFolder("\(folder)/other").predictions().labelled(subset: "test")
      )
      let differing = zip(first.items, second.items).filter { $0.predicted != $1.predicted }.map(\.0.id)
      #expect(Set(disagreements.dropFirst().map { String($0.prefix { $0 != "," }) }) == Set(differing))
      let groups = try String(contentsOfFile: "\(folder)/s.csv", encoding: .utf8).split(separator: "\n")
      let experiments = Set(first.items.map(\.group)).count
      #expect(groups.count { $0.contains(",experiment,") } == 2 * experiments, "\(groups)")
    }
  }
}
