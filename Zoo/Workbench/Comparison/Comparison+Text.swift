extension Comparison {
  /// The comparison for a terminal: the table, seeds, differences and cautions.
  public var text: String {
    var table = TextTable([
      ("model", .left), ("items (groups)", .right), ("accuracy", .right), ("balanced accuracy", .right),
      ("macro F1", .right), ("parameters", .right), ("FLOPs", .right), ("size", .right), ("training", .right),
      ("prediction", .right),
    ])
    for run in runs {
      let figures = [Metric.accuracy, .balancedAccuracy, .macroF1].map { metric in
        Figures.estimate(run.result[metric], run.result.interval(metric))
      }
      table.add(
        [run.name, run.result.sizeText] + figures + [
          Figures.count(run.model.parameters), Figures.count(run.model.flops), Figures.bytes(run.model.byteCount),
          Figures.duration(run.training.seconds),
          run.result.secondsPerItem.map { Figures.duration($0) + "/item" } ?? "–",
        ])
    }
    var text = runs.contains(where: \.data.isSimulated) ? "SIMULATED DATA: the figures say nothing of real cells\n" : ""
    text += "\(subset) items, intervals 95 %\n\n" + table.text
    if !seeds.isEmpty { text += "\n" + seedTable }
    if !pairs.isEmpty { text += "\n" + pairTable }
    let notes = cautions + Set(pairs.flatMap(\.cautions)).sorted()
    if !notes.isEmpty { text += "\n" + notes.map { "! \($0)\n" }.joined() }
    return text
  }

  private var seedTable: String {
    var table = TextTable([
      ("seeds, mean ± sd", .left), ("accuracy", .right), ("balanced accuracy", .right), ("macro F1", .right),
    ])
    for summary in seeds {
      let figures = [Metric.accuracy, .balancedAccuracy, .macroF1].map { metric in
        summary.metrics[metric.rawValue].map { "\(Figures.fixed($0.mean)) ± \(Figures.fixed($0.standardDeviation))" }
          ?? "–"
      }
      table.add([summary.runs.joined(separator: ", ")] + figures)
    }
    return table.text
  }

  private var pairTable: String {
    var table = TextTable([
      ("second − first", .left), ("balanced accuracy", .right), ("p, Holm", .right), ("accuracy", .right),
      ("p, Holm", .right), ("p, McNemar", .right),
    ])
    for pair in pairs {
      let figures = [Metric.balancedAccuracy, .accuracy].flatMap { metric -> [String] in
        guard let difference = pair[metric] else { return ["–", "–"] }
        let range = difference.interval.map { " [\(Figures.signed($0.lower)), \(Figures.signed($0.upper))]" } ?? ""
        return [Figures.signed(difference.estimate) + range, Figures.pValue(difference.adjustedPValue)]
      }
      table.add(["\(pair.second) − \(pair.first)"] + figures + [Figures.pValue(pair.mcnemar.midPValue)])
    }
    return table.text
  }
}

extension EvaluationResult {
  /// Items and, in parentheses, independent groups of them.
  var sizeText: String { "\(items) (\(groups))" }
}
