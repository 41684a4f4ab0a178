/// A confusion matrix: true classes down, predicted classes across, shaded by the share of the true class.
struct ConfusionChart {
  let confusion: ConfusionMatrix
  let title: String

  /// With more classes nobody reads a cell any more, and the page grows by the square of them.
  static let mostClasses = 40

  var svg: Markup {
    let classes = confusion.classes
    let cell = classes.count <= 4 ? 78.0 : classes.count <= 8 ? 54.0 : max(26.0, 460 / Double(classes.count))
    let labels = (classes.map { ChartText.width(ChartText.shortened($0, 25)) }.max() ?? 24) + 10
    let left = labels + 22
    let top = 26.0
    let side = cell * Double(classes.count)
    // Long names under narrow columns are turned.
    let isTurned = labels > cell + 4
    let bottom = top + side + (isTurned ? labels * 0.75 + 16 : 24)
    let width = left + side + (isTurned ? 40 : 12)
    let rows = classes.indices.map { row in
      classes.indices.map { column in
        self.cell(row, column, x: left + Double(column) * cell, y: top + Double(row) * cell, side: cell)
      }
    }
    let names = classes.indices.map { index in
      name(index, left: left, bottom: top + side, top: top, cell: cell, isTurned: isTurned)
    }
    return """
      <svg viewBox="0 0 \(width) \(bottom + 22)" style="max-width:\(width)px" role="img" class="chart">
      <title>\(title)</title>
      <desc>\(description)</desc>
      <text class="label middle" x="\(left + side / 2)" y="\(bottom + 14)">predicted class</text>
      <text class="label middle" transform="translate(12 \(top + side / 2)) rotate(-90)">true class</text>
      \(rows.flatMap { $0 })\(names)
      </svg>
      """
  }

  private var description: String {
    confusion.classes.indices.map { index in
      let recall = Figures.fixed(confusion.recall(index).map { 100 * $0 }, 0)
      return
        "\(confusion.classes[index]): \(confusion[index, index]) of \(confusion.support(index)) found (\(recall) %)"
    }.joined(separator: "; ")
  }

  private func cell(_ row: Int, _ column: Int, x: Double, y: Double, side: Double) -> Markup {
    let count = confusion[row, column]
    let support = confusion.support(row)
    let share = support > 0 ? Double(count) / Double(support) : 0
    let ink = share > 0.5 ? "ink-on-heat" : "ink"
    let percent: Markup =
      side >= 50
      ? """
      <text class="cell-share middle \(ink)" x="\(x + side / 2)" y="\(y + side / 2 + 16)">\
      \(Figures.fixed(support > 0 ? share * 100 : nil, 0)) %</text>
      """ : ""
    return """
      <g><title>\(confusion.classes[row]) predicted as \(confusion.classes[column]): \(count) of \(support)</title>
      <rect class="heat-back" x="\(x + 1)" y="\(y + 1)" width="\(side - 2)" height="\(side - 2)" rx="3"/>
      <rect class="heat" x="\(x + 1)" y="\(y + 1)" width="\(side - 2)" height="\(side - 2)" rx="3" \
      fill-opacity="\(share)"/>
      <text class="cell middle \(ink)" x="\(x + side / 2)" y="\(y + side / 2 + (side >= 50 ? -1 : 4))">\(count)</text>
      \(percent)</g>

      """
  }

  private func name(
    _ index: Int, left: Double, bottom: Double, top: Double, cell: Double, isTurned: Bool
  ) -> Markup {
    let name = confusion.classes[index]
    let shown = ChartText.shortened(name, 25)
    let center = left + (Double(index) + 0.5) * cell
    let below: Markup =
      isTurned
      ? "<text class=\"tick end\" transform=\"translate(\(center + 4) \(bottom + 14)) rotate(-40)\">\(shown)</text>"
      : "<text class=\"tick middle\" x=\"\(center)\" y=\"\(bottom + 16)\">\(shown)</text>"
    return """
      <text class="tick end" x="\(left - 7)" y="\(top + (Double(index) + 0.5) * cell + 4)">\(shown)</text>
      \(below)

      """
  }
}
