import ZooData

/// Curves in the unit square, such as ROC and precision-recall: in one chart while the palette has a colour for each, and in
/// a small chart each otherwise.
struct CurveChart: DataChart {
  struct Series {
    let name: String
    let points: [(x: Double, y: Double)]
  }

  let title: String
  let xTitle: String
  let yTitle: String
  let series: [Series]
  /// The line of a guess: from the lower left to the upper right.
  var hasDiagonal = false

  var csv: String {
    series.reduce(CSV.line(["class", xTitle, yTitle])) { text, series in
      text + series.points.map { CSV.line([series.name, "\($0.x)", "\($0.y)"]) }.joined()
    }
  }

  var svg: Markup {
    guard series.count > Stylesheet.seriesCount else { return chart }
    return "<div class=\"panels\">\(series.map(panel))</div>"
  }

  private var chart: Markup {
    let (left, top, side) = (48.0, 14.0, 244.0)
    let x = Axis([0, 1], from: left, to: left + side, within: 0...1)
    let y = Axis([0, 1], from: top + side, to: top, within: 0...1)
    let ticks = x.ticks.map { tick -> Markup in
      """
      <line class="grid" x1="\(left)" x2="\(left + side)" y1="\(y.position(tick))" y2="\(y.position(tick))"/>
      <text class="tick end" x="\(left - 7)" y="\(y.position(tick) + 4)">\(y.label(tick))</text>
      <text class="tick middle" x="\(x.position(tick))" y="\(top + side + 18)">\(x.label(tick))</text>

      """
    }
    let names = series.enumerated().map { index, series -> Markup in
      let at = (x: left + side + 14, y: top + 12 + 20 * Double(index))
      return """
        <line class="curve s\(index)" x1="\(at.x)" x2="\(at.x + 14)" y1="\(at.y - 4)" y2="\(at.y - 4)"/>
        <text class="series s\(index)" x="\(at.x + 20)" y="\(at.y)">\(ChartText.shortened(series.name, 26))</text>

        """
    }
    let diagonal: Markup =
      hasDiagonal
      ? "<line class=\"reference\" x1=\"\(left)\" y1=\"\(top + side)\" x2=\"\(left + side)\" y2=\"\(top)\"/>\n" : ""
    let width =
      left + side + 44 + (series.map { ChartText.width(ChartText.shortened($0.name, 26)) }.max() ?? 0)
    return """
      <svg viewBox="0 0 \(width) 300" style="max-width:\(width)px" role="img" class="chart">
      <title>\(title)</title><desc>\(series.map(\.name).joined(separator: "; "))</desc>
      \(ticks)<line class="axis" x1="\(left)" x2="\(left + side)" y1="\(top + side)" y2="\(top + side)"/>
      \(diagonal)\(series.enumerated().map { path($1, x, y, "s\($0)") })\(names)
      <text class="label middle" x="\(left + side / 2)" y="\(top + side + 37)">\(xTitle)</text>
      <text class="label middle" transform="translate(12 \(top + side / 2)) rotate(-90)">\(yTitle)</text>
      </svg>
      """
  }

  private func panel(_ series: Series) -> Markup {
    let x = Axis([0, 1], from: 5, to: 145, within: 0...1)
    let y = Axis([0, 1], from: 105, to: 5, within: 0...1)
    let diagonal: Markup = hasDiagonal ? "<line class=\"reference\" x1=\"5\" y1=\"105\" x2=\"145\" y2=\"5\"/>\n" : ""
    return """
      <figure><svg viewBox="0 0 150 110" role="img" class="chart small">
      <title>\(title): \(series.name)</title><desc>\(xTitle) across, \(yTitle) up, 0 to 1</desc>
      <rect class="frame" x="5" y="5" width="140" height="100"/>
      \(diagonal)\(path(series, x, y, "s0"))
      </svg><figcaption>\(series.name)</figcaption></figure>

      """
  }

  private func path(_ series: Series, _ x: Axis, _ y: Axis, _ color: String) -> Markup {
    let path = series.points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(Figures.coordinate(x.position(point.x))) \(Figures.coordinate(y.position(point.y)))"
    }.joined()
    return "<path class=\"curve \(color)\" d=\"\(path)\"/>\n"
  }
}
