import ZooFormat

/// Gathers what is wrong, so that a user sees all of it at once.
package struct Problems {
  private(set) var all: [ZooError] = []
  /// More would only scroll the first ones away.
  private static let shown = 20

  package init() {}

  mutating func add(_ error: ZooError) { all.append(error) }
  package mutating func add(_ errors: [ZooError]) { all += errors }

  /// - Throws: One ``ZooError`` with all problems, one a line, if there are any.
  package func check() throws(ZooError) {
    guard let first = all.first else { return }
    guard all.count > 1 else { throw first }
    let more = all.count > Self.shown ? ", of which these are the first \(Self.shown)" : ""
    var error = ZooError(.badInput, problem: "\(all.count) problems with the data\(more)")
    error.parts = Array(all.prefix(Self.shown))
    throw error
  }
}
