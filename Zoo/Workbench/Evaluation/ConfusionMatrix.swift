/// How many items of each class were given to each class, and what follows from these counts alone.
///
/// Definitions and edge cases are scikit-learn's (`sklearn.metrics`), except that a ratio without a denominator is
/// `nil` here instead of 0 with a warning.
public struct ConfusionMatrix: Codable, Sendable, Hashable {
  public let classes: [String]
  /// `counts[true class][predicted class]`.
  public private(set) var counts: [[Int]]

  public init(classes: [String]) {
    self.classes = classes
    self.counts = Array(repeating: Array(repeating: 0, count: classes.count), count: classes.count)
  }

  public init(_ predictions: Predictions) {
    self.init(classes: predictions.classes)
    for item in predictions.items {
      if let label = item.label { counts[label][item.predicted] += 1 }
    }
  }

  /// The counts in one row after the other.
  init(classes: [String], flat: [Int]) {
    self.init(classes: classes)
    for (index, count) in flat.enumerated() { counts[index / classes.count][index % classes.count] = count }
  }

  /// The counts of both.
  func adding(_ other: ConfusionMatrix) -> ConfusionMatrix {
    var sum = self
    for i in counts.indices { for j in counts[i].indices { sum.counts[i][j] += other.counts[i][j] } }
    return sum
  }

  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// Items of class `index`.
  public func support(_ index: Int) -> Int { counts[index].reduce(0, +) }

  /// Items that were given to class `index`.
  public func predictedCount(_ index: Int) -> Int { counts.reduce(0) { $0 + $1[index] } }

  // MARK: One class

  /// The share of the items given to the class that belong to it; `nil` if none were given to it.
  public func precision(_ index: Int) -> Double? { ratio(counts[index][index], predictedCount(index)) }

  /// The share of the class's items that were given to it; `nil` if the class has no items.
  public func recall(_ index: Int) -> Double? { ratio(counts[index][index], support(index)) }

  /// 2 TP / (2 TP + FP + FN); `nil` if the class occurs neither among the labels nor among the predictions.
  public func f1(_ index: Int) -> Double? {
    ratio(2 * counts[index][index], support(index) + predictedCount(index))
  }

  // MARK: All classes

  /// `accuracy_score`: the share of items whose class was found.
  public var accuracy: Double? { ratio(correct, total) }

  /// `balanced_accuracy_score`: the mean recall of the classes that have items.
  public var balancedAccuracy: Double? { mean(classes.indices.map(recall)) }

  /// `f1_score(average="macro")`: the mean F1 of the classes that occur among the labels or the predictions.
  public var macroF1: Double? { mean(classes.indices.map(f1)) }

  /// `cohen_kappa_score`: agreement beyond chance (Cohen 1960); `nil` if chance alone agrees always.
  public var cohenKappa: Double? {
    let n = Double(total)
    guard n > 0 else { return nil }
    let expected = classes.indices.reduce(0) { $0 + Double(support($1)) * Double(predictedCount($1)) } / n
    return expected == n ? nil : (Double(correct) - expected) / (n - expected)
  }

  /// `matthews_corrcoef`, for several classes R_K of Gorodkin (2004); 0 if all labels or all predictions are one class.
  public var matthews: Double? {
    let n = Double(total)
    guard n > 0 else { return nil }
    var crossed = Double(correct) * n
    var predictedSpread = n * n
    var labelSpread = n * n
    for index in classes.indices {
      let predicted = Double(predictedCount(index))
      let actual = Double(support(index))
      crossed -= predicted * actual
      predictedSpread -= predicted * predicted
      labelSpread -= actual * actual
    }
    let product = predictedSpread * labelSpread
    return product == 0 ? 0 : crossed / product.squareRoot()
  }

  private var correct: Int { classes.indices.reduce(0) { $0 + counts[$1][$1] } }

  private func ratio(_ part: Int, _ whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }

  private func mean(_ values: [Double?]) -> Double? {
    let defined = values.compactMap { $0 }
    return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
  }
}
