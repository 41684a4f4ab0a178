import ZooFormat

extension OperatorTable {
  /// All nodes of `graph` and of the graphs inside it whose operators aren't in the table, reported at once: node,
  /// operator, version, element type of the first input where it is declared. `nil` if there is none. O(nodes).
  package func missing(in graph: Graph, opsets: [String: Int]) -> ZooError? {
    .all(unsupported: unknown(in: graph, opsets: opsets))
  }

  /// An error for each node whose operator isn't in the table.
  func unknown(in graph: Graph, opsets: [String: Int]) -> [ZooError] {
    var found: [ZooError] = []
    collect(graph, opsets: opsets, into: &found)
    return found
  }

  private func collect(_ graph: Graph, opsets: [String: Int], into found: inout [ZooError]) {
    var types = graph.initializers.mapValues(\.elementType)
    for info in graph.inputs + graph.valueInfos { types[info.name] = info.elementType }
    for node in graph.nodes {
      for (_, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
        if case .graph(let body) = attribute { collect(body, opsets: opsets, into: &found) }
      }
      guard self[domain: node.domain, name: node.op] == nil else { continue }
      let version = opsets[OperatorDomain.canonical(node.domain)].map { " (version \($0))" } ?? ""
      let type = node.inputs.first.flatMap { types[$0] }.map { " of \($0)" } ?? ""
      found.append(
        ZooError(.badInput, node: node.name, problem: "operator '\(node.operatorKey)'\(version)\(type) is unknown"))
    }
  }
}

extension ZooError {
  /// More would only scroll the first ones away.
  private static let shown = 50

  /// One error that names everything that a graph asks for and isn't there; `nil` if `found` is empty.
  static func all(unsupported found: [ZooError]) -> ZooError? {
    guard var error = found.first else { return nil }
    if found.count > 1 {
      let more = found.count > shown ? ", of which these are the first \(shown)" : ""
      error = ZooError(.badInput, problem: "\(found.count) nodes ask for what isn't there\(more)")
      error.parts = Array(found.prefix(shown))
    }
    error.remedy = "Convert the model so that it doesn't need this, or add it to the operators"
    error.isUnsupported = true
    return error
  }
}
