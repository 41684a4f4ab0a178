/// Position embeddings of one grid of patches made to fit another, as timm does it: bicubic interpolation with
/// antialiasing (Keys, 1981, a = −0.5, stretched where the grid becomes smaller).
enum PositionEmbedding {
  /// `embedding` [1, 1 + n², F], whose first row is the class token's, for `tokens` = 1 + m² tokens. O(tokens · F · taps).
  /// - Returns: `nil` if either grid isn't square.
  static func resampled(_ embedding: Tensor, tokens: Int) throws(ZooError) -> Tensor? {
    guard embedding.shape.count == 3, embedding.shape[0] == 1, let values = embedding.values(as: Float.self),
      let old = side(embedding.shape[1] - 1), let new = side(tokens - 1)
    else { return nil }
    let features = embedding.shape[2]
    let taps = weights(from: old, to: new)
    // Rows first: [new, old, F], then columns: [new, new, F].
    var rows = [Float](repeating: 0, count: new * old * features)
    for (row, tap) in taps.enumerated() {
      for (offset, weight) in tap.weights.enumerated() {
        let source = (1 + (tap.first + offset) * old) * features
        for i in 0..<old * features { rows[row * old * features + i] += weight * values[source + i] }
      }
    }
    var result = Array(values[..<features]) + [Float](repeating: 0, count: new * new * features)
    for row in 0..<new {
      for (column, tap) in taps.enumerated() {
        for (offset, weight) in tap.weights.enumerated() {
          let source = (row * old + tap.first + offset) * features
          let target = (1 + row * new + column) * features
          for i in 0..<features { result[target + i] += weight * rows[source + i] }
        }
      }
    }
    return try Tensor(shape: [1, tokens, features], result)
  }

  /// The root of `count`, if it is a whole number of at least 1.
  private static func side(_ count: Int) -> Int? {
    guard count > 0 else { return nil }
    let root = Int(saturating: Double(count).squareRoot().rounded())
    return root * root == count ? root : nil
  }

  /// Which sources, with which weights, make each of `new` points out of `old`.
  private static func weights(from old: Int, to new: Int) -> [(first: Int, weights: [Float])] {
    let scale = Double(old) / Double(new)
    let stretch = max(1, scale)
    let support = 2 * stretch
    return (0..<new).map { index in
      let centre = scale * (Double(index) + 0.5)
      let first = max(0, Int(saturating: centre - support + 0.5))
      let end = min(old, Int(saturating: centre + support + 0.5))
      let raw = (first..<max(end, first + 1)).map { cubic((Double($0) - centre + 0.5) / stretch) }
      let sum = raw.reduce(0, +)
      return (first, raw.map { Float($0 / sum) })
    }
  }

  private static func cubic(_ distance: Double) -> Double {
    let (x, a) = (abs(distance), -0.5)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return ((x - 5) * x + 8) * x * a - 4 * a }
    return 0
  }
}
