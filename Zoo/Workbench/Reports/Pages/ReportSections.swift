import ZooData

/// Sections that the report of a run and the page of a comparison share.
enum ReportSections {
  /// Rows of tables that have one for each class; columns of those that have one.
  private static let (mostRows, mostColumns) = (100, 40)

  /// What the figures rest on.
  static func data(_ data: DataFacts) -> Markup {
    let isWide = data.classes.count > mostColumns
    var table = HTMLTable(
      caption: "Who went where: items (and independent groups) of each subset, and items of "
        + (isWide ? "the rarest and the most frequent of its \(data.classes.count) classes." : "each class."),
      columns: [("subset", true), ("items", false), ("groups", false)]
        + (isWide ? [("rarest class", false), ("most frequent", false)] : data.classes.map { ($0, false) }))
    for subset in ["train", "validation", "test"] {
      guard let facts = data.subsets[subset] else { continue }
      let counts = data.classes.map { facts.itemsByClass[$0] ?? 0 }
      table.rows.append(
        [.left(subset), .text("\(facts.items)"), .text("\(facts.groups)")]
          + (isWide ? [counts.min() ?? 0, counts.max() ?? 0] : counts).map { .text("\($0)") })
    }
    return """
      \(Page.facts([
        ("source", data.source), ("split", data.splitRule), ("channels", data.channels.joined(separator: ", ")),
        ("range", data.range ?? ""), ("fingerprint", data.fingerprint),
      ] + (data.remarks ?? []).map { ("found", $0) }))
      \(data.skipped.map { $0.isEmpty ? Markup("") : Page.cautions($0.map { "left out: \($0)" }) } ?? "")
      \(table.rows.isEmpty ? Markup("") : table.html)
      \(data.audit.map { leaks($0) } ?? Markup(""))
      """
  }

  /// The items held out that leak, the strongest first.
  static func leaks(_ audit: LeakAudit, shown: Int = 20) -> Markup {
    guard !audit.leaks.isEmpty else { return "<p>Leaks between the subsets: \(audit.text).</p>\n" }
    let more = audit.leaks.count > shown ? ", of which these are the first \(shown)" : ""
    var table = HTMLTable(
      caption: "Items held out that stand in another subset already: \(audit.text)\(more).",
      columns: [("item", true), ("in", true), ("stands already as", true), ("in", true), ("by", true)])
    for leak in audit.leaks.prefix(shown) {
      table.rows.append([
        .left(leak.item), .left(leak.subset.rawValue), .left(leak.other), .left(leak.otherSubset.rawValue),
        .left(([leak.kind.text] + [leak.note].filter { !$0.isEmpty }).joined(separator: ": ")),
      ])
    }
    return table.html
  }

  /// A chart of all pairs of classes, or a table of those that are confused most if there are too many to draw.
  static func confusion(_ confusion: ConfusionMatrix, _ caption: String, of name: String) -> Markup {
    guard confusion.classes.count > ConfusionChart.mostClasses else {
      return Page.figure(caption, ConfusionChart(confusion: confusion, title: "Confusion matrix of \(name)"))
    }
    var table = HTMLTable(
      caption: "\(name): the pairs of \(confusion.classes.count) classes that are confused most.",
      columns: [("class", true), ("predicted as", true), ("items", false)])
    for pair in confusion.confusions.prefix(ConfusionChart.mostClasses) {
      table.rows.append([
        .left(confusion.classes[pair.label]), .left(confusion.classes[pair.predicted]), .text("\(pair.count)"),
      ])
    }
    return table.html
  }

  /// The figures of each class; of those with the lowest F1 if there are too many to read.
  static func perClass(_ result: EvaluationResult, caption: String) -> Markup {
    var rows = result.perClass
    var caption = caption
    if rows.count > mostRows {
      // Classes of which nothing is known aren't bad ones.
      let ranked = rows.indices.sorted { (rows[$0].f1 ?? 2, $0) < (rows[$1].f1 ?? 2, $1) }
      caption += " Of \(rows.count) classes, these are the \(mostRows) with the lowest F1; metrics.json has all."
      rows = ranked.prefix(mostRows).map { rows[$0] }
    }
    let labels = result.perLabel.map { figures($0, of: "label", caption: "Each label against its absence.") }
    return "\(figures(rows, of: "class", caption: caption))\(labels ?? "")"
  }

