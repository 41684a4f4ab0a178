extension ModelSummary {
  /// The summary as an aligned table with totals for each part, for `zoo show`.
  package var text: String {
    var table = TextTable([
      ("part", .left), ("node", .left), ("operator", .left), ("output", .left), ("parameters", .right),
      ("FLOPs", .right),
    ])
    var previous: String?
    for node in nodes {
      let part = node.part ?? ""
      if let previous, previous != part { table.addRule() }
      table.add([
        part == previous ? "" : part, node.name, node.settings.isEmpty ? node.op : "\(node.op) \(node.settings)",
        node.outputs.first ?? "?", node.parameters == 0 ? "" : Self.grouped(node.parameters),
        node.flops == 0 ? "" : Figures.count(node.flops),
      ])
      previous = part
    }
    var totals = TextTable([("part", .left), ("nodes", .right), ("parameters", .right), ("FLOPs", .right)])
    for part in parts {
      totals.add([part.name, "\(part.nodes)", Self.grouped(part.parameters), Figures.count(part.flops)])
    }
    totals.addRule()
    totals.add(["total", "\(nodes.count)", Self.grouped(parameters), Figures.count(flops)])
    let header =
      inputs.map { "input   \($0)\n" }.joined() + outputs.map { "output  \($0)\n" }.joined()
    return "\(name)\n\(header)\n\(table.text)\n\(totals.text)"
  }

  /// Digits in threes: `11 689 512`.
  package static func grouped(_ value: Int) -> String {
    var groups: [String] = []
    var rest = String(value)
    while rest.count > 3 {
      groups.insert(String(rest.suffix(3)), at: 0)
      rest.removeLast(3)
    }
    return ([rest] + groups).joined(separator: " ")
  }
}
