import ZooFormat
import ZooImages

/// What is doubtful in the groups of samples, before anything is split by them.
package enum GroupAudit {
  private static let shown = 4

  /// - Parameters:
  ///   - groups: Of each sample one value for each of `columns`.
  ///   - by: The columns that are split by.
  package static func problems(
    _ groups: [[String]], columns: [String], by: [String], accepts: (Accepted) -> Bool = { _ in false }
  ) -> [ZooError] {
    var problems: [ZooError] = []
    for name in by {
      guard let place = columns.firstIndex(of: name) else { continue }
      var counts: [String: Int] = [:]
      for values in groups { counts[values[place], default: 0] += 1 }
      let nothing = counts.filter { Spelling.isNothing($0.key) }
      if !nothing.isEmpty {
        let words = nothing.keys.sorted().map { $0.isEmpty ? "empty" : "'\($0)'" }.joined(separator: ", ")
        problems.append(
          ZooError(
            .badInput, path: "data.split.by",
            problem:
              "the column '\(name)' says nothing (\(words)) for \(nothing.values.reduce(0, +)) of \(groups.count) samples",
            expected: "a group for each sample", remedy: "Fill the column, remove the rows, or split by another"))
      }
      guard !accepts(.spellings) else { continue }
      let remedy = "Write each in one way, or set data.accept=[spellings] if they are different groups"
      let dates = Spelling.mixedDates(counts.keys.filter { !Spelling.isNothing($0) })
      if !dates.isEmpty {
        problems.append(
          ZooError(
            .badInput, path: "data.split.by",
            problem:
              "the dates in the column '\(name)' are written in \(dates.count) ways, e.g. \(dates.map { "'\($0)'" }.joined(separator: ", "))",
            expected: "one way, for a spreadsheet may have changed some of them", remedy: remedy))
        continue
      }
      let variants = Spelling.variants(counts.filter { nothing[$0.key] == nil })
      guard !variants.isEmpty else { continue }
      let found = variants.prefix(shown).map { group in
        group.map { "'\($0.text)' \($0.count)" }.joined(separator: " and ")
      }
      problems.append(
        ZooError(
          .badInput, path: "data.split.by",
          problem:
            "groups in the column '\(name)' that differ only in how they are written: \(found.joined(separator: "; "))\(variants.count > shown ? "; and \(variants.count - shown) more" : "")",
          expected: "one name for a group", remedy: remedy))
    }
    return problems
  }

  /// Columns with more values than this tell items apart, not groups of them.
  private static let mostValues = 1000

  /// What is doubtful in columns that nothing is split by, but results are told apart by: a sentence for each column.
  /// O(samples · columns).
  static func remarks(_ groups: [[String]], columns: [String], except by: [String]) -> [String] {
    columns.indices.filter { !by.contains(columns[$0]) && columns[$0] != "track" }.compactMap { place in
      var counts: [String: Int] = [:]
      for values in groups where counts.count <= mostValues { counts[values[place], default: 0] += 1 }
      guard counts.count <= mostValues else { return nil }
      let variants = Spelling.variants(counts.filter { !Spelling.isNothing($0.key) })
      guard let first = variants.first else { return nil }
      return
        "the column '\(columns[place])' has values that differ only in how they are written, and counts them as different: "
        + first.map { "'\($0.text.onOneLine)' \($0.count)" }.joined(separator: " and ")
        + (variants.count > 1 ? "; and \(variants.count - 1) more" : "")
    }
  }
}
