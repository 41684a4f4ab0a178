import ZooData

extension Comparison {
  /// The results as CSV: a row for each model with its factors, means, deviations over seeds and intervals. Nothing in it
  /// was measured by a clock, so that the same runs give the same bytes.
  package var csv: String {
    var header = levelColumns + ["runs", "seeds", "folds", "items", "groups"]
    for metric in Metric.allCases {
      header += [metric.rawValue, "\(metric.rawValue)_sd", "\(metric.rawValue)_lower", "\(metric.rawValue)_upper"]
    }
    header += [
      "baseline", "baseline_balanced_accuracy", "published_accuracy", "rank", "parameters", "flops", "simulated",
    ]
    var text = CSV.line(header)
    for (index, model) in models.enumerated() {
      var row = levelCells(model)
      row += [
        "\(model.runs.count)", "\(model.seeds.count)", "\(model.folds)", "\(model.result.items)",
        "\(model.result.groups)",
      ]
      for metric in Metric.allCases {
        let interval = model.result.interval(metric)
        row += [
          model.result[metric], model.spread[metric.rawValue]?.standardDeviation, interval?.lower, interval?.upper,
        ].map { $0.map { "\($0)" } ?? "" }
      }
      row += [model.bestBaseline?.name ?? "", model.bestBaseline.map { "\($0.value)" } ?? ""]
      row += [
        model.published[Metric.accuracy.rawValue].map { "\($0)" } ?? "", letters(index), "\(model.model.parameters)",
        "\(model.model.flops)", "\(model.data.isSimulated)",
      ]
      text += CSV.line(row)
    }
    return text
  }

  /// Every pair as CSV.
  package var pairsCSV: String {
    var header = ["first", "second", "items", "groups"]
    for metric in PairedComparison.metrics {
      let name = metric.rawValue
      header += ["\(name)_difference", "\(name)_lower", "\(name)_upper", "\(name)_p", "\(name)_p_holm"]
    }
    header += ["mcnemar_exact_p", "delong_p", "corrected_t_p", "conclusion"]
    var text = CSV.line(header)
    for pair in pairs {
      var row = [pair.first, pair.second, "\(pair.items)", "\(pair.groups)"]
      for metric in PairedComparison.metrics {
        let difference = pair[metric]
        row += [
          difference?.estimate, difference?.interval?.lower, difference?.interval?.upper, difference?.pValue,
          difference?.adjustedPValue,
        ].map { $0.map { "\($0)" } ?? "" }
      }
      row += [pair.mcnemar?.exactPValue, pair.deLong?.pValue, pair.correctedT?.pValue].map { $0.map { "\($0)" } ?? "" }
      row.append(margin == nil ? "" : conclusion(pair))
      text += CSV.line(row)
    }
    return text
  }

  /// The results as a LaTeX table with booktabs' rules, in per cent.
  package var latex: String {
    let hasPublished = models.contains { !$0.published.isEmpty }
    let heads =
      levelColumns + ["Accuracy (\\%)", "Balanced accuracy (\\%)"] + (hasPublished ? ["Published (\\%)"] : [])
    var lines = [
      "\\begin{tabular}{\(String(repeating: "l", count: levelColumns.count))\(String(repeating: "r", count: heads.count - levelColumns.count))}",
      "\\toprule",
      heads.enumerated().map { $0 < levelColumns.count ? Self.escapedLaTeX($1) : $1 }.joined(separator: " & ")
        + " \\\\",
      "\\midrule",
    ]
    func percent(_ value: Double?) -> String { Figures.fixed(value.map { $0 * 100 }, 2) }
    for model in models {
      var cells = levelCells(model).map(Self.escapedLaTeX)
      for metric in [Metric.accuracy, .balancedAccuracy] {
        let deviation = model.spread[metric.rawValue].map { " $\\pm$ " + percent($0.standardDeviation) } ?? ""
        cells.append(percent(model.result[metric]) + deviation)
      }
      if hasPublished { cells.append(percent(model.published[Metric.accuracy.rawValue])) }
      lines.append(cells.joined(separator: " & ") + " \\\\")
    }
    lines += ["\\bottomrule", "\\end{tabular}"]
    if runs.contains(where: \.data.isSimulated) {
      lines.insert("% SIMULATED DATA: not comparable with figures of real cells.", at: 0)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escapedLaTeX(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      case "\n", "\r", "\t": result += " "
      default: result.append(character)
      }
    }
    return result
  }

  /// What ``write(into:)`` writes.
  static let fileNames = [
    "results.csv", "pairs.csv", "results.tex", "subgroups.csv", "comparison.html", "comparison.json",
  ]

  /// Writes the page and the tables beside each other.
  package func write(into folder: SuiteFolder) throws {
    let json = String(decoding: try RunJSON.encode(self), as: UTF8.self)
    for (name, text) in zip(Self.fileNames, [csv, pairsCSV, latex, subgroupsCSV, html, json]) {
      try AtomicFile.write([UInt8](text.utf8), to: folder.file(name))
    }
  }
}
