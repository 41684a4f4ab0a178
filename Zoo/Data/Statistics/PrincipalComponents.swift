import ZooRuntime

/// The directions in which items differ most (Pearson 1901; Hotelling 1933).
package struct PrincipalComponents: Sendable {
  /// By item, then by component: the item minus the mean of all, along the component.
  package let scores: [[Double]]
  /// The share of the whole variance that each component has; 0 for items that are all alike.
  package let shares: [Double]

  /// The first `count` components. The largest entry of a component is above 0, so that a picture isn't mirrored by chance.
  ///
  /// By orthogonal iteration, with vectors to spare so that close components part quickly: each round is
  /// O(items · features · count). Components that are nearly equal in variance may still be turned within their plane.
  package init(_ rows: [[Float]], count: Int = 2) {
    let features = rows.first?.count ?? 0
    var mean = [Double](repeating: 0, count: features)
    for row in rows { for (place, value) in row.enumerated() { mean[place] += Double(value) } }
    mean = mean.map { $0 / Double(max(rows.count, 1)) }
    let centered = rows.map { row in zip(row, mean).map { Double($0) - $1 } }
    let variance = centered.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }
    let count = min(count, features, max(rows.count - 1, 0))
    guard count > 0, variance > 0 else {
      scores = rows.map { _ in [Double](repeating: 0, count: count) }
      shares = [Double](repeating: 0, count: count)
      return
    }
    let vectors = Self.vectors(centered, count: min(count + 6, features), wanted: count)
    let scores = centered.map { row in vectors.map { Self.product($0, row) } }
    shares = (0..<count).map { place in scores.reduce(0) { $0 + $1[place] * $1[place] } / variance }
    self.scores = scores
  }

  private static let mostRounds = 1000

  private static func vectors(_ rows: [[Double]], count: Int, wanted: Int) -> [[Double]] {
    var random = SplitMix64(seed: 1, stream: 0)
    let features = rows[0].count
    var vectors = (0..<count).map { _ in (0..<features).map { _ in Double(random.next(below: 2001)) / 1000 - 1 } }
    orthonormalize(&vectors)
    for _ in 0..<mostRounds {
      let before = vectors
      vectors = vectors.map { vector in
        var sum = [Double](repeating: 0, count: features)
        for row in rows {
          let along = product(row, vector)
          for place in 0..<features { sum[place] += along * row[place] }
        }
        return sum
      }
      orthonormalize(&vectors)
      // The product with a vector of positive eigenvalue keeps its sign.
      let change = zip(vectors, before).prefix(wanted).map { zip($0, $1).map { abs($0 - $1) }.max() ?? 0 }.max() ?? 0
      if change < 1e-12 { break }
    }
    return vectors.prefix(wanted).map { vector in
      let largest = vector.max { abs($0) < abs($1) } ?? 0
      return largest < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Gram and Schmidt's, each vector twice for the sake of rounding. What is nothing becomes 0.
  private static func orthonormalize(_ vectors: inout [[Double]]) {
    for index in vectors.indices {
      for _ in 0..<2 {
        for earlier in 0..<index {
          let along = product(vectors[index], vectors[earlier])
          for place in vectors[index].indices { vectors[index][place] -= along * vectors[earlier][place] }
        }
      }
      let length = product(vectors[index], vectors[index]).squareRoot()
      vectors[index] = vectors[index].map { length > 1e-150 ? $0 / length : 0 }
    }
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for place in a.indices { sum += a[place] * b[place] }
    return sum
  }
}
