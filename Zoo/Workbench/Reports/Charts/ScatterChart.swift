import ZooData

/// Points in a plane, coloured by what they are. With more kinds than the palette has colours, each kind has a small chart of
/// its own, the others gray behind it.
struct ScatterChart: DataChart {
  struct Point {
    let x: Double
    let y: Double
    /// Index into ``ScatterChart/kinds``.
    let kind: Int
    /// What a reader of the table knows the point by.
    let name: String
  }

  let title: String
  let xTitle: String
  let yTitle: String
  /// What the kinds are called together, e.g. `class`.
  let kindTitle: String
  let kinds: [String]
  let points: [Point]

  /// Nobody looks at more small charts.
  static let mostKinds = 24

  var csv: String {
    points.reduce(CSV.line(["id", kindTitle, xTitle, yTitle])) { text, point in
      text + CSV.line([point.name, kinds[point.kind], "\(point.x)", "\(point.y)"])
    }
  }

  var svg: Markup {
    guard kinds.count > Stylesheet.seriesCount else { return chart }
    return "<div class=\"panels\">\(kinds.indices.prefix(Self.mostKinds).map(panel))</div>"
  }

  private var chart: Markup {
    let (left, top, right, bottom) = (52.0, 10.0, 400.0, 300.0)
    let (x, y) = axes(left: left, top: top, right: right, bottom: bottom)
    let names = kinds.enumerated().map { index, name -> Markup in
      """
      <circle class="dot s\(index)" cx="\(right + 20)" cy="\(top + 12 + 20 * Double(index))" r="5"/>
      <text class="series s\(index)" x="\(right + 31)" y="\(top + 16 + 20 * Double(index))">\(ChartText.shortened(name, 20))</text>

      """
    }
    let width = right + 44 + (kinds.map { ChartText.width(ChartText.shortened($0, 20)) }.max() ?? 0)
    return """
      <svg viewBox="0 0 \(width) 340" role="img" class="chart">
      <title>\(title)</title><desc>\(points.count) points by \(kindTitle): \(kinds.joined(separator: ", "))</desc>
      \(frame(left: left, top: top, right: right, bottom: bottom))
      <g class="cloud">\(points.map { dot($0, x, y, "s\($0.kind)", radius: 3) })</g>
      \(names)<text class="label middle" x="\((left + right) / 2)" y="\(bottom + 30)">\(xTitle)</text>
      <text class="label middle" transform="translate(14 \((top + bottom) / 2)) rotate(-90)">\(yTitle)</text>
      </svg>
      """
  }

  /// One kind before all others.
  private func panel(_ kind: Int) -> Markup {
    let (x, y) = axes(left: 4, top: 4, right: 146, bottom: 106)
    let behind = points.filter { $0.kind != kind }.map { dot($0, x, y, "muted-dot", radius: 1.5) }
    let before = points.filter { $0.kind == kind }.map { dot($0, x, y, "s0", radius: 2.2) }
    return """
      <figure><svg viewBox="0 0 150 110" role="img" class="chart small">
      <title>\(title): \(kinds[kind])</title><desc>\(before.count) of \(points.count) points</desc>
      \(frame(left: 4, top: 4, right: 146, bottom: 106))\(behind)\(before)
      </svg><figcaption>\(kinds[kind]) (\(before.count))</figcaption></figure>

      """
  }

  private func axes(left: Double, top: Double, right: Double, bottom: Double) -> (x: Axis, y: Axis) {
    (
      Axis(points.map(\.x), from: left + 6, to: right - 6), Axis(points.map(\.y), from: bottom - 6, to: top + 6)
    )
  }

  private func frame(left: Double, top: Double, right: Double, bottom: Double) -> Markup {
    "<rect class=\"frame\" x=\"\(left)\" y=\"\(top)\" width=\"\(right - left)\" height=\"\(bottom - top)\"/>\n"
  }

  private func dot(_ point: Point, _ x: Axis, _ y: Axis, _ style: String, radius: Double) -> Markup {
    "<circle class=\"dot \(style)\" cx=\"\(x.position(point.x))\" cy=\"\(y.position(point.y))\" r=\"\(radius)\"/>\n"
  }
}
