import ZooFormat
import ZooImages

/// Gathers what is wrong, so that a user sees all of it at once.
package struct Problems {
  private(set) var all: [ZooError] = []
  /// More would only scroll the first ones away.
  private static let shown = 20

  package init() {}

  mutating func add(_ error: ZooError) { all.append(error) }
  package mutating func add(_ errors: [ZooError]) { all += errors }

  /// - Throws: One ``ZooError`` with all problems, one a line, if there are any. What is wrong with many files in the same
  ///   words stands once, with their count.
  package func check() throws(ZooError) {
    let distinct = grouped()
    guard let first = distinct.first else { return }
    guard distinct.count > 1 else { throw first }
    let more = distinct.count > Self.shown ? ", of which these are the first \(Self.shown)" : ""
    var error = ZooError(.badInput, problem: "\(all.count) problems with the data\(more)")
    error.parts = Array(distinct.prefix(Self.shown))
    throw error
  }

  /// In their order, those that say the same of several files as one.
  private func grouped() -> [ZooError] {
    var places: [ZooError: Int] = [:]
    var found: [(error: ZooError, others: [String])] = []
    for error in all {
      var alike = error
      (alike.location.file, alike.location.line) = (nil, nil)
      guard let file = error.location.file, error.parts.isEmpty else { found.append((error, [])); continue }
      if let place = places[alike] {
        found[place].others.append(file)
      } else {
        places[alike] = found.count
        found.append((error, []))
      }
    }
    return found.map { error, others in
      guard !others.isEmpty else { return error }
      var error = error
      let files = Set(others).subtracting([error.location.file ?? ""])
      error.problem +=
        files.min().map { " (\(Figures.counted(files.count, "more file")) too, e.g. \($0))" }
        ?? " (\(Figures.counted(others.count, "more line")) too)"
      return error
    }
  }
}
