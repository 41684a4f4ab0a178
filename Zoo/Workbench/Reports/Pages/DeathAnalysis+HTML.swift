import ZooData

extension DeathAnalysis {
  /// The analysis as one self-contained page: curves by condition, contrasts, the plate.
  /// - Parameter isSimulated: whether the cells were made by a program.
  package func html(isSimulated: Bool = false) -> String {
    let body: Markup = """
      <h1>Cell deaths over time</h1>
      <p class="lead">\(lead)</p>
      \(isSimulated ? Page.simulated : "")
      <h2>How many died, and how</h2>
      <div class="charts">\(incidenceFigures)</div>
      \(conditionTable)
      \(contrasts.isEmpty ? "" : contrastSection)
      <h2>Every well</h2>
      \(plate)
      \(Page.cautions(cautions))
      <h2>How it was reckoned</h2>
      \(method)
      """
    return Page.html(title: "Cell deaths over time", body)
  }

  private var lead: String {
    let cells = wells.reduce(0) { $0 + $1.cells }
    let experiments = Set(wells.map(\.experiment)).count
    return "\(Figures.counted(cells, "cell")) in \(Figures.counted(wells.count, "well")) of "
      + "\(Figures.counted(experiments, "experiment")), followed for up to \(Figures.significant(horizon)) \(timeUnit)"
  }

  private var xTitle: String { timeUnit == "frames" ? "frame" : "time (\(timeUnit))" }

  private func highest(_ values: [Double]) -> ClosedRange<Double> {
    let top = values.max() ?? 1
    return 0...([0.1, 0.2, 0.5, 1].first { $0 >= top } ?? 1)
  }

  private var incidenceFigures: Markup {
    // One scale for all kinds, so that they can be compared by eye.
    let within = highest(
      conditions.flatMap { curves in kinds.compactMap { curves.incidence[$0]?.point(at: horizon)?.upper } })
    let figures = kinds.map { kind -> Markup in
      let chart = StepChart(
        title: "Cumulative incidence of \(kind)", xTitle: xTitle, yTitle: "share of cells",
        series: conditions.enumerated().map { index, curves in
          .init(
            name: curves.name, color: index, curve: curves.incidence[kind] ?? StepCurve(start: 0, points: []),
            end: horizon)
        }, within: within)
      return Page.figure("\(kind): cumulative incidence", chart.svg)
    }
    let alive = StepChart(
      title: "Share of living cells", xTitle: xTitle, yTitle: "share of cells",
      series: conditions.enumerated().map { index, curves in
        .init(name: curves.name, color: index, curve: curves.survival, end: horizon)
      })
    return "\(figures)\(Page.figure("Alive (Kaplan–Meier)", alive.svg))"
  }

  private var conditionTable: Markup {
    var table = HTMLTable(
      caption:
        "Cumulative incidence until \(Figures.significant(horizon)) \(timeUnit) with 95 % intervals, which take cells "
        + "as independent: for the difference between conditions see the contrasts.",
      columns: [("condition", true), ("wells", false), ("cells", false), ("died", false)]
        + kinds.map { ($0, false) } + [("median time", false), ("dead when first seen", false)])
    for (index, curves) in conditions.enumerated() {
      let figures = kinds.map { kind -> HTMLTable.Cell in
        guard let point = curves.incidence[kind]?.point(at: horizon) else { return .text("0") }
        return .estimate(point.value, Interval(lower: point.lower, upper: point.upper, level: 0.95, method: ""))
      }
      table.rows.append(
        [
          HTMLTable.Cell(
            content: "<span class=\"swatch s\(index % Stylesheet.seriesCount)\"></span>\(curves.name)", isLeft: true),
          .text("\(curves.wells)"), .text("\(curves.cells)"), .text("\(curves.died)"),
        ] + figures + [
          .text(curves.medianTime.map { "\(Figures.significant($0)) \(timeUnit)" } ?? "–"),
          .text("\(curves.deadAtStart)"),
        ])
    }
    return table.html
  }

  private var contrastSection: Markup {
    var table = HTMLTable(
      caption:
        "Difference of the mean cumulative incidence of \(unit)s until \(Figures.significant(horizon)) \(timeUnit), "
        + "with 95 % intervals by how much \(unit)s differ (Welch). p comes from exchanging conditions among \(unit)s within experiments, "
        + "and is corrected for all contrasts by Holm's method. The last column takes cells as independent, which they "
        + "aren't, and is there for readers who know these tests.",
      columns: [
        ("condition − reference", true), ("death", true), ("difference", false), ("\(unit)s", false), ("p", false),
        ("p, Holm", false), ("log-rank or Gray, cells", false),
      ])
    for contrast in contrasts {
      var content: Markup = "\(contrast.units.map { Figures.signed($0.difference) } ?? "–")"
      if let lower = contrast.units?.lower, let upper = contrast.units?.upper {
        content += "<span class=\"range\">\(Figures.signed(lower)) – \(Figures.signed(upper))</span>"
      }
      table.rows.append([
        .left("\(contrast.condition) − \(contrast.reference)"), .left(contrast.kind), HTMLTable.Cell(content: content),
        .text(contrast.units.map { "\($0.secondUnits) : \($0.firstUnits)" } ?? "–"),
        .text(Figures.pValue(contrast.units?.pValue)), .text(Figures.pValue(contrast.adjustedPValue)),
        .text(Figures.pValue(contrast.cellPValue)),
      ])
    }
    return "<h2>Differences between conditions</h2>\n\(table.html)"
  }

