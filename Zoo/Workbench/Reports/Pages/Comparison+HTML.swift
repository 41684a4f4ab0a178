import ZooData

extension Comparison {
  /// The comparison as one self-contained page.
  package var html: String {
    let isSimulated = runs.contains(where: \.data.isSimulated)
    let body: Markup = """
      <h1>\(models.count == 1 ? "One model" : "\(models.count) models compared")</h1>
      <p class="lead">\(lead)</p>
      \(isSimulated ? Page.simulated : "")
      \(Page.cautions(confounding))
      <h2>Results on the \(subset) items</h2>
      \(table)
      \(suite == nil ? settingsTable : "")
      \(Page.figure("Balanced accuracy with 95 % intervals", forest))
      \(costs)
      \(factors.isEmpty ? "" : effects)
      \(pairs.isEmpty ? "" : differences)
      \(CautionList([("The comparison", cautions), ("Pairs", pairCautions)]).html)
      \(curves)
      <h2>Where each is right and wrong</h2>
      \(details)
      <h2>Data</h2>
      \(dataSection)
      """
    return Page.html(
      title: "Comparison: \(suite?.name ?? models.map(\.name).joined(separator: ", "))", body, isWide: true)
  }

  private var lead: String {
    guard let suite else { return models.map(\.name).joined(separator: " · ") }
    return
      "\(suite.name): \(suite.factors.map { "\($0.name) (\($0.levels.joined(separator: ", ")))" }.joined(separator: " × "))"
  }

  private func swatch(_ index: Int) -> Markup {
    isColored ? "<span class=\"swatch s\(index)\"></span>" : ""
  }

  private var table: Markup {
    let hasPublished = models.contains { !$0.published.isEmpty }
    let isRanked = models.count > 2
    var caption =
      "Accuracy, balanced accuracy and macro F1 with 95 % intervals below; the best of each in bold, which is "
    caption += "no claim that it is better than chance: see the differences."
    if hasSeeds {
      caption += " ± is the standard deviation over seeds: how training varies, not the choice of test items."
    }
    if isRanked { caption += " Models that share a letter can't be told apart by balanced accuracy." }
    if hasPublished {
      caption +=
        runs.contains(where: \.data.isSimulated)
        ? " Published figures are of real cells and not comparable with these."
        : " Published figures are of others' runs."
    }
    if models.count > 2 { caption += " The circles in the heads sort the rows, the best or the smallest first." }
    var columns = levelColumns.map { ($0, true) }
    columns += [("runs", false), ("items (groups)", false)] + Self.tableMetrics.map { ($0.title.lowercased(), false) }
    let hasBaseline = models.contains { $0.bestBaseline != nil }
    if hasBaseline { columns.append(("best without network", false)) }
    if hasPublished { columns.append(("published accuracy", false)) }
    if isRanked { columns.append(("rank", true)) }
    var table = HTMLTable(caption: caption, columns: columns)
    func best(_ metric: Metric, among classes: [String]) -> Double? {
      models.filter { $0.data.classes == classes }.compactMap { $0.result[metric] }.max()
    }
    for (index, model) in models.enumerated() {
      var row = rowHead(index) + [.text("\(model.runs.count)"), .text(model.result.sizeText)]
      for metric in Self.tableMetrics {
        let best = best(metric, among: model.data.classes)
        row.append(
          .estimate(
            model.result[metric], model.result.interval(metric),
            deviation: model.spread[metric.rawValue]?.standardDeviation,
            isBest: models.count > 1 && model.result[metric] != nil && model.result[metric] == best))
      }
      if hasBaseline {
        let name = model.bestBaseline?.shortName ?? ""
        row.append(
          HTMLTable.Cell(
            content: """
              <span class="figure">\(Figures.fixed(model.bestBaseline?.value))</span><span class="range">\(name)</span>
              """))
      }
      if hasPublished {
        row.append(
          .number(
            Figures.fixed(model.published[Metric.accuracy.rawValue]),
            model.published[Metric.accuracy.rawValue].map { -$0 }))
      }
      if isRanked { row.append(.left(letters(index))) }
      table.rows.append(row)
    }
    table.isSortable = models.count > 2
    return table.html
  }

