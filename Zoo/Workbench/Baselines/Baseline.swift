import Foundation
import ZooData

/// What needs no network: whoever trains one should know whether it does better.
///
/// Fitted to the same training items as the network and applied to the same others: the most frequent class, one threshold
/// on the intensity of each channel, and a logistic regression on simple figures of each channel.
struct Baseline {
  /// E.g. `threshold on PI`.
  let name: String
  let predictions: Predictions

  static let majority = "most frequent class"
  static let regression = "logistic regression on simple features"
  /// Penalties of which validation chooses one.
  private static let penalties = [0.01, 0.1, 1, 10, 100]

  /// Classes × features up to which the regression is fitted: Newton's method takes the square of it in memory and, for
  /// each item, in time.
  private static let mostCoefficients = 1024

  /// Calls `body` with one baseline after the other, whose predictions are many numbers where there are many classes. Goes
  /// once over all pixels. O(pixels · log pixels + items · (features · classes)²).
  /// - Parameter group: the name of each sample's group, as predictions have it.
  static func forEach(
    _ data: TrainingData, threads: Int, group: (Int) -> String, _ body: (Baseline) throws -> Void
  ) throws {
    let dataset = data.dataset
    let train = data.split.train.filter { dataset.samples[$0].label != nil }
    let others = [(Subset.validation, data.split.validation), (.test, data.split.test)]
    let used = train + others.flatMap(\.1)
    let bright = zip(data.statistics.mean, data.statistics.deviation).map { Float($0 + 2 * $1) }
    let results = ParallelMap.map(used, threads: threads) { index throws(ZooError) in
      ImageFeatures.features(
        try data.cache.pixels(index).values, frames: dataset.frames ?? 1, channels: dataset.channels.count,
        bright: bright)
    }
    var features: [Int: [Double]] = [:]
    for (index, result) in zip(used, results) { features[index] = try result.get() }
    func row(_ index: Int) -> [Double] { features[index] ?? [] }
    let labels = train.map { dataset.samples[$0].label ?? 0 }
    let classes = dataset.classes.count
    func predictions(_ probabilities: (Int) -> [Double]) throws(ZooError) -> Predictions {
      var items: [Predictions.Item] = []
      for (subset, indices) in others {
        for index in indices {
          items.append(
            .init(
              id: dataset.samples[index].id, subset: subset.rawValue, group: group(index),
              label: dataset.samples[index].label, probabilities: probabilities(index).map { Float($0) }))
        }
      }
      return try Predictions(classes: dataset.classes, items: items)
    }
    var counts = [Double](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    let shares = counts.map { $0 / Double(max(labels.count, 1)) }
    try body(Baseline(name: majority, predictions: try predictions { _ in shares }))
    for (place, channel) in dataset.channels.enumerated() {
      let column = place * ImageFeatures.names.count + ImageFeatures.intensity
      guard let threshold = IntensityThreshold(train.map { row($0)[column] }, labels, classes: classes) else {
        continue
      }
      try body(
        Baseline(
          name: "threshold on \(channel)", predictions: try predictions { threshold.probabilities(row($0)[column]) }))
    }
    guard classes * ((train.first.map(row)?.count ?? 0) + 1) <= mostCoefficients else { return }
    let scale = Standardization(train.map(row))
    let scaled = train.map { scale(row($0)) }
    let validation = data.split.validation.filter { dataset.samples[$0].label != nil }
    var best: (loss: Double, model: LogisticRegression)?
    for penalty in validation.isEmpty ? [1] : penalties {
      let model = LogisticRegression(scaled, labels, classes: classes, penalty: penalty)
      let loss = validation.reduce(0.0) { sum, index in
        let probability = model.probabilities(scale(row(index)))[dataset.samples[index].label ?? 0]
        return sum - log(max(probability, 1e-300))
      }
      if best.map({ loss < $0.loss }) ?? true { best = (loss, model) }
    }
    if let model = best?.model {
      try body(Baseline(name: regression, predictions: try predictions { model.probabilities(scale(row($0))) }))
    }
  }
}

/// Features brought to mean 0 and deviation 1 over the training items; those that don't vary are 0.
private struct Standardization {
  private let mean: [Double]
  private let factor: [Double]

  init(_ rows: [[Double]]) {
    let width = rows.first?.count ?? 0
    let count = Double(max(rows.count, 1))
    let mean = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / count }
    factor = (0..<width).map { column in
      let variance = rows.reduce(0) { $0 + ($1[column] - mean[column]) * ($1[column] - mean[column]) } / count
      return variance > 1e-12 * (1 + mean[column] * mean[column]) ? 1 / variance.squareRoot() : 0
    }
    self.mean = mean
  }

  func callAsFunction(_ row: [Double]) -> [Double] {
    row.indices.map { (row[$0] - mean[$0]) * factor[$0] }
  }
}