  private static func figures(_ rows: [EvaluationResult.ClassResult], of kind: String, caption: String) -> Markup {
    var table = HTMLTable(
      caption: caption,
      columns: [
        (kind, true), ("items", false), ("precision", false), ("recall", false), ("F1", false), ("AUROC", false),
        ("average precision", false),
      ])
    for row in rows {
      table.rows.append([
        .left(row.name), .text("\(row.support)"), .text(Figures.fixed(row.precision)), .text(Figures.fixed(row.recall)),
        .text(Figures.fixed(row.f1)), .text(Figures.fixed(row.areaUnderROC)),
        .text(Figures.fixed(row.averagePrecision)),
      ])
    }
    return table.html
  }

  /// How one run learned.
  static func training(_ log: [LogRecord]) -> Markup {
    """
    <h2>Training</h2>
    <div class="charts">
    \(lossCurves(log))\(metricCurves(log))\(learningRate(log))
    </div>
    """
  }

  /// Loss of one run on training and validation items.
  private static func lossCurves(_ log: [LogRecord]) -> Markup {
    let marked = log.last { $0.isBest }
    func series(_ name: String, _ color: Int, _ value: (LogRecord) -> Double?) -> LineChart.Series? {
      let points = log.compactMap { record in value(record).map { (x: Double(record.epoch), y: $0) } }
      let mark = marked.flatMap { record in value(record).map { (x: Double(record.epoch), y: $0) } }
      return points.isEmpty ? nil : .init(name: name, color: color, points: points, marked: mark)
    }
    let chart = LineChart(
      title: "Loss by epoch", description: "Cross-entropy on training and validation items", xTitle: "epoch",
      yTitle: "loss",
      series: [series("training", 0) { $0.trainLoss }, series("validation", 1) { $0.validation["loss"] }].compactMap {
        $0
      })
    return Page.figure("Loss", chart)
  }

  /// The metrics of the validation items of one run.
  private static func metricCurves(_ log: [LogRecord]) -> Markup {
    let metrics: [(Metric, String)] = [
      (.accuracy, "accuracy"), (.balancedAccuracy, "balanced accuracy"), (.macroF1, "macro F1"),
    ]
    let marked = log.last { $0.isBest }
    let series = metrics.enumerated().compactMap { index, metric -> LineChart.Series? in
      func value(_ record: LogRecord) -> (x: Double, y: Double)? {
        record.validation[metric.0.rawValue].map { (Double(record.epoch), $0) }
      }
      let points = log.compactMap(value)
      return points.isEmpty
        ? nil : .init(name: metric.1, color: index, points: points, marked: marked.flatMap(value))
    }
    guard !series.isEmpty else { return "" }
    let chart = LineChart(
      title: "Validation metrics by epoch", description: "The dot marks the checkpoint that was exported",
      xTitle: "epoch", yTitle: "on validation items", series: series, within: 0...1)
    return Page.figure("Validation metrics (the dot is the exported checkpoint)", chart)
  }

  private static func learningRate(_ log: [LogRecord]) -> Markup {
    let chart = LineChart(
      title: "Learning rate by epoch", description: "The rate of each epoch's last step", xTitle: "epoch",
      yTitle: "learning rate × 1000",
      series: [
        .init(name: "rate", color: 4, points: log.map { (x: Double($0.epoch), y: $0.learningRate * 1000) })
      ], within: 0...1e12)
    return Page.figure("Learning rate", chart)
  }

  /// What needs no network beside the network.
  static func baselines(_ baselines: [BaselineResult]) -> Markup {
    var table = HTMLTable(
      caption:
        "Fitted to the same training items. The last column is the network's balanced accuracy minus the baseline's "
        + "on the same items, with its 95 % interval: above 0 the network is shown to be better.",
      columns: [
        ("baseline", true), ("accuracy", false), ("balanced accuracy", false), ("macro F1", false),
        ("network − baseline", false),
      ])
    for baseline in baselines {
      var difference: Markup = "\(baseline.difference.map { Figures.signed($0.estimate) } ?? "–")"
      if let interval = baseline.difference?.interval {
        difference += """
          <span class="range">\(Figures.signed(interval.lower)) – \(Figures.signed(interval.upper))</span>
          """
      }
      table.rows.append(
        [.left(baseline.name)]
          + [Metric.accuracy, .balancedAccuracy, .macroF1].map { .text(Figures.fixed(baseline[$0])) }
          + [HTMLTable.Cell(content: difference)])
    }
    return "<h2>Without a network</h2>\n\(table.html)"
  }
}