  private func rowHead(_ index: Int) -> [HTMLTable.Cell] {
    levelCells(models[index]).enumerated().map { place, text -> HTMLTable.Cell in
      place == 0 ? HTMLTable.Cell(content: "\(swatch(index))\(text)", isLeft: true) : .left(text)
    }
  }

  private var costs: Markup {
    var table = HTMLTable(
      caption:
        "What each costs: parameters, floating-point operations of one item, bytes of the exported model, time of all its "
        + "trainings, and time of predicting an item, both measured where it was trained.",
      columns: levelColumns.map { ($0, true) } + [
        ("parameters", false), ("FLOPs", false), ("size", false), ("training", false), ("prediction", false),
      ])
    table.sortGroup = "sort-costs"
    for (index, model) in models.enumerated() {
      table.rows.append(
        rowHead(index) + [
          .number(Figures.count(model.model.parameters), Double(model.model.parameters)),
          .number(Figures.count(model.model.flops), Double(model.model.flops)),
          .number(Figures.bytes(model.model.byteCount), Double(model.model.byteCount)),
          .number(Figures.duration(model.trainingSeconds), model.trainingSeconds),
          .number(
            model.result.secondsPerItem.map { Figures.duration($0) + "/item" } ?? "–", model.result.secondsPerItem),
        ])
    }
    table.isSortable = models.count > 2
    return table.html
  }

  private var effects: Markup {
    var table = HTMLTable(
      caption: "Mean difference in balanced accuracy over the pairs of models that differ in one factor alone, and the "
        + "smallest and largest of these pairs.",
      columns: [
        ("factor", true), ("level − first", true), ("balanced accuracy", false), ("smallest", false),
        ("largest", false),
        ("pairs", false),
      ])
    for factor in factors {
      for level in factor.levels {
        table.rows.append([
          .left(factor.factor), .left("\(level.level) − \(factor.reference)"), .text(Figures.signed(level.difference)),
          .text(Figures.signed(level.smallest)), .text(Figures.signed(level.largest)), .text("\(level.pairs)"),
        ])
      }
    }
    return "<h2>What each factor does</h2>\n\(table.html)"
  }

  private var forest: ForestChart {
    ForestChart(
      title: "Balanced accuracy of each model with its 95 % interval",
      xTitle: "balanced accuracy on the \(subset) items",
      rows: models.enumerated().compactMap { index, model in
        guard let estimate = model.result[.balancedAccuracy] else { return nil }
        let interval = model.result.interval(.balancedAccuracy)
        return .init(
          name: levelCells(model).joined(separator: ", "), color: isColored ? index : 0, estimate: estimate,
          interval: interval,
          text: Figures.estimate(estimate, interval))
      }, within: 0...1)
  }

  private var differences: Markup {
    let hasMcNemar = pairs.contains { $0.mcnemar != nil }
    var table = HTMLTable(
      caption:
        "Second minus first on the items of both, with 95 % intervals (cluster jackknife, Student's t). p is that of "
        + "exchanging the two models' predictions of whole groups, corrected for all pairs by Holm's method."
        + (hasMcNemar
          ? " “Only one right” counts items that only the first or only the second got right; McNemar's exact test takes these "
            + "as independent." : ""),
      columns: [
        ("first → second", true), ("items (groups)", false), ("balanced accuracy", false), ("p", false),
        ("accuracy", false), ("p", false),
      ] + (hasMcNemar ? [("only one right", false), ("p, McNemar", false)] : [])
        + (margin == nil ? [] : [("conclusion", true)]))
    let shown = shownPairs(most: 45)
    for pair in shown {
      table.rows.append(
        [
          .left(title(pair, "→")), .text("\(pair.items) (\(pair.groups))"),
          difference(pair, .balancedAccuracy), .text(Figures.pValue(pair[.balancedAccuracy]?.adjustedPValue)),
          difference(pair, .accuracy), .text(Figures.pValue(pair[.accuracy]?.adjustedPValue)),
        ]
          + (hasMcNemar
            ? [
              .text(pair.mcnemar.map { "\($0.onlyFirst) : \($0.onlySecond)" } ?? "–"),
              .text(Figures.pValue(pair.mcnemar?.exactPValue)),
            ] : [])
          + (margin == nil ? [] : [.left(conclusion(pair))]))
    }
    let chart = ForestChart(
      title: "Differences in balanced accuracy with 95 % intervals", xTitle: "difference in balanced accuracy",
      rows: shown.compactMap { pair in
        guard let difference = pair[.balancedAccuracy] else { return nil }
        return .init(
          name: title(pair, "→"), color: 0, estimate: difference.estimate,
          interval: difference.interval, text: signed(difference))
      }, reference: 0)
    return """
      <h2>Differences</h2>
      \(Page.figure("Differences in balanced accuracy", chart))
      \(table.html)
      """
  }

