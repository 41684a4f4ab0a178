import ZooFormat
import ZooImages

/// Reads the subset that a cell or a folder names, in the words that are usual for it.
package struct SubsetWords {
  private static let words: [String: Subset] = [
    "train": .train, "training": .train, "val": .validation, "valid": .validation, "validation": .validation,
    "dev": .validation, "test": .test, "testing": .test, "holdout": .test,
    // French, German, Spanish and Italian.
    "apprentissage": .train, "entraînement": .train, "entrainement": .train, "lernen": .train, "trainieren": .train,
    "validierung": .validation, "entrenamiento": .train, "validación": .validation, "addestramento": .train,
    "validazione": .validation,
  ]
  private static let columnNames: Set<String> = ["split", "subset", "set", "partition", "fold", "phase"]

  /// Words for rows that somebody put into no subset.
  private static let wordsForNone: Set<String> = [
    "exclude", "excluded", "ignore", "ignored", "skip", "skipped", "drop", "dropped", "unused", "none", "omit",
  ]

  /// How many rows were put into no subset.
  private(set) var excluded = 0
  private var unknown: [String: (count: Int, line: Int)] = [:]
  /// What was read otherwise than it stands there.
  private var read: [String: Subset] = [:]

  init() {}

  package static func subset(_ word: String) -> Subset? { words[word.trimmed.lowercased()] }

  /// Whether a word says that a row belongs to no subset, e.g. `exclude`.
  static func isNone(_ word: String) -> Bool { wordsForNone.contains(word.trimmed.lowercased()) }

  /// Notes what isn't understood for ``problem(file:column:)``.
  mutating func subset(_ word: String, line: Int) -> Subset? {
    if let subset = Self.subset(word) {
      if !["train", "val", "validation", "test"].contains(word.trimmed.lowercased()) { read[word.trimmed] = subset }
      return subset
    }
    unknown[word.trimmed, default: (0, line)].count += 1
    return nil
  }

  /// Which words were taken for which subset, where that isn't what they say.
  func remark(column: String) -> String? {
    guard !read.isEmpty else { return nil }
    let found = read.sorted { $0.key < $1.key }.map { "'\($0.key.onOneLine)' as \($0.value.rawValue)" }
    return "in the column '\(column)', \(found.joined(separator: ", ")) is read"
  }

  func problem(file: String, column: String) -> ZooError? {
    guard let first = unknown.min(by: { $0.value.line < $1.value.line }) else { return nil }
    let found = unknown.sorted { $0.key < $1.key }.prefix(5).map { "'\($0.key.onOneLine)' \($0.value.count)" }
    return ZooError(
      .badInput, file: file, line: first.value.line, path: "data.split.column",
      problem: "the column '\(column)' names no subset in some rows: \(found.joined(separator: ", "))",
      expected: "train, validation (val) or test in each row")
  }

  /// The column that is called so and has words of this kind in every row, `exclude` and the like among them.
  static func column(_ table: CSVTable) -> Int? {
    let sample = stride(from: 0, to: table.rows.count, by: max(1, table.rows.count / 1000))
    return table.columns.indices.first { column in
      columnNames.contains(table.columns[column].lowercased())
        && sample.allSatisfy { subset(table.rows[$0][column]) != nil || isNone(table.rows[$0][column]) }
        && sample.contains { subset(table.rows[$0][column]) != nil }
    }
  }

  /// A column that isn't called so, or leaves some rows blank, but otherwise has words of at least two subsets.
  package static func likelyColumn(_ table: CSVTable) -> String? {
    for (place, name) in table.columns.enumerated() {
      var counts: [String: Int] = [:]
      for row in table.rows where counts.count <= 8 { counts[row[place].trimmed, default: 0] += 1 }
      let words = counts.filter { !Spelling.isNothing($0.key) }
      let known = words.filter { subset($0.key) != nil }
      guard counts.count <= 8, Set(known.keys.compactMap(subset)).count > 1,
        words.allSatisfy({ known[$0.key] != nil || isNone($0.key) })
      else { continue }
      return name
    }
    return nil
  }

  /// How often each word stands in a column, and in how many of these rows there is a label: those without are of no use
  /// there. O(rows).
  package static func told(_ table: CSVTable, _ name: String, label: String) -> String {
    guard let place = table.index(of: name) else { return "" }
    let classes = table.index(of: label)
    var counts: [String: (all: Int, labelled: Int)] = [:]
    for row in table.rows {
      let isLabelled = classes.map { !Spelling.isNothing(row[$0].trimmed) } ?? true
      counts[row[place].trimmed, default: (0, 0)].all += 1
      if isLabelled { counts[row[place].trimmed, default: (0, 0)].labelled += 1 }
    }
    let separator = counts.values.contains { $0.labelled < $0.all } ? "; " : ", "
    return counts.sorted { ($1.value.all, $0.key) < ($0.value.all, $1.key) }.map { word, count in
      let lacking =
        count.labelled < count.all ? ", of which \(count.labelled) \(count.labelled == 1 ? "has" : "have") a label" : ""
      return "\(word.isEmpty ? "empty" : word.onOneLine) \(count.all)\(lacking)"
    }.joined(separator: separator)
  }
}
