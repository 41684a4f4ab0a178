/// The report of one run, `report.html`: how well the model does, on what, how it got there, where it is wrong, and how
/// to use it.
public struct RunReport: Sendable {
  public var name: String
  public var spec: Spec
  public var environment: RunEnvironment?
  public var metrics: RunMetrics
  public var log: [LogRecord]
  /// The subset that the figures are of; `nil` if the run held no items out.
  public var subset: String?
  /// The wrongly predicted items, the most confident first.
  public var mistakes: [Mistake]
  /// What one does with the result, and the command that does it.
  public var commands: [(purpose: String, command: String)]

  public struct Mistake: Sendable {
    public let item: Predictions.Item
    public let trueClass: String
    public let predictedClass: String
    /// A picture as the bytes of a PNG file; `nil` leaves it out.
    public var image: [UInt8]?
  }

  /// Reads what `folder` holds.
  /// - Parameter subset: what the figures are to be of; without, of the test set, or else of the validation set.
  /// - Throws: ``ZooError`` if it has no metrics for `subset` or no spec.
  public init(_ folder: RunFolder, subset wanted: String? = nil, mistakes count: Int = 12) throws {
    name = folder.name
    spec = try folder.spec()
    environment = folder.has(.environment) ? try folder.environment() : nil
    metrics = try folder.metrics()
    log = folder.has(.log) ? try folder.log() : []
    let found = metrics.subsets.keys.sorted()
    if let wanted, !found.contains(wanted) {
      throw ZooError(
        .badInput, file: folder.path(.metrics), problem: "has no results for the subset '\(wanted)'",
        expected: found.isEmpty ? nil : SpecKind.listed(found))
    }
    subset = wanted ?? ["test", "validation"].first(where: found.contains)
    mistakes = []
    if let subset, folder.has(.predictions) {
      mistakes = Self.mistakes(try folder.predictions().labelled(subset: subset), count: count)
    }
    commands = UsageCommands.commands(for: folder)
  }

  /// The wrong predictions with the highest confidence. O(n log n).
  public static func mistakes(_ predictions: Predictions, count: Int) -> [Mistake] {
    func confidence(_ item: Predictions.Item) -> Float { item.probabilities[item.predicted] }
    let wrong = predictions.items.filter { $0.label != nil && $0.label != $0.predicted }
    let sorted = wrong.sorted { (confidence($0), $1.id) > (confidence($1), $0.id) }
    return sorted.prefix(max(count, 0)).map { item in
      Mistake(
        item: item, trueClass: item.label.map { predictions.classes[$0] } ?? "",
        predictedClass: predictions.classes[item.predicted])
    }
  }

  /// Adds pictures to ``mistakes``. `image` gives the bytes of a PNG file for an item's id, or `nil`.
  public mutating func illustrate(_ image: (String) throws -> [UInt8]?) rethrows {
    for index in mistakes.indices { mistakes[index].image = try image(mistakes[index].item.id) }
  }
}