  // MARK: The plate

  /// Other colours than those of the conditions, as far as there are any.
  private func color(ofKind index: Int) -> Int { max(2, conditions.count) + index }

  /// One small chart for each well, as the wells lie on the plate where their names say it.
  private var plate: Markup {
    let experiments = Set(wells.map(\.experiment)).sorted()
    let within = highest(wells.flatMap { well in kinds.map { well.incidence[$0]?.value(at: horizon) ?? 0 } })
    let legend = kinds.enumerated().map { index, kind -> Markup in
      "<span class=\"swatch s\(color(ofKind: index) % Stylesheet.seriesCount)\"></span>\(kind) "
    }
    let plates = experiments.map { experiment -> Markup in
      let members = wells.filter { $0.experiment == experiment }
      return "\(experiment.isEmpty ? "" : Markup("<h3>") + "\(experiment)" + "</h3>")\(plate(members, within))"
    }
    return """
      <p class="note">Cumulative incidence until \(Figures.significant(horizon)) \(timeUnit), from 0 to \
      \(Figures.fixed(within.upperBound, 1)): \(legend)</p>
      \(plates)
      """
  }

  private func plate(_ wells: [Curves], _ within: ClosedRange<Double>) -> Markup {
    let cells = wells.map { well -> (place: (row: String, column: Int)?, markup: Markup) in
      let chart = StepChart(
        title: "Deaths in \(well.name)", xTitle: xTitle, yTitle: "",
        series: kinds.enumerated().map { index, kind in
          .init(
            name: kind, color: color(ofKind: index), curve: well.incidence[kind] ?? StepCurve(start: 0, points: []),
            end: horizon)
        }, within: within, isSmall: true)
      let name = well.name.split(separator: "/").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? well.name
      let markup: Markup = """
        <figure><figcaption>\(name) <span class="note">\(well.condition == name ? "" : well.condition) n=\(well.cells)</span></figcaption>
        \(chart.svg)</figure>
        """
      return (Self.place(name), markup)
    }
    let places = cells.compactMap(\.place)
    guard places.count == cells.count, Set(places.map { "\($0.row)\($0.column)" }).count == cells.count else {
      return "<div class=\"wells\">\(cells.map { Markup("<div>") + $0.markup + "</div>" })</div>\n"
    }
    let columns = Set(places.map(\.column)).sorted()
    let rows = Set(places.map(\.row)).sorted { ($0.count, $0) < ($1.count, $1) }
    let body = rows.map { row -> Markup in
      let line = columns.map { column -> Markup in
        let cell = cells.first { $0.place?.row == row && $0.place?.column == column }
        return "<td>\(cell?.markup ?? "")</td>"
      }
      return "<tr>\(line)</tr>\n"
    }
    return "<div class=\"scroll\"><table class=\"plate\"><tbody>\(body)</tbody></table></div>\n"
  }

  /// `B03` is row B, column 3.
  static func place(_ well: String) -> (row: String, column: Int)? {
    let letters = well.prefix { $0.isLetter }
    guard (1...2).contains(letters.count), let number = Int(well.dropFirst(letters.count)), number > 0 else {
      return nil
    }
    return (letters.uppercased(), number)
  }

  private var method: Markup {
    let rule =
      switch rule.kind {
      case .consecutive:
        "the first of \(self.rule.frames) consecutive frames with a probability of death of at least \(Figures.fixed(self.rule.threshold, 2))"
      case .hysteresis:
        "the first frame with a probability of death of at least \(Figures.fixed(self.rule.threshold, 2)) after which it never falls below \(Figures.fixed(self.rule.low, 2))"
      case .changePoint: "the onset and kind that make what the model said of the track most likely"
      }
    return Page.facts([
      ("Onset of death", rule),
      ("Kind", "that of the first phase of death; an apoptotic cell that ruptures later stays apoptotic"),
      ("Incidence", "Aalen–Johansen, the kinds competing; intervals by the delta method on the scale of log(−log)"),
      ("Alive", "Kaplan–Meier with Greenwood's intervals on the scale of log(−log)"),
      ("Late tracks", "cells that appear later count from their first frame (delayed entry)"),
      ("Contrasts", "permutation of \(unit)s within experiments; cells are never taken as independent for these"),
    ])
  }
}
