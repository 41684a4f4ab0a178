/// Curves over one axis, each with its name at its end instead of in a legend.
struct LineChart {
  struct Series {
    let name: String
    /// Which of the palette's colours it has.
    let color: Int
    var isDashed = false
    let points: [(x: Double, y: Double)]
    /// A point to mark, e.g. the epoch of the best checkpoint.
    var marked: (x: Double, y: Double)?
  }

  let title: String
  let description: String
  let xTitle: String
  let yTitle: String
  let series: [Series]
  var within: ClosedRange<Double>?
  /// Ticks only at whole numbers, for epochs.
  var wholeX = true

  private static let width = 520.0
  private static let height = 300.0
  private static let top = 14.0
  private static let bottom = 258.0

  var svg: Markup {
    let right = Self.width - max(24, (series.map { ChartText.width(ChartText.shortened($0.name, 26)) }.max() ?? 0) + 14)
    let points = series.flatMap(\.points)
    let y = Axis(points.map(\.y), from: Self.bottom, to: Self.top, within: within)
    // Room for the ticks' labels beside the title.
    let left = max(52, (y.ticks.map { ChartText.width(y.label($0)) }.max() ?? 0) + 27)
    let x = Axis(points.map(\.x), from: left, to: right, ticks: 6)
    let labels = Self.spread(
      series.map { series in series.points.last { $0.y.isFinite }.map { y.position($0.y) } ?? Self.bottom },
      within: Self.top...Self.bottom)
    return """
      <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" class="chart">
      <title>\(title)</title><desc>\(description)</desc>
      \(grid(x, y, left, right))
      \(series.indices.map { curve(series[$0], x, y, labelAt: (right + 8, labels[$0])) })
      </svg>
      """
  }

  private func grid(_ x: Axis, _ y: Axis, _ left: Double, _ right: Double) -> Markup {
    let rows = y.ticks.map { tick -> Markup in
      """
      <line class="grid" x1="\(left)" x2="\(right)" y1="\(y.position(tick))" y2="\(y.position(tick))"/>
      <text class="tick end" x="\(left - 7)" y="\(y.position(tick) + 4)">\(y.label(tick))</text>

      """
    }
    let columns = x.ticks.filter { !wholeX || $0 == $0.rounded() }.map { tick -> Markup in
      """
      <line class="axis" x1="\(x.position(tick))" x2="\(x.position(tick))" y1="\(Self.bottom)" y2="\(Self.bottom + 5)"/>
      <text class="tick middle" x="\(x.position(tick))" y="\(Self.bottom + 19)">\(wholeX ? Figures.fixed(tick, 0) : x.label(tick))</text>

      """
    }
    return """
      \(rows)
      <line class="axis" x1="\(left)" x2="\(right)" y1="\(Self.bottom)" y2="\(Self.bottom)"/>
      \(columns)
      <text class="label middle" x="\((left + right) / 2)" y="\(Self.height - 5)">\(xTitle)</text>
      <text class="label middle" transform="translate(12 \((Self.top + Self.bottom) / 2)) rotate(-90)">\(yTitle)</text>
      """
  }

  private func curve(_ series: Series, _ x: Axis, _ y: Axis, labelAt label: (x: Double, y: Double)) -> Markup {
    // A value that isn't finite interrupts the curve.
    var path = ""
    var pen = "M"
    for point in series.points {
      guard point.x.isFinite, point.y.isFinite else {
        pen = "M"
        continue
      }
      path += "\(pen)\(Figures.coordinate(x.position(point.x))) \(Figures.coordinate(y.position(point.y)))"
      pen = "L"
    }
    let color = "s\(series.color % Stylesheet.seriesCount)"
    let dash: Markup = series.isDashed || series.color >= Stylesheet.seriesCount ? " stroke-dasharray=\"5 4\"" : ""
    var marks: Markup = ""
    if let marked = series.marked, marked.y.isFinite {
      marks +=
        "<circle class=\"dot \(color)\" cx=\"\(x.position(marked.x))\" cy=\"\(y.position(marked.y))\" r=\"4\"/>\n"
    } else if series.points.count == 1, let only = series.points.first, only.y.isFinite {
      marks += "<circle class=\"dot \(color)\" cx=\"\(x.position(only.x))\" cy=\"\(y.position(only.y))\" r=\"3\"/>\n"
    }
    return """
      <path class="curve \(color)"\(dash) d="\(path)"/>
      \(marks)<text class="series \(color)" x="\(label.x)" y="\(label.y + 4)">\(ChartText.shortened(series.name, 26))</text>

      """
  }

  /// Moves labels apart so that none covers another, keeping their order.
  static func spread(_ positions: [Double], within: ClosedRange<Double>, gap: Double = 15) -> [Double] {
    var result = positions
    let order = positions.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
    var previous = within.lowerBound - gap
    for index in order {
      result[index] = max(result[index], previous + gap)
      previous = result[index]
    }
    // What was pushed past the end moves back up.
    var next = within.upperBound + gap
    for index in order.reversed() {
      result[index] = min(result[index], next - gap)
      next = result[index]
    }
    return result
  }
}
