/// The answers that a model with a decision is certain of.
package struct CertainAnswers: Codable, Sendable, Hashable {
  /// Labelled items with a certain answer, and all labelled items.
  package var items: Int
  package var allItems: Int
  /// The share of the certain answers that is wrong; 0 if there are none.
  package var error: Double

  /// The share of items that are answered.
  package var coverage: Double { allItems == 0 ? 0 : Double(items) / Double(allItems) }

  /// - Returns: `nil` if the model has no decision.
  init?(_ predictions: Predictions) {
    let labelled = predictions.items.filter { $0.label != nil }
    guard predictions.hasAnswers, !labelled.isEmpty else { return nil }
    let certain = labelled.filter { $0.isUncertain == false }
    items = certain.count
    allItems = labelled.count
    error = certain.isEmpty ? 0 : Double(certain.count { $0.predicted != $0.label }) / Double(certain.count)
  }
}
