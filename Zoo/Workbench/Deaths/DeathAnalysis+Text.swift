import ZooData

extension DeathAnalysis {
  /// For a terminal: conditions, contrasts, cautions.
  package var text: String {
    var table = TextTable(
      [("condition", .left), ("wells", .right), ("cells", .right), ("died", .right)]
        + kinds.map { ($0, .right) } + [("median time", .right)])
    for curves in conditions {
      table.add(
        [curves.name, "\(curves.wells)", "\(curves.cells)", "\(curves.died)"]
          + kinds.map { incidenceText(curves, $0) }
          + [curves.medianTime.map { "\(Figures.significant($0)) \(timeUnit)" } ?? "–"])
    }
    var text = "cumulative incidence until \(Figures.significant(horizon)) \(timeUnit), 95 % intervals of cells\n\n"
    text += table.text
    if !contrasts.isEmpty { text += "\n" + contrastTable }
    if !cautions.isEmpty { text += "\n" + cautions.map { "! \(Escape.line($0))\n" }.joined() }
    return text
  }

  /// `0.31 [0.28, 0.35]` at the horizon.
  func incidenceText(_ curves: Curves, _ kind: String) -> String {
    guard let point = curves.incidence[kind]?.point(at: horizon) else { return "0" }
    return "\(Figures.fixed(point.value)) [\(Figures.fixed(point.lower)), \(Figures.fixed(point.upper))]"
  }

  private var contrastTable: String {
    var table = TextTable([
      ("condition − reference", .left), ("death", .left), ("difference", .right), ("\(unit)s", .right),
      ("p", .right), ("p, Holm", .right), ("p of cells", .right),
    ])
    for contrast in contrasts {
      let units = contrast.units
      let range = units.flatMap { units in
        units.lower.flatMap { lower in units.upper.map { " [\(Figures.signed(lower)), \(Figures.signed($0))]" } }
      }
      table.add([
        "\(contrast.condition) − \(contrast.reference)", contrast.kind,
        (units.map { Figures.signed($0.difference) } ?? "–") + (range ?? ""),
        units.map { "\($0.secondUnits) : \($0.firstUnits)" } ?? "–", Figures.pValue(units?.pValue),
        Figures.pValue(contrast.adjustedPValue), Figures.pValue(contrast.cellPValue),
      ])
    }
    return table.text
  }

  /// Every curve as CSV: a row for each step.
  package var curvesCSV: String {
    var text = CSV.line(["level", "name", "condition", "curve", "time", "value", "lower", "upper", "at_risk"])
    for (level, all) in [("condition", conditions), ("well", wells)] {
      for curves in all {
        let named = kinds.map { ($0, curves.incidence[$0]) } + [("alive", curves.survival)]
        for (name, curve) in named {
          for point in curve?.points ?? [] {
            text += CSV.line([
              level, curves.name, curves.condition, name, "\(point.time)", "\(point.value)", "\(point.lower)",
              "\(point.upper)", "\(point.atRisk)",
            ])
          }
        }
      }
    }
    return text
  }
}
