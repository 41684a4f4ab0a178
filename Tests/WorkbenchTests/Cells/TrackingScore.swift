/// The tracking accuracy of the Cell Tracking Challenge: how much it takes to turn a found graph of cells into the true
/// one, set against making the true one from nothing (Matula et al. 2015).
enum TrackingScore {
  struct Reference {
    var track: Int
    /// The place of the found position that covers more than half of it.
    var match: Int?
  }

  private struct Node: Hashable {
    var frame: Int
    var index: Int
  }

  private struct Edge: Hashable {
    var from: Node
    var to: Node
  }

  /// - Parameters:
  ///   - parents: The mother of each track, from track 1 on; 0 without one.
  static func accuracy(
    reference: [[Reference]], parents: [Int], found: [[Int]], foundParents: [Int]
  ) -> Double {
    let truth = edges(reference.map { $0.map(\.track) }, parents)
    let guess = edges(found, foundParents)
    var byFound: [Node: [Node]] = [:]
    var missed = 0
    for (frame, nodes) in reference.enumerated() {
      for (index, node) in nodes.enumerated() {
        if let match = node.match {
          byFound[Node(frame: frame, index: match), default: []].append(Node(frame: frame, index: index))
        } else {
          missed += 1
        }
      }
    }
    let splits = byFound.values.reduce(0) { $0 + $1.count - 1 }
    let nodes = reference.reduce(0) { $0 + $1.count }
    let surplus = found.reduce(0) { $0 + $1.count } - byFound.count
    // Edges between positions that each match one true cell.
    let single = byFound.compactMapValues { $0.count == 1 ? $0[0] : nil }
    var mapped: [Edge: Bool] = [:]
    var redundant = 0
    for (edge, isDivision) in guess {
      guard let from = single[edge.from], let to = single[edge.to] else { continue }
      let image = Edge(from: from, to: to)
      if truth[image] == nil { redundant += 1 } else { mapped[image] = isDivision }
    }
    let wrong = mapped.count { truth[$0.key] != $0.value }
    let absent = truth.count - mapped.count
    let cost =
      5 * Double(splits) + 10 * Double(missed) + Double(surplus) + Double(redundant) + 1.5 * Double(absent)
      + Double(wrong)
    let nothing = 10 * Double(nodes) + 1.5 * Double(truth.count)
    return 1 - min(cost, nothing) / nothing
  }

  /// Each edge, and whether it leads from a mother to a daughter.
  private static func edges(_ numbers: [[Int]], _ parents: [Int]) -> [Edge: Bool] {
    var last: [Int: Node] = [:]
    var edges: [Edge: Bool] = [:]
    for (frame, tracks) in numbers.enumerated() {
      let before = last
      for (index, track) in tracks.enumerated() {
        let node = Node(frame: frame, index: index)
        if let previous = before[track] {
          edges[Edge(from: previous, to: node)] = false
        } else if parents[track - 1] > 0, let mother = before[parents[track - 1]] {
          edges[Edge(from: mother, to: node)] = true
        }
        last[track] = node
      }
    }
    return edges
  }
}
