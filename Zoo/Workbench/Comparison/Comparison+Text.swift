import ZooData

extension Comparison {
  static let tableMetrics: [Metric] = [.accuracy, .balancedAccuracy, .macroF1]

  /// Pairs beyond these are left to the page and the CSV.
  private static let mostPairsInText = 12

  /// The comparison for a terminal: the table, differences, effects and cautions.
  package var text: String {
    var text = runs.contains(where: \.data.isSimulated) ? Simulation.warning + "\n" : ""
    text += confounding.map { "! \(Escape.line($0))\n" }.joined()
    text += "\(subset) items, intervals 95 %\(hasSeeds ? ", ± standard deviation over seeds" : "")\n\n" + modelTable
    if !factors.isEmpty { text += "\n" + factorTable }
    if !pairs.isEmpty { text += "\n" + pairTable }
    for part in [paretoText, subgroupText] where !part.isEmpty { text += "\n" + part }
    if suite == nil, !settings.isEmpty {
      text += "\nwhat differs (\(runs.map(\.name).joined(separator: " | "))):\n"
      text += settings.map { "  \($0.text)\n" }.joined()
    }
    let notes = cautions + Set(pairs.flatMap(\.cautions)).sorted()
    if !notes.isEmpty { text += "\n" + notes.map { "! \(Escape.line($0))\n" }.joined() }
    return text
  }

  var hasSeeds: Bool { models.contains { !$0.spread.isEmpty } }

  /// The names of the columns that tell the models apart.
  var levelColumns: [String] {
    guard let suite, models.allSatisfy({ !$0.levels.isEmpty }) else { return ["model"] }
    return suite.factors.map(\.name)
  }

  /// What stands in ``levelColumns``.
  func levelCells(_ model: ComparedModel) -> [String] {
    guard levelColumns != ["model"] || (suite?.factors.map(\.name) ?? []) == ["model"] else { return [model.name] }
    return levelColumns.map { factor in model.levels.first { $0.factor == factor }?.level ?? "" }
  }

  /// `3 classes, All: 2D CNN → CNN+LSTM`: what both models have in common stands once.
  func title(_ pair: PairedComparison, _ sign: String) -> String {
    guard let first = models.first(where: { $0.name == pair.first }),
      let second = models.first(where: { $0.name == pair.second })
    else { return "\(pair.first) \(sign) \(pair.second)" }
    let (one, other) = sign == "−" ? (second, first) : (first, second)
    guard one.levels.map(\.factor) == other.levels.map(\.factor) else { return "\(one.title) \(sign) \(other.title)" }
    let shared = zip(one.levels, other.levels).filter { $0 == $1 }.map(\.0.level)
    func own(_ model: ComparedModel, _ rival: ComparedModel) -> String {
      zip(model.levels, rival.levels).filter { $0 != $1 }.map(\.0.level).joined(separator: ", ")
    }
    guard !shared.isEmpty, shared.count < one.levels.count else { return "\(one.title) \(sign) \(other.title)" }
    return "\(shared.joined(separator: ", ")): \(own(one, other)) \(sign) \(own(other, one))"
  }

  /// `0.912 ± 0.010 [0.880, 0.940]`.
  func figure(_ model: ComparedModel, _ metric: Metric) -> String {
    guard let spread = model.spread[metric.rawValue] else {
      return Figures.estimate(model.result[metric], model.result.interval(metric))
    }
    let range = model.result.interval(metric).map { " [\(Figures.fixed($0.lower)), \(Figures.fixed($0.upper))]" } ?? ""
    return "\(Figures.fixed(spread.mean)) ± \(Figures.fixed(spread.standardDeviation))\(range)"
  }

  /// `0.71 threshold on PI`.
  func baselineText(_ model: ComparedModel) -> String {
    model.bestBaseline.map { "\(Figures.fixed($0.value)) \($0.shortName)" } ?? "–"
  }

  func letters(_ index: Int) -> String {
    rankings.lazy.flatMap(\.places).first { $0.model == index }?.letters ?? ""
  }

  /// All pairs of a few models; of many, those with the best of their classes, which a reader looks for first.
  func shownPairs(most: Int) -> [PairedComparison] {
    guard pairs.count > most else { return pairs }
    let best = Set(rankings.compactMap { $0.places.first.map { models[$0.model].name } })
    return pairs.filter { best.contains($0.first) || best.contains($0.second) }
  }

