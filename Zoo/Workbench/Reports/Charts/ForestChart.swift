/// Estimates with their intervals, one below the other.
struct ForestChart {
  struct Row {
    let name: String
    let color: Int
    let estimate: Double
    let interval: Interval?
    /// What stands at the right, e.g. `0.912 [0.880, 0.940]`.
    let text: String
  }

  let title: String
  let xTitle: String
  let rows: [Row]
  /// A value to compare with, e.g. 0 for differences.
  var reference: Double?
  var within: ClosedRange<Double>?

  var svg: Markup {
    let width = 860.0
    let left = (rows.map { ChartText.width(ChartText.shortened($0.name, 56)) }.max() ?? 0) + 18
    let right = width - 200
    let rowHeight = rows.count > 20 ? 21.0 : 30.0
    let bottom = 10 + Double(rows.count) * rowHeight
    let ends = rows.flatMap { [$0.estimate, $0.interval?.lower ?? $0.estimate, $0.interval?.upper ?? $0.estimate] }
    let x = Axis(ends + (reference.map { [$0] } ?? []), from: left, to: right, ticks: 6, within: within)
    let ticks = x.ticks.map { tick -> Markup in
      """
      <line class="grid" x1="\(x.position(tick))" x2="\(x.position(tick))" y1="6" y2="\(bottom)"/>
      <text class="tick middle" x="\(x.position(tick))" y="\(bottom + 17)">\(x.label(tick))</text>

      """
    }
    let line: Markup =
      reference.map { value in
        """
        <line class="reference" x1="\(x.position(value))" x2="\(x.position(value))" y1="6" y2="\(bottom)"/>

        """
      } ?? ""
    let lines = rows.enumerated().map { index, row in
      draw(row, x, y: 10 + (Double(index) + 0.5) * rowHeight, left: left, right: right)
    }
    return """
      <svg viewBox="0 0 \(width) \(bottom + 42)" role="img" class="chart wide">
      <title>\(title)</title>
      <desc>\(rows.map { "\($0.name): \($0.text)" }.joined(separator: "; "))</desc>
      \(ticks)\(line)\(lines)
      <text class="label middle" x="\((left + right) / 2)" y="\(bottom + 36)">\(xTitle)</text>
      </svg>
      """
  }

  private func draw(_ row: Row, _ x: Axis, y: Double, left: Double, right: Double) -> Markup {
    let color = "s\(row.color % Stylesheet.seriesCount)"
    var whisker: Markup = ""
    if let interval = row.interval {
      let (low, high) = (x.position(interval.lower), x.position(interval.upper))
      whisker = """
        <line class="curve \(color)" x1="\(low)" x2="\(high)" y1="\(y)" y2="\(y)"/>
        <line class="curve \(color)" x1="\(low)" x2="\(low)" y1="\(y - 5)" y2="\(y + 5)"/>
        <line class="curve \(color)" x1="\(high)" x2="\(high)" y1="\(y - 5)" y2="\(y + 5)"/>

        """
    }
    return """
      <text class="row-name end" x="\(left - 12)" y="\(y + 4)">\(ChartText.shortened(row.name, 56))</text>
      \(whisker)<circle class="dot \(color)" cx="\(x.position(row.estimate))" cy="\(y)" r="5"/>
      <text class="figure" x="\(right + 14)" y="\(y + 4)">\(row.text)</text>

      """
  }
}
