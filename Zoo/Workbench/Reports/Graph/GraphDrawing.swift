/// A model's graph as one SVG: a row for each node in the order of execution, the values as lines beside them, the
/// parts as bands, and what each node makes and costs.
package struct GraphDrawing {
  /// More rows than this are no drawing any more.
  package static let mostRows = 5000

  private let summary: ModelSummary
  private let layout: GraphLayout
  private static let rowHeight = 22.0
  private static let laneWidth = 16.0
  private static let top = 92.0
  private static let band = 26.0
  private static let width = 1080.0

  /// - Throws: ``ZooError`` if the graph has more than ``mostRows`` nodes, inputs and outputs.
  package init(_ graph: Graph, _ summary: ModelSummary) throws(ZooError) {
    let rows = graph.nodes.count + graph.inputs.count + graph.outputs.count
    guard rows <= Self.mostRows else {
      throw ZooError(
        .usage, problem: "the graph has \(graph.nodes.count) nodes, too many to draw",
        expected: "at most \(Self.mostRows)", remedy: "Show it as text")
    }
    self.summary = summary
    self.layout = GraphLayout(graph)
  }

  /// A document of its own, light or dark as the viewer prefers.
  package var svg: String {
    let height = Self.top + Double(layout.rows.count) * Self.rowHeight + 16
    let description =
      "\(Figures.counted(summary.nodes.count, "node")), \(Figures.count(summary.parameters)) parameters, "
      + "\(Figures.count(summary.flops)) operations"
    let document: Markup = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" width="\(Self.width)" \
      height="\(height)" role="img" aria-labelledby="graph-title graph-description">
      <title id="graph-title">Graph of \(summary.name)</title>
      <desc id="graph-description">\(description)</desc>
      <style>\(GraphStyle.css)</style>
      <rect class="page" width="100%" height="100%"/>
      <text class="heading" x="16" y="28">\(summary.name)</text>
      <text class="muted" x="16" y="46">\(description)</text>
      \(legend)\(header)\(bands)
      \(layout.edges.map(edge))
      \(layout.rows.indices.map(row))
      </svg>

      """
    return document.text
  }

  // MARK: Columns

  private var gutter: Double { Self.band + Double(min(layout.laneCount, 24)) * Self.laneWidth + 12 }
  private var operatorColumn: Double { gutter }
  private var nameColumn: Double { gutter + 270 }
  private var outputColumn: Double { Self.width - 330 }
  private var parameterColumn: Double { Self.width - 110 }
  private var flopColumn: Double { Self.width - 16 }

  private func x(lane: Int) -> Double { Self.band + 14 + Double(min(lane, 24)) * Self.laneWidth }
  private func y(row: Int) -> Double { Self.top + (Double(row) + 0.5) * Self.rowHeight }

  private var legend: Markup {
    let used = Set(summary.nodes.map { OperatorFamily($0.op) })
    var items: [Markup] = []
    var x = Self.width - 16
    for family in OperatorFamily.allCases.reversed() where used.contains(family) {
      x -= Double(family.title.count) * 6 + 26
      items.append(
        """
        <circle class="node \(family.rawValue)" cx="\(x)" cy="24" r="5"/>
        <text class="muted" x="\(x + 9)" y="28">\(family.title)</text>

        """)
    }
    return "\(items)"
  }

  private var header: Markup {
    """
    <g class="muted">
    <text x="\(operatorColumn)" y="\(Self.top - 10)">operator</text>
    <text x="\(nameColumn)" y="\(Self.top - 10)">node</text>
    <text x="\(outputColumn)" y="\(Self.top - 10)">output</text>
    <text class="end" x="\(parameterColumn)" y="\(Self.top - 10)">parameters</text>
    <text class="end" x="\(flopColumn)" y="\(Self.top - 10)">FLOPs</text>
    </g>

    """
  }

  /// Behind the rows of each part, its name turned by a quarter at the left if there is room.
  private var bands: Markup {
    var bands: Markup = ""
    var start = 0
    for row in layout.rows.indices {
      let isLast = row + 1 == layout.rows.count || part(row + 1) != part(row)
      guard isLast else { continue }
      if let part = part(row) {
        let top = Self.top + Double(start) * Self.rowHeight
        let height = Double(row - start + 1) * Self.rowHeight
        bands += """
          <rect class="band \(part)" x="8" y="\(top + 1)" width="\(Self.width - 16)" height="\(height - 2)" rx="4"/>
          <rect class="strip \(part)" x="8" y="\(top + 1)" width="4" height="\(height - 2)" rx="2"/>

          """
        if height >= Double(part.count) * 7 + 8 {
          let center = top + height / 2
          bands += """
            <text class="part" transform="translate(26 \(center)) rotate(-90)">\(part)</text>

            """
        }
      }
      start = row + 1
    }
    return bands
  }

  private func part(_ row: Int) -> String? {
    if case .node(let index) = layout.rows[row].content { return summary.nodes[index].part }
    return nil
  }

  // MARK: Lines and rows

  private func edge(_ edge: GraphLayout.Edge) -> Markup {
    let (x0, y0) = (x(lane: layout.rows[edge.from].lane), y(row: edge.from))
    let (x1, y1) = (x(lane: layout.rows[edge.to].lane), y(row: edge.to))
    let lane = x(lane: edge.lane)
    let step = Self.rowHeight
    var path = "M\(Figures.coordinate(x0)) \(Figures.coordinate(y0))"
    func curve(toX: Double, y: Double, fromX: Double, fromY: Double) {
      let middle = Figures.coordinate((fromY + y) / 2)
      path +=
        "C\(Figures.coordinate(fromX)) \(middle) \(Figures.coordinate(toX)) \(middle) "
        + "\(Figures.coordinate(toX)) \(Figures.coordinate(y))"
    }
    if lane != x0 { curve(toX: lane, y: y0 + step, fromX: x0, fromY: y0) }
    if lane != x1 {
      path += "V\(Figures.coordinate(y1 - step))"
      curve(toX: x1, y: y1, fromX: lane, fromY: y1 - step)
    } else {
      path += "V\(Figures.coordinate(y1))"
    }
    return "<path class=\"edge\" d=\"\(path)\"/>\n"
  }

  private func row(_ index: Int) -> Markup {
    let row = layout.rows[index]
    let (x, y) = (x(lane: row.lane), y(row: index))
    switch row.content {
    case .input(let info): return border(info.name, describe(summary.inputs, info), "input", x, y)
    case .output(let info): return border(info.name, describe(summary.outputs, info), "output", x, y)
    case .node(let index): return node(summary.nodes[index], x, y)
    }
  }

  private func describe(_ list: [String], _ info: ValueInfo) -> String {
    list.first { $0.hasPrefix(info.name + ": ") }.map { String($0.dropFirst(info.name.count + 2)) } ?? ""
  }

  private func border(_ name: String, _ type: String, _ kind: String, _ x: Double, _ y: Double) -> Markup {
    """
    <rect class="border" x="\(x - 5)" y="\(y - 5)" width="10" height="10" rx="2"/>
    <text class="operator" x="\(operatorColumn)" y="\(y + 4)">\(kind)</text>
    <text class="name" x="\(nameColumn)" y="\(y + 4)">\(Self.shortened(name, 40))</text>
    <text class="figure" x="\(outputColumn)" y="\(y + 4)">\(type)</text>

    """
  }

  private func node(_ node: ModelSummary.NodeSummary, _ x: Double, _ y: Double) -> Markup {
    let share = summary.flops > 0 ? Double(node.flops) / Double(summary.flops) : 0
    let settings: Markup = node.settings.isEmpty ? "" : "<tspan class=\"muted\" dx=\"6\">\(node.settings)</tspan>"
    let figures: Markup = """
      <text class="figure end" x="\(parameterColumn)" y="\(y + 4)">\
      \(node.parameters == 0 ? "" : Figures.count(node.parameters))</text>
      <rect class="bar" x="\(flopColumn - 80 * min(1, share * 5))" y="\(y - 8)" width="\(80 * min(1, share * 5))" \
      height="16" rx="2"/>
      <text class="figure end" x="\(flopColumn)" y="\(y + 4)">\(node.flops == 0 ? "" : Figures.count(node.flops))</text>
      """
    return """
      <g><title>\(node.name): \(node.op) → \(node.outputs.joined(separator: ", "))</title>
      <circle class="node \(OperatorFamily(node.op).rawValue)" cx="\(x)" cy="\(y)" r="5.5"/>
      <text class="operator" x="\(operatorColumn)" y="\(y + 4)">\(node.op)\(settings)</text>
      <text class="name" x="\(nameColumn)" y="\(y + 4)">\(Self.shortened(node.name, 40))</text>
      <text class="figure" x="\(outputColumn)" y="\(y + 4)">\(Self.shortened(node.outputs.first ?? "?", 30))</text>
      \(figures)</g>

      """
  }

  /// The end of a name tells nodes apart, so it is kept.
  private static func shortened(_ text: String, _ limit: Int) -> String {
    text.count <= limit ? text : "…" + text.suffix(limit - 1)
  }
}
