extension Comparison {
  /// What a model costs, beside what it achieves.
  package enum Cost: String, CaseIterable, Sendable {
    case flops, parameters

    func of(_ model: ComparedModel) -> Int { self == .flops ? model.model.flops : model.model.parameters }
    var title: String { self == .flops ? "floating-point operations" : "parameters" }
  }

  /// Indices of the models of each set with the same classes that no other one beats: none is at least as good by balanced
  /// accuracy and at most as costly, and better in one of both (Pareto 1906). From the cheapest to the best. O(models²).
  package func paretoFronts(_ cost: Cost) -> [[Int]] {
    rankings.map { ranking in
      let places = ranking.places.map(\.model)
      func quality(_ index: Int) -> Double { models[index].result[.balancedAccuracy] ?? 0 }
      func price(_ index: Int) -> Int { cost.of(models[index]) }
      return places.filter { index in
        !places.contains { other in
          quality(other) >= quality(index) && price(other) <= price(index)
            && (quality(other) > quality(index) || price(other) < price(index))
        }
      }.sorted { (price($0), $0) < (price($1), $1) }
    }
  }

  /// For a terminal: the front of each set, by floating-point operations.
  var paretoText: String {
    guard models.count > 1 else { return "" }
    return paretoFronts(.flops).map { front in
      let steps = front.map { index in
        "  \(models[index].title): \(Figures.fixed(models[index].result[.balancedAccuracy])) "
          + "for \(Figures.count(models[index].model.flops)) \(Cost.flops.title) an item\n"
      }
      return "no other model is as good and cheaper:\n" + steps.joined()
    }.joined()
  }
}
