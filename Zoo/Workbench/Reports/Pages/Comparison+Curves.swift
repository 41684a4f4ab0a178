extension Comparison {
  /// Whether each model has a colour of its own; with more models than colours, each has a chart of its own.
  var isColored: Bool { max(models.count, runs.count) <= Stylesheet.seriesCount }

  /// How the runs learned.
  var curves: Markup {
    let charts: [Markup] = [
      learning("Training loss", "loss", within: nil) { $0.trainLoss },
      learning("Validation loss", "loss", within: nil) { $0.validation["loss"] },
      learning("Validation balanced accuracy", "balanced accuracy", within: 0...1) {
        $0.validation[Metric.balancedAccuracy.rawValue]
      },
    ]
    guard charts.contains(where: { !$0.text.isEmpty }) else { return "" }
    return "<h2>Learning curves</h2>\n<div class=\"\(isColored ? "charts" : "many")\">\(charts)</div>\n"
  }

  private func learning(
    _ title: String, _ yTitle: String, within: ClosedRange<Double>?, _ value: (LogRecord) -> Double?
  ) -> Markup {
    func point(_ record: LogRecord) -> (x: Double, y: Double)? { value(record).map { (Double(record.epoch), $0) } }
    let series = runs.enumerated().compactMap { index, run -> LineChart.Series? in
      let points = run.log.compactMap(point)
      if points.isEmpty { return nil }
      return .init(
        name: run.name, color: isColored ? index : 0, points: points, marked: run.log.last { $0.isBest }.flatMap(point))
    }
    if series.isEmpty { return "" }
    guard !isColored else {
      let chart = LineChart(
        title: title, description: "One curve for each model; the dot marks the exported checkpoint", xTitle: "epoch",
        yTitle: yTitle, series: series, within: within)
      return Page.figure(title, chart)
    }
    let byName = Dictionary(series.map { ($0.name, $0) }) { first, _ in first }
    let panels = models.map { model in
      CurvePanels.Panel(name: model.title, series: model.runs.compactMap { byName[$0] })
    }
    return Page.figure(
      title, CurvePanels(title: title, xTitle: "epoch", yTitle: yTitle, panels: panels, within: within))
  }

  /// What each model confuses, and how sure it is.
  var details: Markup {
    let parts = models.map { model -> Markup in
      let matrix = ReportSections.confusion(model.result.confusion, model.title, of: model.title)
      let table = ReportSections.perClass(model.result, caption: "\(model.title): each class against the rest.")
      return isColored
        ? matrix : "<details><summary>\(model.title)</summary><div class=\"tables\">\(matrix)\(table)</div></details>\n"
    }
    let tables =
      isColored
      ? models.map { ReportSections.perClass($0.result, caption: "\($0.title): each class against the rest.") } : []
    return """
      <p class="note">Shade and % are shares of the true class.</p>
      <div class="\(isColored ? "charts" : "many")">\(parts)
      \(reliability)</div>
      \(tables)
      """
  }

  private var reliability: Markup {
    let caption = "Reliability (on the diagonal, a model is as sure as it is right)"
    guard !isColored else {
      return Page.figure(
        caption,
        ReliabilityChart(
          title: "Reliability of each model",
          series: models.enumerated().map { .init(name: $1.title, color: $0, bins: $1.result.reliability) }))
    }
    let panels = models.map { model in
      CurvePanels.Panel(
        name: model.title,
        series: [
          .init(
            name: model.title, color: 0,
            points: model.result.reliability.map { (x: $0.meanConfidence, y: $0.accuracy) })
        ])
    }
    return Page.figure(
      caption,
      CurvePanels(
        title: "Reliability", xTitle: "mean confidence", yTitle: "accuracy", panels: panels, within: 0...1,
        across: 0...1))
  }
}
