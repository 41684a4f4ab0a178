/// How many items of each class were given to each class, and what follows from these counts alone.
///
/// Definitions and edge cases are scikit-learn's (`sklearn.metrics`), except that a ratio without a denominator is
/// `nil` here instead of 0 with a warning.
package struct ConfusionMatrix: Codable, Sendable, Hashable {
  package let classes: [String]
  /// What isn't zero, by true class × number of classes + predicted class: no table of the square of the classes.
  private var cells: [Int: Int] = [:]
  private var supports: [Int]
  private var given: [Int]

  package init(classes: [String]) {
    self.classes = classes
    supports = Array(repeating: 0, count: classes.count)
    given = supports
  }

  package init(_ predictions: Predictions) {
    self.init(classes: predictions.classes)
    for item in predictions.items {
      if let label = item.label { add(1, of: label, givenTo: item.predicted) }
    }
  }

  /// The counts in one row after the other.
  init(classes: [String], flat: [Int]) {
    self.init(classes: classes)
    for (index, count) in flat.enumerated() { add(count, of: index / classes.count, givenTo: index % classes.count) }
  }

  /// The counts of both.
  func adding(_ other: ConfusionMatrix) -> ConfusionMatrix {
    var sum = self
    for (cell, count) in other.cells { sum.add(count, of: cell / classes.count, givenTo: cell % classes.count) }
    return sum
  }

  /// Counts `count` more items of the class `label` that were given to the class `predicted`.
  mutating func add(_ count: Int, of label: Int, givenTo predicted: Int) {
    guard count != 0 else { return }
    cells[label * classes.count + predicted, default: 0] += count
    supports[label] += count
    given[predicted] += count
  }

  /// Items of the class `label` that were given to the class `predicted`.
  package subscript(label: Int, predicted: Int) -> Int { cells[label * classes.count + predicted] ?? 0 }

  /// `counts[true class][predicted class]`. O(classes²).
  package var counts: [[Int]] {
    classes.indices.map { label in classes.indices.map { self[label, $0] } }
  }

  /// The pairs of classes that were confused, the most frequent first.
  var confusions: [(label: Int, predicted: Int, count: Int)] {
    cells.map { (label: $0.key / classes.count, predicted: $0.key % classes.count, count: $0.value) }
      .filter { $0.label != $0.predicted }
      .sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
  }

  package var total: Int { supports.reduce(0, +) }

  /// Items of class `index`.
  package func support(_ index: Int) -> Int { supports[index] }

  /// Items that were given to class `index`.
  package func predictedCount(_ index: Int) -> Int { given[index] }

  // MARK: One class

  /// The share of the items given to the class that belong to it; `nil` if none were given to it.
  package func precision(_ index: Int) -> Double? { ratio(self[index, index], predictedCount(index)) }

  /// The share of the class's items that were given to it; `nil` if the class has no items.
  package func recall(_ index: Int) -> Double? { ratio(self[index, index], support(index)) }

  /// 2 TP / (2 TP + FP + FN); `nil` if the class occurs neither among the labels nor among the predictions.
  package func f1(_ index: Int) -> Double? {
    ratio(2 * self[index, index], support(index) + predictedCount(index))
  }

  // MARK: All classes

  /// `accuracy_score`: the share of items whose class was found.
  package var accuracy: Double? { ratio(correct, total) }

  /// `balanced_accuracy_score`: the mean recall of the classes that have items.
  package var balancedAccuracy: Double? { mean(classes.indices.map(recall)) }

  /// `f1_score(average="macro")`: the mean F1 of the classes that occur among the labels or the predictions.
  package var macroF1: Double? { mean(classes.indices.map(f1)) }

  /// `cohen_kappa_score`: agreement beyond chance (Cohen 1960); `nil` if chance alone agrees always.
  package var cohenKappa: Double? {
    let n = Double(total)
    guard n > 0 else { return nil }
    let expected = classes.indices.reduce(0) { $0 + Double(support($1)) * Double(predictedCount($1)) } / n
    return expected == n ? nil : (Double(correct) - expected) / (n - expected)
  }

  /// `matthews_corrcoef`, for several classes R_K of Gorodkin (2004); 0 if all labels or all predictions are one class.
  package var matthews: Double? {
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

  private var correct: Int { classes.indices.reduce(0) { $0 + self[$1, $1] } }

  private func ratio(_ part: Int, _ whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }

  private func mean(_ values: [Double?]) -> Double? {
    let defined = values.compactMap { $0 }
    return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
  }
}

extension ConfusionMatrix {
  /// Up to this many classes a file has the whole table, beyond it what isn't zero.
  private static let mostTabulated = 256
  /// More items than anybody has, and few enough for their sums.
  private static let mostItems = 1 << 40

  private enum CodingKeys: String, CodingKey { case classes, counts, cells }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(classes: try container.decode([String].self, forKey: .classes))
    var sum = 0
    func refused(_ key: CodingKeys) -> DecodingError {
      .dataCorruptedError(forKey: key, in: container, debugDescription: "counts that don't fit the classes")
    }
    if let counts = try container.decodeIfPresent([[Int]].self, forKey: .counts) {
      guard counts.count == classes.count, counts.allSatisfy({ $0.count == classes.count }) else {
        throw refused(.counts)
      }
      for (label, row) in counts.enumerated() {
        for (predicted, count) in row.enumerated() {
          guard (0...Self.mostItems - sum).contains(count) else { throw refused(.counts) }
          sum += count
          add(count, of: label, givenTo: predicted)
        }
      }
      return
    }
    for cell in try container.decode([[Int]].self, forKey: .cells) {
      guard cell.count == 3, classes.indices.contains(cell[0]), classes.indices.contains(cell[1]),
        cell[2] > 0, cell[2] <= Self.mostItems - sum, self[cell[0], cell[1]] == 0
      else { throw refused(.cells) }
      sum += cell[2]
      add(cell[2], of: cell[0], givenTo: cell[1])
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(classes, forKey: .classes)
    if classes.count <= Self.mostTabulated { return try container.encode(counts, forKey: .counts) }
    let rows = cells.sorted { $0.key < $1.key }.map { [$0.key / classes.count, $0.key % classes.count, $0.value] }
    try container.encode(rows, forKey: .cells)
  }
}
