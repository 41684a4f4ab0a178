import ZooFormat
import ZooImages

extension Dataset {
  /// Tables beside fields that say more of them.
  package var tablesBeside: TablesOfFields { (source as? CellsSource)?.tablesBeside ?? TablesOfFields() }

  /// What tables beside fields say that a split by `columns` doesn't heed, with the keys that do, a sentence each.
  /// O(samples · columns of these tables).
  package func groupsBeside(by columns: [String]) -> [String] {
    guard let source = source as? CellsSource else { return [] }
    let beside = source.tablesBeside
    let places = columns.compactMap(groupColumns.firstIndex(of:))
    var found: [String] = []
    for table in beside.tables {
      for group in table.groups where !groupColumns.contains(group.name) {
        let name = group.name
        // Of each value the groups of the split that it stands in.
        var members: [String: Set<String>] = [:]
        for (index, sample) in samples.enumerated() {
          guard let value = group.values[source.positions[entries[index]].field] else { continue }
          members[value, default: []].insert(groupName(sample, places))
        }
        guard members.count > 1, let example = members.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }),
          example.value.count > 1
        else { continue }
        let shown = example.value.sorted(by: NaturalOrder.precedes)
        let listed = shown.prefix(3).map { "'\($0.onOneLine)'" }.joined(separator: ", ") + (shown.count > 3 ? " …" : "")
        let said = places.isEmpty ? "samples" : "\(listed) (\(columns.joined(separator: " and ")))"
        let takes =
          columns.isEmpty
          ? "a split at random has them on both sides"
          : "the split by \(columns.joined(separator: " and ")) takes them for independent"
        let what = "\(table.path.onOneLine) says that \(said) are of one \(name.onOneLine), '\(example.key.onOneLine)'"
        let keys = "\(beside.joining(table)) data.split.by='[\(JSONValue.string(name).description)]'"
        let doubt = table.doubt.map { " (unsure: \($0))" } ?? ""
        let first = table.first.map { " \($0); then" } ?? ""
        found.append("\(what)\(doubt), and \(takes):\(first) \(keys) keeps them together")
        // The coarsest column keeps the others whole, most often; what it doesn't is told once it is joined.
        break
      }
    }
    return found
  }

  /// A value of a column whose samples stand in several groups of a split by `columns`, with two of these; `nil` if each
  /// stands in one. O(samples · columns).
  package func spread(_ name: String, over columns: [String]) -> (value: String, groups: [String])? {
    guard let place = groupColumns.firstIndex(of: name) else { return nil }
    let places = columns.compactMap(groupColumns.firstIndex(of:))
    var members: [String: Set<String>] = [:]
    for sample in samples where !Spelling.isNothing(sample.groups[place].trimmed) {
      members[sample.groups[place].trimmed, default: []].insert(groupName(sample, places))
    }
    guard let most = members.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }), most.value.count > 1
    else {
      return nil
    }
    return (most.key, Array(most.value.sorted(by: NaturalOrder.precedes).prefix(2)))
  }
}
