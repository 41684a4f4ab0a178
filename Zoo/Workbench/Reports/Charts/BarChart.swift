/// How often each whole number occurs; neighbouring numbers share a bar where there are many.
struct BarChart {
  let title: String
  let description: String
  let xTitle: String
  let yTitle: String
  let counts: [Int: Int]

  private static let width = 520.0
  private static let height = 240.0
  private static let top = 14.0
  private static let bottom = 198.0
  private static let mostBars = 40

  var svg: Markup {
    let low = counts.keys.min() ?? 0
    let high = counts.keys.max() ?? 0
    let each = (high - low) / Self.mostBars + 1
    let bars = stride(from: low, through: high, by: each).map { start in
      (start, (start..<start + each).reduce(0) { $0 + (counts[$1] ?? 0) })
    }
    let y = Axis(bars.map { Double($0.1) } + [0], from: Self.bottom, to: Self.top)
    let left = max(52, (y.ticks.map { ChartText.width(y.label($0)) }.max() ?? 0) + 27)
    let slot = (Self.width - 12 - left) / Double(bars.count)
    let rows = y.ticks.map { tick -> Markup in
      """
      <line class="grid" x1="\(left)" x2="\(Self.width - 12)" y1="\(y.position(tick))" y2="\(y.position(tick))"/>
      <text class="tick end" x="\(left - 7)" y="\(y.position(tick) + 4)">\(y.label(tick))</text>

      """
    }
    // No more labels than fit beside each other.
    let widest = ChartText.width("\(high)–\(high)") + 10
    let every = max(1, Int(saturating: (widest / slot).rounded(.up)))
    let columns = bars.enumerated().map { index, bar -> Markup in
      let x = left + slot * Double(index)
      let top = y.position(Double(bar.1))
      let name = each == 1 ? "\(bar.0)" : "\(bar.0)–\(bar.0 + each - 1)"
      let label: Markup =
        index % every == 0
        ? "<text class=\"tick middle\" x=\"\(x + slot / 2)\" y=\"\(Self.bottom + 17)\">\(name)</text>" : ""
      return """
        <rect class="heat" x="\(x + slot * 0.1)" y="\(top)" width="\(slot * 0.8)" height="\(Self.bottom - top)"><title>\(name): \(bar.1)</title></rect>\(label)

        """
    }
    return """
      <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" class="chart">
      <title>\(title)</title><desc>\(description)</desc>
      \(rows)\(columns)
      <text class="label middle" x="\((left + Self.width) / 2)" y="\(Self.height - 5)">\(xTitle)</text>
      <text class="label middle" transform="translate(12 \((Self.top + Self.bottom) / 2)) rotate(-90)">\(yTitle)</text>
      </svg>
      """
  }
}
