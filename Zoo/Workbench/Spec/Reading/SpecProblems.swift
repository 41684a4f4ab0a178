import ZooPlugins

/// Everything that is wrong with a spec, found in one reading.
public struct SpecProblems: Error, Sendable, CustomStringConvertible {
  /// The most that are reported; who wrote more than that meant another kind of file.
  static let most = 100

  /// In the order of the spec's keys; never empty.
  public var problems: [ZooError]

  package init(_ problems: [ZooError]) { self.problems = problems }

  /// `usage` if one of them is, else `badInput`.
  public var kind: ZooError.Kind {
    problems.contains { $0.kind == .usage } ? .usage : .badInput
  }

  /// One line for each.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
