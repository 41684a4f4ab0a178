import ZooFormat

/// Columns of rows and columns of a picture, as `Row` and `Col`, that are given the wrong way round: a row is a y.
enum AxisNames {
  private static let rows = ["row", "rows", "zeile", "ligne", "fila", "riga"]
  private static let columns = ["col", "cols", "column", "columns", "spalte", "colonne", "columna", "colonna"]

  private static func words(_ name: String) -> [String] {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// What is said of columns whose names mean the other axis; `nil` for others.
  static func caution(x: String, y: String, key: String) -> String? {
    let (first, second) = (words(x), words(y))
    func has(_ words: [String], _ names: [String]) -> Bool { words.contains(where: names.contains) }
    let areTurned = has(first, rows) && has(second, columns) || first == ["y"] && second == ["x"]
    // scikit-image counts the axes of a centroid from the rows on.
    let areNumbered = ColumnRoles.plain(x) == "centroid0" && ColumnRoles.plain(y) == "centroid1"
    guard areTurned || areNumbered else { return nil }
    return
      "x is the column '\(x.onOneLine)' and y '\(y.onOneLine)', which by their names are the other way round: rows are counted downwards, as y is, and columns to the right, as x is (\(key).x=\(y.onOneLine) \(key).y=\(x.onOneLine))"
  }
}
