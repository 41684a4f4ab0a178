/// What a model said about some items, and what they are.
public struct Predictions: Sendable, Hashable {
  /// One item and what the model said of it.
  public struct Item: Sendable, Hashable {
    /// Unique among the items.
    public var id: String
    /// `train`, `validation` or `test`; empty for new data.
    package var subset: String
    /// The independent unit that the item belongs to (a well, an experiment); empty if the item is its own.
    public var group: String
    /// Index of the true class, or `nil` if nobody knows.
    public var label: Int?
    /// One probability for each class; they add up to 1.
    public var probabilities: [Float]
    /// Index of the class that is answered: that of the highest probability, the first of equals, unless the model's
    /// decision says otherwise.
    public private(set) var predicted: Int
    /// Whether the answer isn't certain enough by the model's decision; `nil` for a model without one.
    public private(set) var isUncertain: Bool?
    /// How the item is unlike what the model was trained on.
    public var cautions: [String]
    /// A digest of what is stored of the item, by which it is known elsewhere; empty if nobody noted it.
    var content = ""

    package init(
      id: String, subset: String = "", group: String = "", label: Int?, probabilities: [Float], cautions: [String] = []
    ) {
      self.cautions = cautions
      self.id = id
      self.subset = subset
      self.group = group
      self.label = label
      self.probabilities = probabilities
      self.predicted = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    }

    /// The same item as `answer` has it.
    func answered(_ answer: Decision.Answer) -> Item {
      var item = self
      (item.predicted, item.isUncertain) = (answer.index, answer.isUncertain)
      return item
    }
  }

  /// Names of the classes in the order of the probabilities.
  public let classes: [String]
  /// Each with an id of its own.
  public let items: [Item]
  /// What a reader should know of all of them, e.g. that the model was trained on some.
  public var cautions: [String] = []
  /// Why figures on them say nothing of the cells, if they don't.
  package var confounding: String?

  /// - Throws: ``ZooError`` if an item has another number of probabilities than there are classes, one that isn't in
  ///   0...1, a label out of range, or the id of another item. O(items · classes).
  package init(classes: [String], items: [Item]) throws(ZooError) {
    guard Set(classes).count == classes.count, !classes.isEmpty else {
      throw ZooError(.badInput, problem: "the classes are \(classes)", expected: "at least one, each with its own name")
    }
    var ids: Set<String> = []
    for item in items {
      guard item.probabilities.count == classes.count else {
        throw ZooError(
          .badInput, problem: "item '\(item.id)' has \(item.probabilities.count) probabilities",
          expected: "\(classes.count), one for each class")
      }
      // A little above 1 is rounding of the softmax.
      if let wrong = item.probabilities.first(where: { !($0 >= 0 && $0 <= 1.0001) }) {
        throw ZooError(
          .badInput, problem: "item '\(item.id)' has the probability \(wrong)", expected: "a number in 0…1",
          remedy: "Look for inputs or weights that are not finite")
      }
      if let label = item.label, !classes.indices.contains(label) {
        throw ZooError(
          .badInput, problem: "item '\(item.id)' has the label \(label)", expected: "0…\(classes.count - 1)")
      }
      guard ids.insert(item.id).inserted else {
        throw ZooError(.badInput, problem: "two items have the id '\(item.id)'", expected: "an id for each item")
      }
    }
    self.classes = classes
    self.items = items
  }

  private init(unchecked items: [Item], classes: [String], cautions: [String]) {
    self.classes = classes
    self.items = items
    self.cautions = cautions
  }

  /// The items of one subset that have a label.
  package func labelled(subset: String? = nil) -> Predictions {
    Predictions(
      unchecked: items.filter { $0.label != nil && (subset == nil || $0.subset == subset) }, classes: classes,
      cautions: cautions)
  }

  /// The same with the answers that `decision` gives.
  func decided(by decision: Decision?) -> Predictions {
    guard let decision else { return self }
    let answered = items.map { $0.answered(decision.answer($0.probabilities, classes: classes)) }
    return Predictions(unchecked: answered, classes: classes, cautions: cautions)
  }

  /// The same with the contents that `contents` has by id.
  func noting(_ contents: [String: String]) -> Predictions {
    let noted = items.map { item in
      var item = item
      item.content = contents[item.id] ?? ""
      return item
    }
    return Predictions(unchecked: noted, classes: classes, cautions: cautions)
  }

  /// The items with these ids, in the order of `ids`; those that aren't here are left out.
  func selecting(_ ids: [String]) -> Predictions {
    let byID = Dictionary(items.map { ($0.id, $0) }) { first, _ in first }
    return Predictions(unchecked: ids.compactMap { byID[$0] }, classes: classes, cautions: cautions)
  }
}
