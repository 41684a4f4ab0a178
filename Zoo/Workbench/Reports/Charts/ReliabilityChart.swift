/// Accuracy against confidence: on the diagonal, a model is as sure as it is right. The area of a point is its share of
/// the items.
struct ReliabilityChart {
  struct Series {
    let name: String
    let color: Int
    let bins: [ReliabilityBin]
  }

  let title: String
  let series: [Series]

  var svg: Markup {
    let (left, top, side) = (48.0, 14.0, 244.0)
    let labelWidth = series.map { ChartText.width(ChartText.shortened($0.name, 26)) }.max() ?? 0
    let x = Axis([0, 1], from: left, to: left + side, within: 0...1)
    let y = Axis([0, 1], from: top + side, to: top, within: 0...1)
    let ticks = x.ticks.map { tick -> Markup in
      """
      <line class="grid" x1="\(left)" x2="\(left + side)" y1="\(y.position(tick))" y2="\(y.position(tick))"/>
      <text class="tick end" x="\(left - 7)" y="\(y.position(tick) + 4)">\(y.label(tick))</text>
      <text class="tick middle" x="\(x.position(tick))" y="\(top + side + 18)">\(x.label(tick))</text>

      """
    }
    let labels = LineChart.spread(
      series.map { $0.bins.last.map { y.position($0.accuracy) } ?? top }, within: top...top + side)
    return """
      <svg viewBox="0 0 \(left + side + labelWidth + 26) 300" \
      style="max-width:\(left + side + labelWidth + 26)px" role="img" class="chart">
      <title>\(title)</title><desc>\(description)</desc>
      \(ticks)<line class="axis" x1="\(left)" x2="\(left + side)" y1="\(top + side)" y2="\(top + side)"/>
      <line class="reference" x1="\(left)" y1="\(top + side)" x2="\(left + side)" y2="\(top)"/>
      \(series.indices.map { points(series[$0], x, y, label: (left + side + 10, labels[$0])) })
      <text class="label middle" x="\(left + side / 2)" y="\(top + side + 37)">confidence</text>
      <text class="label middle" transform="translate(12 \(top + side / 2)) rotate(-90)">accuracy</text>
      </svg>
      """
  }

  private var description: String {
    series.map { series in
      let error = ReliabilityBin.expectedCalibrationError(series.bins)
      return "\(series.name): expected calibration error \(Figures.fixed(error))"
    }.joined(separator: "; ")
  }

  private func points(_ series: Series, _ x: Axis, _ y: Axis, label: (x: Double, y: Double)) -> Markup {
    let total = Double(max(series.bins.reduce(0) { $0 + $1.items }, 1))
    let color = "s\(series.color % Stylesheet.seriesCount)"
    let path = series.bins.enumerated().map { index, bin in
      "\(index == 0 ? "M" : "L")\(Figures.coordinate(x.position(bin.meanConfidence))) "
        + Figures.coordinate(y.position(bin.accuracy))
    }.joined()
    let dots = series.bins.map { bin -> Markup in
      """
      <circle class="dot \(color)" cx="\(x.position(bin.meanConfidence))" cy="\(y.position(bin.accuracy))" \
      r="\(2.5 + 12 * (Double(bin.items) / total).squareRoot())"><title>confidence \(Figures.fixed(bin.meanConfidence, 2)), \
      accuracy \(Figures.fixed(bin.accuracy, 2)), \(Figures.counted(bin.items, "item"))</title></circle>

      """
    }
    return """
      <path class="curve thin \(color)" d="\(path)"/>
      \(dots)<text class="series \(color)" x="\(label.x)" y="\(label.y + 4)">\(ChartText.shortened(series.name, 26))</text>

      """
  }
}
