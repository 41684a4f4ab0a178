import ZooFormat

extension OperatorTable {
  /// All nodes of `graph` and of the graphs inside it whose operators aren't in the table, reported at once: node,
  /// operator, version, element type of the first input where it is declared. `nil` if there is none. O(nodes).
  public func missing(in graph: Graph, opsets: [String: Int]) -> ZooError? {
    var found: [(node: String, problem: String)] = []
    collect(graph, opsets: opsets, into: &found)
    guard let first = found.first else { return nil }
    let remedy = "Convert the model so that it doesn't need them, or add them as operators"
    guard found.count > 1 else {
      return ZooError(.badInput, node: first.node, problem: first.problem, remedy: remedy)
    }
    let lines = found.prefix(Self.shownLines).map { "\n  node '\($0.node)': \($0.problem)" }.joined()
    let rest = found.count > Self.shownLines ? "\n  and \(found.count - Self.shownLines) more" : ""
    return ZooError(
      .badInput, problem: "\(found.count) nodes have operators that are unknown here:\(lines)\(rest)\n", remedy: remedy)
  }

  private static let shownLines = 100

  private func collect(_ graph: Graph, opsets: [String: Int], into found: inout [(node: String, problem: String)]) {
    var types = graph.initializers.mapValues(\.elementType)
    for info in graph.inputs + graph.valueInfos { types[info.name] = info.elementType }
    for node in graph.nodes {
      for (_, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
        if case .graph(let body) = attribute { collect(body, opsets: opsets, into: &found) }
      }
      guard self[domain: node.domain, name: node.op] == nil else { continue }
      let isStandard = node.domain.isEmpty || node.domain == "ai.onnx"
      let version = opsets[isStandard ? "" : node.domain].map { " (version \($0))" } ?? ""
      let type = node.inputs.first.flatMap { types[$0] }.map { " of \($0)" } ?? ""
      let name = (isStandard ? "" : node.domain + ".") + node.op
      found.append((node.name, "operator '\(name)'\(version)\(type) is unknown"))
    }
  }
}
