import ZooData

/// A small chart for each of many models, all on the same axes, so that they can be compared at a glance.
struct CurvePanels: DataChart {
  struct Panel {
    let name: String
    let series: [LineChart.Series]
  }

  let title: String
  let xTitle: String
  let yTitle: String
  let panels: [Panel]
  /// Of the values.
  var within: ClosedRange<Double>?
  /// Of the abscissa; without, from the lowest to the highest.
  var across: ClosedRange<Double>?

  var csv: String {
    panels.reduce(CSV.line(["model", "series", xTitle, yTitle])) { text, panel in
      text
        + panel.series.flatMap { series in
          series.points.map { CSV.line([panel.name, series.name, "\($0.x)", "\($0.y)"]) }
        }.joined()
    }
  }

  var svg: Markup {
    let points = panels.flatMap { $0.series.flatMap(\.points) }
    let x = Axis(across.map { [$0.lowerBound, $0.upperBound] } ?? points.map(\.x), from: 34, to: 186, within: across)
    let y = Axis(points.map(\.y), from: 104, to: 8, ticks: 3, within: within)
    return "<div class=\"panels wide\">\(panels.map { panel($0, x, y) })</div>"
  }

  private func panel(_ panel: Panel, _ x: Axis, _ y: Axis) -> Markup {
    let ticks = [y.ticks.first, y.ticks.last].compactMap { $0 }.map { tick -> Markup in
      "<text class=\"tick end\" x=\"30\" y=\"\(y.position(tick) + 4)\">\(y.label(tick))</text>\n"
    }
    let curves = panel.series.map { series -> Markup in
      var (path, pen) = ("", "M")
      for point in series.points {
        guard point.x.isFinite, point.y.isFinite else {
          pen = "M"
          continue
        }
        path += "\(pen)\(Figures.coordinate(x.position(point.x))) \(Figures.coordinate(y.position(point.y)))"
        pen = "L"
      }
      let mark: Markup =
        series.marked.map { marked in
          marked.y.isFinite
            ? "<circle class=\"dot s0\" cx=\"\(x.position(marked.x))\" cy=\"\(y.position(marked.y))\" r=\"2.5\"/>\n"
            : ""
        } ?? ""
      return "<path class=\"curve thin s0\" d=\"\(path)\"/>\n\(mark)"
    }
    return """
      <figure><svg viewBox="0 0 190 112" role="img" class="chart small">
      <title>\(title): \(panel.name)</title><desc>\(xTitle) across, \(yTitle) up</desc>
      <rect class="frame" x="34" y="8" width="152" height="96"/>
      \(ticks)\(curves)</svg><figcaption>\(panel.name)</figcaption></figure>

      """
  }
}
