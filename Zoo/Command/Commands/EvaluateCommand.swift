import Foundation
import ZooWorkbench

extension Command {
  static let evaluate = Command(
    name: "evaluate", summary: "Evaluate a trained model on labelled data.",
    discussion: """
      Without changes: on the test set that the model was tested on, found again by its spec. With data.root=… and
      its kin: on all of other data. Intervals are 95 % by resampling whole groups. Images must have the sample type
      that the model was trained on; data.range=[LOWEST,HIGHEST] says which values others can have.
      """,
    arguments: [.init(name: "MODEL", help: "A .zoo or .onnx file, or the folder of a run.")], takesOverrides: true,
    options: [
      .init(name: "subset", value: "NAME", help: "train, validation, test or all."),
      .init(name: "predictions", value: "FILE", help: "Write the prediction for each item to this CSV file."),
      .precision, .threads, .json,
    ],
    examples: [
      .init(line: "zoo evaluate runs/quickstart", help: "The test set again."),
      .init(
        line: "zoo evaluate model.zoo data.root=crops 'data.split.by=[plate,well]'",
        help: "Other crops, with intervals over wells."),
    ],
    run: { invocation in
      let use = try ModelUse(
        invocation.words[0], threads: invocation.threads(), precision: invocation.precision() ?? .float32)
      let predictions = try use.evaluated(overrides: invocation.overrides, subset: invocation.value("subset"))
      if let file = invocation.value("predictions") { try AtomicFile.write(Array(predictions.csv.utf8), to: file) }
      let result = try EvaluationResult(predictions)
      if invocation.has("json") { return try invocation.console.output(json: result) }
      try invocation.console.output(EvaluationText.text(result))
    })
}

/// An evaluation for a terminal.
enum EvaluationText {
  static func text(_ result: EvaluationResult) -> String {
    var lines = ["\(result.items) items in \(result.groups) groups"]
    for metric in Metric.allCases {
      guard let value = result.metrics[metric.rawValue] else { continue }
      var line = "  \(padded(metric.title, 28))\(String(format: "%8.4f", value))"
      if let interval = result.interval(metric) {
        line += String(format: "  %.4f … %.4f", interval.lower, interval.upper)
      }
      lines.append(line)
    }
    lines.append("")
    let width = max(8, result.perClass.map(\.name.count).max() ?? 0) + 2
    lines.append(padded("class", width) + "     n  precision  recall      F1")
    for row in result.perClass {
      let figures = [row.precision, row.recall, row.f1].map { $0.map { String(format: "%.4f", $0) } ?? "–" }
      lines.append(
        padded(row.name, width) + String(format: "%6d", row.support)
          + figures.map { "     " + $0 }.joined())
    }
    lines += result.cautions.map { "note: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
