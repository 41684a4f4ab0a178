import Foundation

/// Classes that are sets of labels, such as `CE`, `CE+PI` and `negative`: one score for each label, and for a class the sum of
/// its labels' scores. The probability of a class is then ∏ σ(±scoreₗ) over all labels, but for a factor that is common to
/// all classes: with a class for every set the labels are independent, and cross entropy is the sum of the labels' binary
/// cross entropies (binary relevance; Read and others, 2011, "Classifier chains for multi-label classification"). Sets that
/// no class is have no probability. A label's own probability is the sum over the classes that have it.
package struct MultilabelHeadSettings: PluginSettings {
  /// Stands between the labels in a class's name.
  package var separator = LabelSets.separator
  /// The class of no label.
  package var none = LabelSets.none

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .text("separator", "stands between the labels in the name of a class"),
    .text("none", "the name of the class without a label"),
  ]

  /// The defaults.
  package init() {}
}

/// The labels in the names of classes.
package struct LabelSets: Sendable, Hashable {
  /// Between labels, unless told otherwise.
  package static let separator = "+"
  /// The set without a label, unless told otherwise.
  package static let none = "negative"

  /// All labels, in the order in which they first appear.
  package let labels: [String]
  /// For each class, its labels as places in ``labels``.
  package let classes: [[Int]]

  /// Labels are what stands between separators, without blanks around. O(characters).
  package init(_ names: [String], separator: String = Self.separator, none: String = Self.none) {
    var places: [String: Int] = [:]
    var labels: [String] = []
    classes = names.map { name in
      guard name != none else { return [] }
      let parts = separator.isEmpty ? [name] : name.split(separator: separator).map(String.init)
      var set: [Int] = []
      for part in parts.map({ $0.trimmingCharacters(in: .whitespaces) }) where !part.isEmpty {
        let place = places[part] ?? labels.count
        if place == labels.count {
          places[part] = place
          labels.append(part)
        }
        if !set.contains(place) { set.append(place) }
      }
      return set
    }
    self.labels = labels
  }

  /// [labels, classes]: 1 where a class has a label.
  func matrix() throws(ZooError) -> Tensor {
    var values = [Float](repeating: 0, count: labels.count * classes.count)
    for (column, set) in classes.enumerated() {
      for label in set { values[label * classes.count + column] = 1 }
    }
    return try Tensor(shape: [labels.count, classes.count], values)
  }
}

enum MultilabelHead {
  static func plugin() throws(ZooError) -> Plugin {
    try Plugin(
      .head, "multilabel", summary: "classes that are sets of labels, such as CE+PI: one score for each label",
      settings: MultilabelHeadSettings()
    ) { builder, input, settings in
      // A part that is tried without a model has a label for each class.
      let names = builder.classNames.isEmpty ? (0..<builder.classes).map { "\($0)" } : builder.classNames
      let sets = LabelSets(names, separator: settings.separator, none: settings.none)
      if let twice = sets.classes.indices.first(where: { place in
        sets.classes[..<place].contains { Set($0) == Set(sets.classes[place]) }
      }) {
        throw ZooError(
          .badInput, path: "model.head", problem: "the class '\(names[twice])' has the labels of another",
          expected: "a set of labels for each class, such as 'a', 'a\(settings.separator)b' and '\(settings.none)'")
      }
      guard !sets.labels.isEmpty else {
        throw ZooError(
          .badInput, path: "model.head", problem: "no class has a label",
          expected: "names such as 'a\(settings.separator)b'")
      }
      let scores = try builder.linear(input, "fc", features: sets.labels.count)
      return try builder.add("MatMul", [scores, builder.constant(sets.matrix())])
    }
  }
}
