extension Comparison {
  /// The comparison as one self-contained page.
  public var html: String {
    let isSimulated = runs.contains(where: \.data.isSimulated)
    let body: Markup = """
      <h1>\(runs.count == 1 ? "One model" : "\(runs.count) models compared")</h1>
      <p class="lead">\(runs.map(\.name).joined(separator: " · "))</p>
      \(isSimulated ? Page.simulated : "")
      \(Page.cautions(cautions))
      <h2>Results on the \(subset) items</h2>
      \(table)
      \(seeds.isEmpty ? "" : seedTable)
      \(Page.figure("Balanced accuracy with 95 % intervals", forest.svg))
      \(pairs.isEmpty ? "" : differences)
      \(curves)
      <h2>Where each is right and wrong</h2>
      \(details)
      <h2>Data</h2>
      \(dataSection)
      """
    return Page.html(title: "Comparison: \(runs.map(\.name).joined(separator: ", "))", body)
  }

  private func swatch(_ index: Int) -> Markup {
    "<span class=\"swatch s\(index % Stylesheet.seriesCount)\"></span>"
  }

  private var table: Markup {
    var table = HTMLTable(
      caption: "Accuracy, balanced accuracy and macro F1 with 95 % intervals below; the best of each in bold, which is "
        + "no claim that it is better than chance: see the differences.",
      columns: [
        ("model", true), ("items (groups)", false), ("accuracy", false), ("balanced accuracy", false),
        ("macro F1", false), ("parameters", false), ("FLOPs", false), ("size", false), ("training", false),
        ("prediction", false),
      ])
    let metrics: [Metric] = [.accuracy, .balancedAccuracy, .macroF1]
    let best = metrics.map { metric in runs.compactMap { $0.result[metric] }.max() }
    for (index, run) in runs.enumerated() {
      let figures = zip(metrics, best).map { metric, best -> HTMLTable.Cell in
        .estimate(
          run.result[metric], run.result.interval(metric),
          isBest: runs.count > 1 && run.result[metric] != nil && run.result[metric] == best)
      }
      let heads = [HTMLTable.Cell(content: "\(swatch(index))\(run.name)", isLeft: true), .text(run.result.sizeText)]
      table.rows.append(
        heads + figures + [
          .text(Figures.count(run.model.parameters)), .text(Figures.count(run.model.flops)),
          .text(Figures.bytes(run.model.byteCount)), .text(Figures.duration(run.training.seconds)),
          .text(run.result.secondsPerItem.map { Figures.duration($0) + "/item" } ?? "–"),
        ])
    }
    return table.html
  }

  private var seedTable: Markup {
    var table = HTMLTable(
      caption: "Runs that differ in the seed alone: mean ± standard deviation over the seeds (the spread of training, "
        + "not of the choice of test items).",
      columns: [
        ("runs", true), ("seeds", false), ("accuracy", false), ("balanced accuracy", false), ("macro F1", false),
      ])
    for summary in seeds {
      let figures = [Metric.accuracy, .balancedAccuracy, .macroF1].map { metric -> HTMLTable.Cell in
        .text(
          summary.metrics[metric.rawValue].map { "\(Figures.fixed($0.mean)) ± \(Figures.fixed($0.standardDeviation))" }
            ?? "–")
      }
      table.rows.append([.left(summary.runs.joined(separator: ", ")), .text("\(summary.runs.count)")] + figures)
    }
    return table.html
  }

  private var forest: ForestChart {
    ForestChart(
      title: "Balanced accuracy of each model with its 95 % interval",
      xTitle: "balanced accuracy on the \(subset) items",
      rows: runs.enumerated().compactMap { index, run in
        guard let estimate = run.result[.balancedAccuracy] else { return nil }
        let interval = run.result.interval(.balancedAccuracy)
        return .init(
          name: run.name, color: index, estimate: estimate, interval: interval,
          text: Figures.estimate(estimate, interval))
      }, within: 0...1)
  }