  private var modelTable: String {
    let hasPublished = models.contains { !$0.published.isEmpty }
    let showsRuns = models.contains { $0.runs.count > 1 }
    var columns: [(title: String, alignment: TextTable.Alignment)] = levelColumns.map { ($0, .left) }
    if showsRuns { columns.append(("runs", .right)) }
    columns += [("items (groups)", .right)] + Self.tableMetrics.map { ($0.title.lowercased(), .right) }
    let hasBaseline = models.contains { $0.bestBaseline != nil }
    if hasBaseline { columns.append(("best without network", .right)) }
    if hasPublished { columns.append(("published", .right)) }
    if models.count > 2 { columns.append(("rank", .left)) }
    columns += [
      ("parameters", .right), ("FLOPs", .right), ("size", .right), ("training", .right), ("prediction", .right),
    ]
    var table = TextTable(columns)
    for (index, model) in models.enumerated() {
      var cells = levelCells(model)
      if showsRuns { cells.append("\(model.runs.count)") }
      cells += [model.result.sizeText] + Self.tableMetrics.map { figure(model, $0) }
      if hasBaseline { cells.append(baselineText(model)) }
      if hasPublished { cells.append(Figures.fixed(model.published[Metric.accuracy.rawValue])) }
      if models.count > 2 { cells.append(letters(index)) }
      table.add(
        cells + [
          Figures.count(model.model.parameters), Figures.count(model.model.flops),
          Figures.bytes(model.model.byteCount), Figures.duration(model.trainingSeconds),
          model.result.secondsPerItem.map { Figures.duration($0) + "/item" } ?? "–",
        ])
    }
    return table.text
  }

  private var factorTable: String {
    var table = TextTable([
      ("factor", .left), ("level − first", .left), ("balanced accuracy", .right), ("smallest", .right),
      ("largest", .right), ("pairs", .right),
    ])
    for factor in factors {
      for level in factor.levels {
        table.add([
          factor.factor, "\(level.level) − \(factor.reference)", Figures.signed(level.difference),
          Figures.signed(level.smallest), Figures.signed(level.largest), "\(level.pairs)",
        ])
      }
    }
    return table.text
  }

  private var pairTable: String {
    var columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("second − first", .left), ("balanced accuracy", .right), ("p, Holm", .right), ("accuracy", .right),
      ("p, Holm", .right),
    ]
    let hasMcNemar = pairs.contains { $0.mcnemar != nil }
    if hasMcNemar { columns.append(("p, McNemar", .right)) }
    if margin != nil { columns.append(("conclusion", .left)) }
    var table = TextTable(columns)
    let shown = shownPairs(most: Self.mostPairsInText)
    for pair in shown {
      var cells = [title(pair, "−")]
      cells += [Metric.balancedAccuracy, .accuracy].flatMap { metric -> [String] in
        guard let difference = pair[metric] else { return ["–", "–"] }
        let range = difference.interval.map { " [\(Figures.signed($0.lower)), \(Figures.signed($0.upper))]" } ?? ""
        return [Figures.signed(difference.estimate) + range, Figures.pValue(difference.adjustedPValue)]
      }
      if hasMcNemar { cells.append(Figures.pValue(pair.mcnemar?.exactPValue)) }
      if margin != nil { cells.append(conclusion(pair)) }
      table.add(cells)
    }
    let hidden = pairs.count - shown.count
    return table.text
      + (hidden > 0 ? "\(Figures.counted(hidden, "more pair")) in the page and in pairs.csv\n" : "")
  }

  /// What a pair shows about balanced accuracy, in words.
  func conclusion(_ pair: PairedComparison) -> String {
    guard let margin, let conclusion = pair[.balancedAccuracy]?.conclusion(margin: margin) else { return "–" }
    let size = Figures.fixed(margin)
    return switch conclusion {
    case .different: "different"
    case .differentWithinMargin: "different, but by less than \(size)"
    case .equivalent: "no difference larger than \(size)"
    case .undecided: "no difference shown"
    }
  }
}

extension EvaluationResult {
  /// Items and, in parentheses, independent groups of them.
  var sizeText: String { "\(items) (\(groups))" }

  /// `144 test items of 6 groups`; of items that are in no groups it says that they are taken as independent.
  package func sizeText(_ subset: String) -> String {
    let counted = Figures.counted(items, subset.isEmpty ? "item" : "\(subset) item")
    return groups == items
      ? "\(counted), each taken as independent of the others" : "\(counted) of \(Figures.counted(groups, "group"))"
  }
}
