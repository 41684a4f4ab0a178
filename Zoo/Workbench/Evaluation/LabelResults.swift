import ZooPlugins

extension EvaluationResult {
  /// Each label against its absence, where classes are sets of labels (`CE`, `CE+PI`, `negative`): a label's probability is
  /// the sum over the classes that have it, and its answer that of the most probable class. `nil` where classes are no such
  /// sets: some class has several labels, and each label is a class alone or in two. O(items · (classes + log items)) for each label.
  static func perLabel(_ predictions: Predictions) -> [ClassResult]? {
    let sets = LabelSets(predictions.classes)
    let places = sets.labels.indices
    let uses = places.map { label in sets.classes.filter { $0.contains(label) } }
    guard sets.classes.contains(where: { $0.count > 1 }),
      uses.allSatisfy({ $0.count > 1 || $0.first?.count == 1 })
    else { return nil }
    let items = predictions.items.filter { $0.label != nil }
    return places.map { label in
      let has = sets.classes.map { $0.contains(label) }
      let scores = items.map { item in
        zip(item.probabilities, has).reduce(Float(0)) { $1.1 ? $0 + $1.0 : $0 }
      }
      let truths = items.map { item in item.label.map { has[$0] } ?? false }
      let answers = items.map { has[$0.predicted] }
      var result = ClassResult(name: sets.labels[label], support: truths.count { $0 })
      let both = zip(truths, answers).count { $0 && $1 }
      let said = answers.count { $0 }
      func ratio(_ part: Int, _ whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
      result.precision = ratio(both, said)
      result.recall = ratio(both, result.support)
      result.f1 = ratio(2 * both, said + result.support)
      let ranks = RankMetrics(scores: scores)
      result.areaUnderROC = ranks.areaUnderROC(isPositive: { truths[$0] }, weight: { _ in 1 })
      result.averagePrecision = ranks.averagePrecision(isPositive: { truths[$0] }, weight: { _ in 1 })
      return result
    }
  }
}
