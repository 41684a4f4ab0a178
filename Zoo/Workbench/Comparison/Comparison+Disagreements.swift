import ZooData

extension Comparison {
  /// The items that two models answer differently, as CSV: those first of which both are surest. Of several trainings the
  /// mean of the probabilities counts.
  /// - Throws: ``ZooError`` unless there are two models with common items.
  package func disagreements() throws(ZooError) -> String {
    guard models.count == 2 else {
      throw ZooError(
        .usage, problem: "two models can disagree, but there \(models.count == 1 ? "is 1" : "are \(models.count)")",
        expected: "the runs of two models")
    }
    let (first, second) = (models[0], models[1])
    let common = try CommonItems((first.name, first.replicates), (second.name, second.replicates))
    let classes = common.first[0].classes
    var text = CSV.line(
      [
        "id", "group", "label", "first", "first_answer", "first_probability", "second", "second_answer",
        "second_probability", "right",
      ])
    let answers = zip(Self.answers(common.first), Self.answers(common.second))
    let rows = zip(common.first[0].items, answers).filter { $1.0.index != $1.1.index }.sorted { a, b in
      let (one, other) = (min(a.1.0.probability, a.1.1.probability), min(b.1.0.probability, b.1.1.probability))
      return one == other ? a.0.id < b.0.id : one > other
    }
    for (item, (one, other)) in rows {
      let right = item.label == one.index ? "first" : item.label == other.index ? "second" : "neither"
      text += CSV.line([
        item.id, item.group, item.label.map { classes[$0] } ?? "", first.name, classes[one.index], "\(one.probability)",
        second.name, classes[other.index], "\(other.probability)", right,
      ])
    }
    return text
  }

  private typealias Answer = (index: Int, probability: Float)

  /// What a model says of each item, taking its trainings together.
  private static func answers(_ replicates: [Predictions]) -> [Answer] {
    replicates[0].items.indices.map { place in
      let items = replicates.map { $0.items[place] }
      if items.count == 1 { return (items[0].predicted, items[0].probabilities[items[0].predicted]) }
      let mean = items[0].probabilities.indices.map { index in
        items.reduce(0) { $0 + $1.probabilities[index] } / Float(items.count)
      }
      let index = mean.indices.max { mean[$0] < mean[$1] } ?? 0
      return (index, mean[index])
    }
  }
}
