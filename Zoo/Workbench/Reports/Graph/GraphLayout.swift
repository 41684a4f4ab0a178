/// Where each node of a graph stands in a drawing with one node a row, as they are executed, and a gutter of lanes in
/// which the values run down from the node that makes them to those that read them.
struct GraphLayout {
  struct Row {
    enum Content {
      case input(ValueInfo)
      case node(Int)
      case output(ValueInfo)
    }
    let content: Content
    let lane: Int
  }

  struct Edge {
    let from: Int
    let to: Int
    /// The lane in which it runs between the two rows.
    let lane: Int
  }

  private(set) var rows: [Row] = []
  private(set) var edges: [Edge] = []
  private(set) var laneCount = 1
  /// What is taken of each lane: rows, both ends included.
  private var taken: [[ClosedRange<Int>]] = [[]]
  /// The last row that stands in each lane.
  private var lastInLane: [Int: Int] = [:]

  /// `graph`'s nodes must be in the order of execution. O(edges · lanes).
  init(_ graph: Graph) {
    var makers: [String: Int] = [:]
    var straight: Set<Pair> = []
    for input in graph.requiredInputs {
      makers[input.name] = place(.input(input), behind: [], straight: &straight)
    }
    var links: [Pair] = []
    for (index, node) in graph.nodes.enumerated() {
      let sources = Self.unique(node.inputs.compactMap { makers[$0] })
      let row = place(.node(index), behind: sources, straight: &straight)
      links += sources.map { Pair(from: $0, to: row) }
      for output in node.outputs where !output.isEmpty { makers[output] = row }
    }
    for output in graph.outputs {
      let sources = [makers[output.name]].compactMap { $0 }
      let row = place(.output(output), behind: sources, straight: &straight)
      links += sources.map { Pair(from: $0, to: row) }
    }
    // Short edges first, so that they lie inside.
    let rest = links.filter { !straight.contains($0) }.sorted {
      ($0.to - $0.from, $0.from) < ($1.to - $1.from, $1.from)
    }
    edges = links.filter(straight.contains).map { Edge(from: $0.from, to: $0.to, lane: rows[$0.to].lane) }
    for link in rest { route(link) }
    laneCount = taken.count
  }

  private struct Pair: Hashable {
    let from: Int
    let to: Int
  }

  /// Continues the lane of a source that is the last in its lane, the first input's before the others'; else opens one.
  private mutating func place(_ content: Row.Content, behind sources: [Int], straight: inout Set<Pair>) -> Int {
    let row = rows.count
    let open = sources.first { lastInLane[rows[$0].lane] == $0 && isFree(rows[$0].lane, $0 + 1, row) }
    let lane: Int
    if let open {
      lane = rows[open].lane
      straight.insert(Pair(from: open, to: row))
      occupy(lane, open...row)
    } else {
      // A branch keeps its lane free from where it leaves.
      let start = sources.max() ?? row
      lane = freeLane(from: min(start + 1, row), to: row)
      occupy(lane, min(start + 1, row)...row)
      if let source = sources.max() { branches.insert(Pair(from: source, to: row)) }
    }
    rows.append(Row(content: content, lane: lane))
    lastInLane[lane] = row
    return row
  }

  /// Edges whose lane was taken when the node at their end was placed.
  private var branches: Set<Pair> = []

  private mutating func route(_ link: Pair) {
    if branches.contains(link) {
      edges.append(Edge(from: link.from, to: link.to, lane: rows[link.to].lane))
      return
    }
    guard link.to - link.from > 1 else {
      edges.append(Edge(from: link.from, to: link.to, lane: rows[link.to].lane))
      return
    }
    let lane = freeLane(from: link.from + 1, to: link.to - 1)
    occupy(lane, link.from + 1...link.to - 1)
    edges.append(Edge(from: link.from, to: link.to, lane: lane))
  }

  private func isFree(_ lane: Int, _ start: Int, _ end: Int) -> Bool {
    guard start <= end else { return true }
    return !taken[lane].contains { $0.overlaps(start...end) }
  }

  private mutating func freeLane(from start: Int, to end: Int) -> Int {
    for lane in taken.indices where isFree(lane, start, end) { return lane }
    taken.append([])
    return taken.count - 1
  }

  private mutating func occupy(_ lane: Int, _ rows: ClosedRange<Int>) { taken[lane].append(rows) }

  private static func unique(_ values: [Int]) -> [Int] {
    var seen: Set<Int> = []
    return values.filter { seen.insert($0).inserted }
  }
}
