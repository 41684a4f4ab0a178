import ZooPlugins

/// Turns `sweep` into the list of runs that it asks for.
enum SweepReader {
  struct Change {
    var path: String
    var value: SourceValue
  }

  private static let mostRuns = 10_000
  private static let expectation =
    "an object with key path → list of values, or a list of objects with key path → value"

  /// One variation without changes if there is no sweep.
  static func variations(_ sweep: SourceValue?) throws(ZooError) -> [[Change]] {
    guard let sweep, sweep.content != .null else { return [[]] }
    switch sweep.content {
    case .object(let members): return try product(members)
    case .array(let elements):
      guard !elements.isEmpty else { throw refuse(sweep, "the list is empty") }
      guard elements.count <= mostRuns else { throw refuse(sweep, "asks for more than \(mostRuns) runs") }
      var variations: [[Change]] = []
      for element in elements {
        guard case .object(let members) = element.content else {
          throw refuse(element, "\(element.found) isn't allowed")
        }
        variations.append(members.map { Change(path: $0.key, value: $0.value) })
      }
      return variations
    default: throw refuse(sweep, "\(sweep.found) isn't allowed")
    }
  }

  /// The cartesian product; the last key changes fastest.
  private static func product(_ members: [SourceValue.Member]) throws(ZooError) -> [[Change]] {
    var variations: [[Change]] = [[]]
    for member in members {
      guard case .array(let values) = member.value.content, !values.isEmpty else {
        throw refuse(
          member.value, "\(member.value.found) isn't allowed", path: "sweep.\(member.key)", expected: "a list of values"
        )
      }
      guard variations.count * values.count <= mostRuns else {
        throw refuse(member.value, "asks for more than \(mostRuns) runs")
      }
      variations = variations.flatMap { variation in
        values.map { variation + [Change(path: member.key, value: $0)] }
      }
    }
    return variations
  }

  private static func refuse(
    _ value: SourceValue, _ problem: String, path: String = "sweep", expected: String = expectation
  ) -> ZooError {
    ZooError(
      .badInput, file: value.position.file, line: value.position.line, column: value.position.column, path: path,
      problem: problem, expected: expected)
  }
}