  /// Once, if it is true of all pairs, or of many.
  private var pairCautions: [String] {
    var said: [(caution: String, pairs: [PairedComparison])] = []
    for pair in pairs {
      for caution in pair.cautions {
        if let place = said.firstIndex(where: { $0.caution == caution }) {
          said[place].pairs.append(pair)
        } else {
          said.append((caution, [pair]))
        }
      }
    }
    return said.flatMap { caution, own in
      own.count == pairs.count
        ? [caution]
        : own.count > 3
          ? ["\(caution) (\(own.count) of \(pairs.count) pairs)"] : own.map { "\(title($0, "→")): \(caution)" }
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

  /// What differs between the runs.
  private var settingsTable: Markup {
    guard !settings.isEmpty else { return "" }
    guard isColored else { return settingsByRun }
    var table = HTMLTable(
      caption: "What differs between the runs.", columns: [("key", true)] + runs.map { ($0.name, true) })
    for difference in settings {
      table.rows.append([.left(difference.path)] + difference.values.map { .left($0) })
    }
    return table.html
  }

  /// The same with a row for each of many runs.
  private var settingsByRun: Markup {
    var table = HTMLTable(
      caption: "What differs between the runs.", columns: [("run", true)] + settings.map { ($0.path, true) })
    for (place, run) in runs.enumerated() {
      table.rows.append(
        [.left(run.name)] + settings.map { .left($0.values.indices.contains(place) ? $0.values[place] : "") })
    }
    return "<details><summary>What differs between the runs</summary>\(table.html)</details>\n"
  }

  /// Once for all runs that share it. Where that are many, folded behind what the subsets hold.
  private var dataSection: Markup {
    var shared: [(data: DataFacts, names: [String])] = []
    for run in runs {
      if let place = shared.firstIndex(where: { $0.data == run.data }) {
        shared[place].names.append(run.name)
      } else {
        shared.append((run.data, [run.name]))
      }
    }
    if shared.count == 1 { return ReportSections.data(shared[0].data) }
    guard shared.count > Self.mostUnfolded else {
      return "\(shared.map { data, names -> Markup in "<h3>\(Self.short(names))</h3>\(ReportSections.data(data))" })"
    }
    let folded = shared.map { data, names -> Markup in
      let sizes = ["train", "validation", "test"].compactMap { subset in
        data.subsets[subset].map { "\(subset) \($0.items) (\($0.groups))" }
      }
      return """
        <details><summary>\(Self.short(names)): \(sizes.joined(separator: ", "))</summary>
        \(ReportSections.data(data))</details>

        """
    }
    return """
      <p>Items of each subset, and of how many independent groups. What the figures rest on stands behind each line.</p>
      \(folded)
      """
  }

  /// Sets of data that are shown without being asked for.
  private static let mostUnfolded = 3

  private static func short(_ names: [String]) -> String {
    names.prefix(2).joined(separator: "; ") + (names.count > 2 ? " and \(names.count - 2) more" : "")
  }
}
