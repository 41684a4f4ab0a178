/// What one factor of a suite does: each of its levels against the first, the other factors being equal.
package struct FactorEffect: Codable, Sendable, Hashable {
  package struct Level: Codable, Sendable, Hashable {
    package var level: String
    /// Pairs of models that differ in this factor alone.
    package var pairs: Int
    /// Mean over the pairs of balanced accuracy, this level minus the first.
    package var difference: Double
    /// The smallest and the largest among the pairs.
    package var smallest: Double
    package var largest: Double
  }

  package var factor: String
  /// What the others are measured against.
  package var reference: String
  package var levels: [Level]

  /// For each factor with at least two levels. O(models²).
  static func effects(_ suite: Suite, _ models: [ComparedModel]) -> [FactorEffect] {
    suite.factors.compactMap { factor in
      guard let reference = factor.levels.first, factor.levels.count > 1 else { return nil }
      func rest(_ model: ComparedModel) -> [SpecRun.Level] { model.levels.filter { $0.factor != factor.name } }
      func level(_ model: ComparedModel) -> String? { model.levels.first { $0.factor == factor.name }?.level }
      let base = models.filter { level($0) == reference }
      let levels = factor.levels.dropFirst().compactMap { name -> Level? in
        let differences = models.filter { level($0) == name }.compactMap { model -> Double? in
          guard let other = base.first(where: { rest($0) == rest(model) && $0.data.classes == model.data.classes }),
            let value = model.result[.balancedAccuracy], let before = other.result[.balancedAccuracy]
          else { return nil }
          return value - before
        }
        guard let smallest = differences.min(), let largest = differences.max() else { return nil }
        return Level(
          level: name, pairs: differences.count,
          difference: differences.reduce(0, +) / Double(differences.count), smallest: smallest, largest: largest)
      }
      return levels.isEmpty ? nil : FactorEffect(factor: factor.name, reference: reference, levels: levels)
    }
  }
}
