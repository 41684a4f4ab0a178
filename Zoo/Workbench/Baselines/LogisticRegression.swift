import Foundation

/// Multinomial logistic regression with an L2 penalty on the weights, not on the intercepts: the model of scikit-learn's
/// `LogisticRegression(C = 1 / penalty)`.
///
/// Fitted by Newton's method with a line search, to a gradient of 1e-10. The loss is convex, so that there is one answer.
struct LogisticRegression {
  /// `[classes][features + 1]`, the intercept last.
  private(set) var weights: [[Double]]

  /// - Parameters:
  ///   - features: one row for each item, of similar scale.
  ///   - labels: in `0..<classes`.
  ///   - penalty: half of it times the sum of squared weights is added to the sum of log losses.
  init(_ features: [[Double]], _ labels: [Int], classes: Int, penalty: Double) {
    let width = (features.first?.count ?? 0) + 1
    let size = classes * width
    weights = [[Double]](repeating: [Double](repeating: 0, count: width), count: classes)
    let rows = features.map { $0 + [1] }
    var loss = Self.loss(rows, labels, weights, penalty)
    for _ in 0..<100 {
      var gradient = [Double](repeating: 0, count: size)
      var hessian = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
      for (row, label) in zip(rows, labels) {
        let shares = Self.probabilities(row, weights)
        for k in 0..<classes {
          let error = shares[k] - (k == label ? 1 : 0)
          for j in 0..<width { gradient[k * width + j] += error * row[j] }
          for l in 0...k {
            let factor = shares[k] * ((k == l ? 1 : 0) - shares[l])
            if abs(factor) < 1e-14 { continue }
            for i in 0..<width {
              let scaled = factor * row[i]
              for j in 0..<width { hessian[k * width + i][l * width + j] += scaled * row[j] }
            }
          }
        }
      }
      for k in 0..<classes {
        for j in 0..<width {
          // Intercepts are free, and of all of them only differences count: a trace of penalty chooses among equals.
          let own = j == width - 1 ? 1e-9 : penalty
          gradient[k * width + j] += own * weights[k][j]
          hessian[k * width + j][k * width + j] += own
        }
      }
      let largest = gradient.map(abs).max() ?? 0
      guard largest > 1e-10, let step = Cholesky.solve(hessian, gradient) else { break }
      var length = 1.0
      while length > 1e-8 {
        let tried = weights.indices.map { k in (0..<width).map { weights[k][$0] - length * step[k * width + $0] } }
        let value = Self.loss(rows, labels, tried, penalty)
        if value <= loss {
          (weights, loss) = (tried, value)
          break
        }
        length /= 2
      }
      if length <= 1e-8 { break }
    }
  }

  /// One probability for each class.
  func probabilities(_ features: [Double]) -> [Double] { Self.probabilities(features + [1], weights) }

  private static func probabilities(_ row: [Double], _ weights: [[Double]]) -> [Double] {
    let scores = weights.map { weight in zip(weight, row).reduce(0) { $0 + $1.0 * $1.1 } }
    let largest = scores.max() ?? 0
    let powers = scores.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  private static func loss(_ rows: [[Double]], _ labels: [Int], _ weights: [[Double]], _ penalty: Double) -> Double {
    var loss = 0.0
    for (row, label) in zip(rows, labels) { loss -= log(max(probabilities(row, weights)[label], 1e-300)) }
    for weight in weights { loss += penalty / 2 * weight.dropLast().reduce(0) { $0 + $1 * $1 } }
    return loss
  }
}

/// Linear systems of symmetric, positive matrices.
enum Cholesky {
  /// x with A x = b; only the lower triangle of `matrix` is read. `nil` if it isn't positive. O(n³).
  static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
    var lower = matrix
    let size = right.count
    for i in 0..<size {
      for j in 0...i {
        var sum = lower[i][j]
        for k in 0..<j { sum -= lower[i][k] * lower[j][k] }
        if i == j {
          guard sum > 0 else { return nil }
          lower[i][i] = sum.squareRoot()
        } else {
          lower[i][j] = sum / lower[j][j]
        }
      }
    }
    var x = right
    for i in 0..<size {
      for k in 0..<i { x[i] -= lower[i][k] * x[k] }
      x[i] /= lower[i][i]
    }
    for i in (0..<size).reversed() {
      for k in (i + 1)..<max(size, i + 1) { x[i] -= lower[k][i] * x[k] }
      x[i] /= lower[i][i]
    }
    return x
  }
}
