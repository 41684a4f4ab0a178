/// Models in the order of a figure, with letters: models that share a letter can't be told apart.
///
/// The compact letter display by insertion and absorption (Piepho 2004): as few letters as it takes.
package struct Ranking: Codable, Sendable, Hashable {
  package struct Place: Codable, Sendable, Hashable {
    /// Index of the model.
    package var model: Int
    package var letters: String
  }

  /// The best first.
  package var places: [Place]

  /// - Parameters:
  ///   - models: Their indices.
  ///   - value: The figure of a model, the higher the better.
  ///   - differ: Whether two models are told apart.
  init(_ models: [Int], value: (Int) -> Double, differ: (Int, Int) -> Bool) {
    let order = models.sorted { (value($1), $0) < (value($0), $1) }
    // Each column is a set of models that aren't told apart from each other.
    var columns: [Set<Int>] = [Set(order)]
    for (rank, first) in order.enumerated() {
      for second in order[(rank + 1)...] where differ(first, second) {
        var next: [Set<Int>] = []
        for column in columns {
          guard column.contains(first), column.contains(second) else {
            next.append(column)
            continue
          }
          next.append(column.subtracting([first]))
          next.append(column.subtracting([second]))
        }
        // What another column holds whole says nothing new.
        columns = next.enumerated().filter { index, column in
          !column.isEmpty
            && !next.enumerated().contains { other, set in
              other != index && column.isSubset(of: set) && (column != set || other < index)
            }
        }.map(\.element)
      }
    }
    let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    func sorted(_ column: Set<Int>) -> [Int] { column.compactMap { ranks[$0] }.sorted() }
    columns.sort { sorted($0).lexicographicallyPrecedes(sorted($1)) }
    places = order.map { model in
      Place(model: model, letters: columns.indices.filter { columns[$0].contains(model) }.map(Self.letter).joined())
    }
  }

  /// a … z, then aa, ab, ….
  private static func letter(_ index: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return index < 26 ? String(letters[index]) : letter(index / 26 - 1) + String(letters[index % 26])
  }
}