  private var differences: Markup {
    var table = HTMLTable(
      caption: "Second minus first on the items of both, with 95 % intervals. Intervals and p come from resamples of "
        + "whole groups that both models share; p is corrected for all pairs by Holm's method. “Only one right” counts "
        + "items that only the first or only the second got right; McNemar's test (mid-p) takes these as independent.",
      columns: [
        ("first → second", true), ("items (groups)", false), ("balanced accuracy", false), ("p", false),
        ("accuracy", false), ("p", false), ("only one right", false), ("p, McNemar", false),
      ])
    for pair in pairs {
      table.rows.append([
        .left("\(pair.first) → \(pair.second)"), .text("\(pair.items) (\(pair.groups))"),
        difference(pair, .balancedAccuracy), .text(Figures.pValue(pair[.balancedAccuracy]?.adjustedPValue)),
        difference(pair, .accuracy), .text(Figures.pValue(pair[.accuracy]?.adjustedPValue)),
        .text("\(pair.mcnemar.onlyFirst) : \(pair.mcnemar.onlySecond)"),
        .text(Figures.pValue(pair.mcnemar.midPValue)),
      ])
    }
    let chart = ForestChart(
      title: "Differences in balanced accuracy with 95 % intervals", xTitle: "difference in balanced accuracy",
      rows: pairs.compactMap { pair in
        guard let difference = pair[.balancedAccuracy] else { return nil }
        return .init(
          name: "\(pair.first) → \(pair.second)", color: 0, estimate: difference.estimate,
          interval: difference.interval, text: signed(difference))
      }, reference: 0)
    return """
      <h2>Differences</h2>
      \(Page.figure("Differences in balanced accuracy", chart.svg))
      \(table.html)
      \(Page.cautions(pairCautions))
      """
  }

  /// Once, if it is true of all pairs.
  private var pairCautions: [String] {
    let shared = Set(pairs.first?.cautions ?? []).filter { caution in pairs.allSatisfy { $0.cautions.contains(caution) }
    }
    return shared.sorted()
      + pairs.flatMap { pair in
        pair.cautions.filter { !shared.contains($0) }.map { "\(pair.first) → \(pair.second): \($0)" }
      }
  }

  private func difference(_ pair: PairedComparison, _ metric: Metric) -> HTMLTable.Cell {
    guard let difference = pair[metric] else { return .text("–") }
    var content: Markup = "\(Figures.signed(difference.estimate))"
    if let interval = difference.interval {
      content += """
        <span class="range">\(Figures.signed(interval.lower)) – \(Figures.signed(interval.upper))</span>
        """
    }
    return HTMLTable.Cell(content: content)
  }

  private func signed(_ difference: PairedComparison.Difference) -> String {
    guard let interval = difference.interval else { return Figures.signed(difference.estimate) }
    return "\(Figures.signed(difference.estimate)) "
      + "[\(Figures.signed(interval.lower)), \(Figures.signed(interval.upper))]"
  }

  private var curves: Markup {
    func chart(_ title: String, _ yTitle: String, within: ClosedRange<Double>?, _ value: (LogRecord) -> Double?)
      -> Markup
    {
      let series = runs.enumerated().compactMap { index, run -> LineChart.Series? in
        func point(_ record: LogRecord) -> (x: Double, y: Double)? { value(record).map { (Double(record.epoch), $0) } }
        let points = run.log.compactMap(point)
        if points.isEmpty { return nil }
        return .init(
          name: run.name, color: index, points: points, marked: run.log.last { $0.isBest }.flatMap(point))
      }
      if series.isEmpty { return "" }
      let chart = LineChart(
        title: title, description: "One curve for each model; the dot marks the exported checkpoint", xTitle: "epoch",
        yTitle: yTitle, series: series, within: within)
      return Page.figure(title, chart.svg)
    }
    let charts: [Markup] = [
      chart("Training loss", "loss", within: nil) { $0.trainLoss },
      chart("Validation loss", "loss", within: nil) { $0.validation["loss"] },
      chart("Validation balanced accuracy", "balanced accuracy", within: 0...1) {
        $0.validation[Metric.balancedAccuracy.rawValue]
      },
    ]
    guard charts.contains(where: { !$0.text.isEmpty }) else { return "" }
    return "<h2>Learning curves</h2>\n<div class=\"charts\">\(charts)</div>\n"
  }

  private var details: Markup {
    let matrices = runs.map { run in
      Page.figure(
        "\(run.name)", ConfusionChart(confusion: run.result.confusion, title: "Confusion matrix of \(run.name)").svg)
    }
    let reliability = ReliabilityChart(
      title: "Reliability of each model",
      series: runs.enumerated().map { .init(name: $1.name, color: $0, bins: $1.result.reliability) })
    let tables = runs.map { run -> Markup in
      ReportSections.perClass(run.result, caption: "\(run.name): each class against the rest.")
    }
    return """
      <p class="note">Shade and % are shares of the true class.</p>
      <div class="charts">\(matrices)
      \(Page.figure("Reliability (on the diagonal, a model is as sure as it is right)", reliability.svg))</div>
      \(tables)
      """
  }

  /// Once, if all runs share it.
  private var dataSection: Markup {
    if let first = runs.first, runs.allSatisfy({ $0.data == first.data }) { return ReportSections.data(first.data) }
    return "\(runs.map { run -> Markup in "<h3>\(run.name)</h3>\(ReportSections.data(run.data))" })"
  }
}
