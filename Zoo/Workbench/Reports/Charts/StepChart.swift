import ZooData

/// Curves that change at events alone, each with the band of its interval and its name at its end.
struct StepChart {
  struct Series {
    let name: String
    /// Which of the palette's colours it has.
    let color: Int
    let curve: StepCurve
    /// Where the curve ends.
    let end: Double
    var hasBand = true
  }

  let title: String
  let xTitle: String
  let yTitle: String
  let series: [Series]
  var within: ClosedRange<Double> = 0...1
  /// Without axes' titles and names, for many side by side.
  var isSmall = false

  var svg: Markup {
    let (width, height) = isSmall ? (150.0, 96.0) : (520.0, 320.0)
    let top = isSmall ? 6.0 : 14.0
    let bottom = isSmall ? height - 8 : height - 42
    let left = isSmall ? 6.0 : 58.0
    let names = series.map { ChartText.width(ChartText.shortened($0.name, 26)) }
    let right = width - (isSmall ? 6 : max(24, (names.max() ?? 0) + 14))
    let x = Axis([0] + series.map(\.end), from: left, to: right, ticks: 6)
    let y = Axis([within.lowerBound, within.upperBound], from: bottom, to: top, within: within)
    let labels = LineChart.spread(
      series.map { y.position($0.curve.value(at: $0.end)) }, within: top...bottom)
    let curves = series.enumerated().map { index, series -> Markup in
      let color = "s\(series.color % Stylesheet.seriesCount)"
      let band: Markup =
        series.hasBand && !isSmall ? "<path class=\"band \(color)\" d=\"\(Self.band(series, x, y))\"/>\n" : ""
      let name: Markup =
        isSmall
        ? ""
        : "<text class=\"series \(color)\" x=\"\(right + 8)\" y=\"\(labels[index] + 4)\">\(ChartText.shortened(series.name, 26))</text>\n"
      return "\(band)<path class=\"curve \(color)\" d=\"\(Self.path(series, x, y))\"/>\n\(name)"
    }
    return """
      <svg viewBox="0 0 \(width) \(height)" role="img" class="\(isSmall ? Markup("chart small") : Markup("chart"))">
      <title>\(title)</title>
      <desc>\(series.map { "\($0.name): \(Figures.fixed($0.curve.value(at: $0.end)))" }.joined(separator: "; "))</desc>
      \(isSmall ? Self.frame(left, right, top, bottom) : grid(x, y, left, right, bottom, height))
      \(curves)
      </svg>
      """
  }

  private static func frame(_ left: Double, _ right: Double, _ top: Double, _ bottom: Double) -> Markup {
    "<path class=\"axis\" fill=\"none\" d=\"M\(left) \(top)V\(bottom)H\(right)\"/>"
  }

  private func grid(
    _ x: Axis, _ y: Axis, _ left: Double, _ right: Double, _ bottom: Double, _ height: Double
  ) -> Markup {
    let rows = y.ticks.map { tick -> Markup in
      """
      <line class="grid" x1="\(left)" x2="\(right)" y1="\(y.position(tick))" y2="\(y.position(tick))"/>
      <text class="tick end" x="\(left - 7)" y="\(y.position(tick) + 4)">\(y.label(tick))</text>

      """
    }
    let columns = x.ticks.map { tick -> Markup in
      "<text class=\"tick middle\" x=\"\(x.position(tick))\" y=\"\(bottom + 18)\">\(x.label(tick))</text>\n"
    }
    return """
      \(rows)<line class="axis" x1="\(left)" x2="\(right)" y1="\(bottom)" y2="\(bottom)"/>
      \(columns)
      <text class="label middle" x="\((left + right) / 2)" y="\(height - 5)">\(xTitle)</text>
      <text class="label middle" transform="translate(13 \(bottom / 2 + 7)) rotate(-90)">\(yTitle)</text>
      """
  }

  private static func path(_ series: Series, _ x: Axis, _ y: Axis) -> String {
    func text(_ value: Double) -> String { Figures.coordinate(value) }
    var path = "M\(text(x.position(0))) \(text(y.position(series.curve.start)))"
    for point in series.curve.points where point.time <= series.end {
      path += "H\(text(x.position(point.time)))V\(text(y.position(point.value)))"
    }
    return path + "H\(text(x.position(series.end)))"
  }

  private static func band(_ series: Series, _ x: Axis, _ y: Axis) -> String {
    let points = series.curve.points.filter { $0.time <= series.end }
    guard let first = points.first, let last = points.last else { return "" }
    func text(_ value: Double) -> String { Figures.coordinate(value) }
    var path = "M\(text(x.position(first.time))) \(text(y.position(first.upper)))"
    for point in points.dropFirst() { path += "H\(text(x.position(point.time)))V\(text(y.position(point.upper)))" }
    path += "H\(text(x.position(series.end)))V\(text(y.position(last.lower)))"
    for (point, before) in zip(points, points.dropFirst()).reversed() {
      path += "H\(text(x.position(before.time)))V\(text(y.position(point.lower)))"
    }
    return path + "H\(text(x.position(first.time)))Z"
  }
}
