/// Pairs of two sets with the least sum of costs, where each item may stay alone at a price.
enum Assignment {
  struct Link: Sendable, Hashable {
    var left: Int
    var right: Int
    var cost: Double
  }

  /// Solves each connected part by itself, by shortest augmenting paths (Jonker & Volgenant 1987). O(Σ part³). A part of more
  /// than a thousand items, where everything may be everything, is linked nearest first.
  /// - Parameters:
  ///   - links: The pairs that are possible.
  ///   - alone: What it costs to leave two items without partners that might have been one pair.
  /// - Returns: The chosen pairs, by their left items.
  static func solve(_ links: [Link], alone: Double) -> [(left: Int, right: Int)] {
    var parents: [Int: Int] = [:]
    func root(_ item: Int) -> Int {
      var item = item
      // Ways are halved as they are gone: in a wide part they would grow as long as the part.
      while let parent = parents[item], parent != item {
        parents[item] = parents[parent]
        item = parent
      }
      return item
    }
    // Right items are counted below zero, so that one table has both.
    for link in links where link.cost < alone {
      let (a, b) = (link.left, -link.right - 1)
      if parents[a] == nil { parents[a] = a }
      if parents[b] == nil { parents[b] = b }
      let (x, y) = (root(a), root(b))
      if x != y { parents[max(x, y)] = min(x, y) }
    }
    var parts: [Int: [Link]] = [:]
    for link in links where link.cost < alone { parts[root(link.left), default: []].append(link) }
    return parts.values.flatMap { solvePart($0, alone: alone) }.sorted { $0.left < $1.left }
  }

  /// Items of a part up to which the least sum is found: the table of costs has the square of them.
  private static let mostExact = 1000

  private static func nearestFirst(_ links: [Link]) -> [(left: Int, right: Int)] {
    var (lefts, rights): (Set<Int>, Set<Int>) = ([], [])
    var chosen: [(left: Int, right: Int)] = []
    for link in links.sorted(by: { ($0.cost, $0.left, $0.right) < ($1.cost, $1.left, $1.right) })
    where !lefts.contains(link.left) && !rights.contains(link.right) {
      lefts.insert(link.left)
      rights.insert(link.right)
      chosen.append((link.left, link.right))
    }
    return chosen
  }

  private static func solvePart(_ links: [Link], alone: Double) -> [(left: Int, right: Int)] {
    if links.count == 1 { return [(links[0].left, links[0].right)] }
    let lefts = Array(Set(links.map(\.left))).sorted()
    let rights = Array(Set(links.map(\.right))).sorted()
    let (n, m) = (lefts.count, rights.count)
    if max(n, m) > mostExact { return nearestFirst(links) }
    let leftOf = Dictionary(uniqueKeysWithValues: zip(lefts, lefts.indices))
    let rightOf = Dictionary(uniqueKeysWithValues: zip(rights, rights.indices))
    // Each left item has a place of its own where it stays alone: n × (m + n).
    let columns = m + n
    var costs = [Double](repeating: 1e18, count: n * columns)
    for link in links {
      guard let row = leftOf[link.left], let column = rightOf[link.right] else { continue }
      costs[row * columns + column] = min(costs[row * columns + column], link.cost)
    }
    for row in 0..<n { costs[row * columns + m + row] = alone }
    var (u, v) = ([Double](repeating: 0, count: n + 1), [Double](repeating: 0, count: columns + 1))
    var rowOf = [Int](repeating: 0, count: columns + 1)
    var way = [Int](repeating: 0, count: columns + 1)
    for row in 1..<n + 1 {
      rowOf[0] = row
      var column = 0
      var least = [Double](repeating: .infinity, count: columns + 1)
      var isUsed = [Bool](repeating: false, count: columns + 1)
      repeat {
        isUsed[column] = true
        let current = rowOf[column]
        var delta = Double.infinity
        var next = 0
        for j in 1..<columns + 1 where !isUsed[j] {
          let reduced = costs[(current - 1) * columns + j - 1] - u[current] - v[j]
          if reduced < least[j] {
            least[j] = reduced
            way[j] = column
          }
          if least[j] < delta {
            delta = least[j]
            next = j
          }
        }
        for j in 0..<columns + 1 {
          if isUsed[j] {
            u[rowOf[j]] += delta
            v[j] -= delta
          } else {
            least[j] -= delta
          }
        }
        column = next
      } while rowOf[column] != 0
      repeat {
        let previous = way[column]
        rowOf[column] = rowOf[previous]
        column = previous
      } while column != 0
    }
    return (1..<columns + 1).compactMap { j in
      rowOf[j] > 0 && j <= m ? (lefts[rowOf[j] - 1], rights[j - 1]) : nil
    }
  }
}
