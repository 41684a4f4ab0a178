import ZooImages

/// Columns that may be the label beside the one that is taken.
extension ColumnRoles {
  /// Names that say of a column that it is the label, and nothing else.
  private static let plainLabels: Set<String> = [
    "label", "labels", "class", "classname", "classlabel", "classes", "category", "target", "outcome", "fate",
    "cellfate", "death", "deathtype", "phenotype", "annotation", "groundtruth", "classification", "userlabel", "classe",
    "etiquette", "klasse", "etikett", "clase", "etiqueta", "etichetta",
  ]
  /// What was done to cells, which somebody may want to tell apart.
  private static let treatments: Set<String> = [
    "treatment", "treatments", "compound", "drug", "condition", "conditions", "stimulus", "stimulation",
    "perturbation", "agent", "behandlung", "bedingung", "traitement", "substanz", "tratamiento",
  ]
  /// The same of what they are.
  private static let kinds: Set<String> = [
    "welltype", "genotype", "celltype", "cellline", "state", "zelltyp", "zustand",
  ]
  private static let mostClasses = 50
  private static let mostShown = 4

  /// Whether a column's name says that it is the label; `cell_type` and `state` may be something else.
  package static func isPlainLabel(_ name: String) -> Bool { plainLabels.contains(plain(name)) }

  /// The values of a column with how often each stands there, e.g. `BMDM 72, THP1 216`.
  package static func counted(_ table: CSVTable, _ column: String) -> String {
    guard let place = table.index(of: column) else { return "" }
    var counts: [String: Int] = [:]
    for row in table.rows where !Spelling.isNothing(row[place].trimmed) { counts[row[place].trimmed, default: 0] += 1 }
    let sorted = counts.sorted { NaturalOrder.precedes($0.key, $1.key) }
    let shown = sorted.prefix(mostShown).map { "\($0.key.onOneLine) \($0.value)" }.joined(separator: ", ")
    return sorted.count > mostShown ? "\(shown) …" : shown
  }

  /// Other columns that may be meant as the label, those that say what was done first. Where the label is called so, only
  /// others that are called so, too. O(rows · columns).
  package func otherLabels(_ table: CSVTable) -> [String] {
    guard let label, let place = table.index(of: label) else { return [] }
    let known = Set(paths + otherPaths + groups + [label, subset, frame, sequence].compactMap(\.self))
    let names =
      Self.isPlainLabel(label) ? Self.plainLabels : Self.plainLabels.union(Self.treatments).union(Self.kinds)
    let found = table.columns.filter { name in
      guard !known.contains(name), names.contains(Self.plain(name)), let other = table.index(of: name) else {
        return false
      }
      let values = Set(table.rows.map { $0[other].trimmed }.filter { !Spelling.isNothing($0) })
      // A number for each name says the same.
      return (2...Self.mostClasses).contains(values.count) && values.count * 2 <= table.rows.count
        && Self.disagreement(table, place, other) > 0
    }
    return found.sorted { left, right in
      Self.treatments.contains(Self.plain(left)) && !Self.treatments.contains(Self.plain(right))
    }
  }

  /// In how many rows two columns tell different things apart: those beyond the most frequent partner of each value, in
  /// either direction. Rows in which either is empty don't count. O(rows).
  package static func disagreement(_ table: CSVTable, _ first: Int, _ second: Int) -> Int {
    func beyond(_ one: Int, _ other: Int) -> Int {
      var pairs: [String: [String: Int]] = [:]
      for row in table.rows {
        let (key, value) = (row[one].trimmed, row[other].trimmed)
        guard !Spelling.isNothing(key), !Spelling.isNothing(value) else { continue }
        pairs[key, default: [:]][value, default: 0] += 1
      }
      return pairs.values.reduce(0) { $0 + $1.values.reduce(0, +) - ($1.values.max() ?? 0) }
    }
    return max(beyond(first, second), beyond(second, first))
  }

  /// Whether a table holds what a model said: `predicted` and a probability for each class.
  package static func arePredictions(_ columns: [String]) -> Bool {
    let names = columns.map { $0.lowercased() }
    return names.contains { ["predicted", "prediction", "pred"].contains($0) }
      && names.contains { name in ["p_", "prob_", "probability_", "score_"].contains(where: name.hasPrefix) }
  }
}
