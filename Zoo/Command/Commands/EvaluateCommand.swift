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
      .init(
        name: "predictions", value: "FILE", help: "Write the prediction for each item to this CSV file.", output: .file),
      .init(
        name: "fields", value: "DIR",
        help: "Models with a dense head: find the cells of these fields, and hold them against --truth."),
      .init(
        name: "truth", value: "FILE",
        help: "With --fields: CSV of frame, x, y, label (experiment, well, field), COCO's JSON or YOLO's folder."
      ),
      .init(
        name: "distances", value: "PX,…",
        help: "With --fields: how far a right detection may lie from its point; 5,10 if not given."),
      .init(
        name: "curve", value: "FILE", help: "With --fields: write the precision–recall curves to this CSV file.",
        output: .file),
      .precision, .threads, .json,
    ],
    examples: [
      .init(line: "zoo evaluate runs/quickstart", help: "The test set again."),
      .init(
        line: "zoo evaluate model.zoo data.root=crops 'data.split.by=[plate,well]'",
        help: "Other crops, with intervals over wells."),
      .init(
        line: "zoo evaluate runs/dense --fields film --truth film/annotations.csv",
        help: "Average precision of cells found in whole fields."),
    ],
    run: { invocation in
      let use = try ModelUse(
        invocation.words[0], threads: invocation.threads(), precision: invocation.precision() ?? .float32)
      if let folder = invocation.value("fields") {
        try invocation.refuse(["subset", "predictions"], "has no effect with --fields")
        return try FieldSearch(use, invocation).evaluate(folder)
      }
      try invocation.refuse(["truth", "distances", "curve"], "has no effect without --fields")
      let predictions = try use.evaluated(
        overrides: invocation.overrides, subset: invocation.value("subset"), tell: invocation.console.remark)
      if let file = invocation.value("predictions") { try AtomicFile.write(Array(predictions.csv.utf8), to: file) }
      let result = try EvaluationResult(predictions)
      if invocation.has("json") { return try invocation.console.output(json: result) }
      try invocation.console.output(EvaluationText.text(result))
    })
}

/// An evaluation for a terminal.
enum EvaluationText {
  static func text(_ result: EvaluationResult) -> String {
    var metrics = TextTable([("metric", .left), ("value", .right), ("95 % interval", .left)])
    for metric in Metric.allCases {
      guard let value = result.metrics[metric.rawValue] else { continue }
      let interval = result.interval(metric).map { "\(Figures.fixed($0.lower, 4)) … \(Figures.fixed($0.upper, 4))" }
      metrics.add([metric.title, Figures.fixed(value, 4), interval ?? "–"])
    }
    let classes = table(result.perClass, of: "class")
    let labels = result.perLabel.map { "\n" + table($0, of: "label") } ?? ""
    let certain =
      result.certain.map { certain in
        let share = Figures.fixed(certain.coverage * 100, 1)
        return "\ncertain: \(certain.items) of \(certain.allItems) items (\(share) %), "
          + "of which \(Figures.fixed(certain.error * 100, 2)) % are wrong\n"
      } ?? ""
    let cautions = result.cautions.isEmpty ? "" : "\n" + result.cautions.map { "! \(Escape.line($0))\n" }.joined()
    let head = result.confounding.map { "! \(Escape.line($0))\n\n" } ?? ""
    return head + result.sizeText("") + "\n\n" + metrics.text + "\n" + classes + labels + certain + cautions
  }

  private static func table(_ rows: [EvaluationResult.ClassResult], of kind: String) -> String {
    var table = TextTable([
      (kind, .left), ("items", .right), ("precision", .right), ("recall", .right), ("F1", .right),
    ])
    for row in rows {
      table.add([row.name, "\(row.support)"] + [row.precision, row.recall, row.f1].map { Figures.fixed($0, 4) })
    }
    return table.text
  }
}
