/// How the probabilities of a model become an answer: which class, and whether it is certain enough.
public struct Decision: Sendable, Hashable, Codable {
  /// What the graph divides logits by, so that probabilities mean what they say; 1 if it doesn't.
  public var temperature: Double
  /// Of two classes, the one that is answered if its probability is at least ``threshold``; `nil` for the most probable.
  public var positiveClass: String?
  /// In 0…1; says nothing without ``positiveClass``.
  public var threshold: Double
  /// How ``threshold`` was chosen, in words; empty without one.
  public var rule: String
  /// An answer whose class is less probable than this is uncertain; 0 if none is.
  public var leastConfidence: Double
  /// The share of wrong answers among the certain ones that ``leastConfidence`` was chosen for; `nil` if nobody stated one.
  public var maximumError: Double?
  /// Held-out items that all this was found with.
  public var items: Int

  /// Without arguments: the most probable class, always certain.
  public init(
    temperature: Double = 1, positiveClass: String? = nil, threshold: Double = 0.5, rule: String = "",
    leastConfidence: Double = 0, maximumError: Double? = nil, items: Int = 0
  ) {
    self.temperature = temperature
    self.positiveClass = positiveClass
    self.threshold = threshold
    self.rule = rule
    self.leastConfidence = leastConfidence
    self.maximumError = maximumError
    self.items = items
  }

  /// What is said of one item.
  public struct Answer: Sendable, Hashable {
    /// Index of the class.
    public var index: Int
    /// Whether the class isn't probable enough to be relied on.
    public var isUncertain: Bool

    /// An answer by its place among the classes.
    public init(index: Int, isUncertain: Bool) {
      self.index = index
      self.isUncertain = isUncertain
    }
  }

  /// The answer to `probabilities`, one for each of `classes`: the first of equals. O(classes).
  public func answer(_ probabilities: [Float], classes: [String]) -> Answer {
    var index = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    if let positiveClass, probabilities.count == 2, let positive = classes.firstIndex(of: positiveClass) {
      index = Double(probabilities[positive]) >= threshold ? positive : 1 - positive
    }
    let confidence = probabilities.indices.contains(index) ? Double(probabilities[index]) : 0
    return Answer(index: index, isUncertain: confidence < leastConfidence)
  }

  /// - Throws: ``ZooError`` about a figure that can't be, or a class that the model doesn't have.
  func check(classes: [String]) throws(ZooError) {
    func check(_ name: String, _ isRight: Bool, _ value: String, _ expected: String) throws(ZooError) {
      guard !isRight else { return }
      throw ZooError(.badInput, path: "card.decision.\(name)", problem: "is \(value)", expected: expected)
    }
    try check("temperature", temperature.isFinite && temperature > 0, "\(temperature)", "a number above 0")
    try check("threshold", (0...1).contains(threshold), "\(threshold)", "0…1")
    try check("least_confidence", (0...1).contains(leastConfidence), "\(leastConfidence)", "0…1")
    try check("maximum_error", (0...1).contains(maximumError ?? 0), "\(maximumError ?? 0)", "0…1")
    try check("items", items >= 0, "\(items)", "at least 0")
    guard let positiveClass else { return }
    try check(
      "positive_class", classes.count == 2 && classes.contains(positiveClass), "'\(positiveClass)'",
      "one of two classes (the model's: \(classes.joined(separator: ", ")))")
  }
}
