import ZooData
import ZooFormat

/// What tables beside fields say of them.
extension DataProbe {
  private static let mostTables = 8

  /// Joins tables that say what several fields have in common, as far as nothing speaks against it.
  /// - Returns: The data with their columns; the same data if nothing is joined. O(files) for each table.
  mutating func joinTablesBeside(_ data: Dataset) -> Dataset {
    guard !given.has("data.join"), !given.has("data.split.by") else { return data }
    var data = data
    var tried: Set<String> = []
    while tried.count < Self.mostTables,
      let table = data.tablesBeside.tables.first(where: { $0.isSure && !tried.contains($0.path) })
    {
      tried.insert(table.path)
      var joined = spec
      joined.join[table.path] = table.keys
      do throws(ZooError) {
        let opened = try Dataset.open(joined)
        let examples = table.groups.map(\.example).joined(separator: "; ")
        say("join", "\(table.path) says that \(examples): joined by \(table.keys.joined(separator: " and ")).")
        let names = table.groups.map(\.name)
        groups = ColumnRoles.groups(groups + names.filter { !groups.contains($0) })
        joinedGroups += names
        spec = joined
        data = opened
      } catch {
        say("join", "Unsure: \(table.path) isn't joined by \(table.keys.joined(separator: " and ")): \(error.problem).")
      }
    }
    return data
  }
}
