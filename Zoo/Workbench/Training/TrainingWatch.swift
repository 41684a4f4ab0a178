import Foundation
import ZooData
import ZooPlugins

/// Looks at each validation for what a person should know while there is time to stop.
struct TrainingWatch {
  private let classes: [String]
  private let epochs: Int
  /// What was said last, so that it isn't said again after every epoch.
  private(set) var said: [String] = []
  /// Epochs after which a model should have begun to learn.
  private static let patience = 3
  /// Classes that a message names.
  private static let named = 10

  init(_ spec: Spec, classes: [String]) {
    self.classes = classes
    epochs = spec.train.epochs
  }

  /// What is new after an epoch: a loss that is still that of guessing, classes that are never predicted.
  mutating func after(_ record: LogRecord, _ items: [Predictions.Item]) -> [String] {
    guard record.epoch >= min(Self.patience, epochs) else { return [] }
    var found: [String] = []
    let guessing = log(Double(classes.count))
    if record.trainLoss > 0.97 * guessing {
      found.append(
        "nothing is learned so far: the loss is that of guessing among \(classes.count) classes "
          + "(ln \(classes.count) = \(Figures.fixed(guessing, 4)))")
    }
    let predicted = Set(items.map(\.predicted))
    let labels = Set(items.compactMap(\.label))
    let never = classes.indices.filter { labels.contains($0) && !predicted.contains($0) }.map { "'\(classes[$0])'" }
    if !never.isEmpty {
      let more = never.count > Self.named ? ", … (\(never.count) classes)" : ""
      found.append(
        "never predicted for a validation image: \(never.prefix(Self.named).joined(separator: ", "))\(more)")
    }
    let new = found.filter { !said.contains($0) }
    said = found
    return new
  }
}
