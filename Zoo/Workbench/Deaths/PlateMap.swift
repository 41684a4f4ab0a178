/// Which condition each well had.
public struct PlateMap: Sendable, Hashable {
  /// The columns that say what was done, e.g. `condition`, `dose`.
  public let columns: [String]
  private let rows: [[String]: [String]]
  private let hasExperiment: Bool

  /// Reads a table with `well`, `experiment` if plates differ between experiments, and any further columns.
  /// - Throws: ``ZooError`` for a table without wells or conditions, and for a well that stands there twice.
  package init(_ table: CSVTable, file: String) throws(ZooError) {
    guard let wellPlace = table.index(of: "well") else {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "there is no column 'well'",
        expected: "well, and a column for what was done, e.g. condition",
        remedy: NearestName.of("well", in: table.columns).map { "Did you mean '\($0)'? Rename the column" })
    }
    let experimentPlace = table.index(of: "experiment")
    let others = table.columns.indices.filter { $0 != wellPlace && $0 != experimentPlace }
    guard !others.isEmpty else {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "says nothing of the wells", expected: "e.g. a column condition")
    }
    columns = others.map { table.columns[$0] }
    hasExperiment = experimentPlace != nil
    var rows: [[String]: [String]] = [:]
    for (index, cells) in table.rows.enumerated() {
      let key = [experimentPlace.map { cells[$0] } ?? "", Self.normalized(cells[wellPlace])]
      guard rows.updateValue(others.map { cells[$0] }, forKey: key) == nil else {
        throw ZooError(
          .badInput, file: file, line: table.lines[index], problem: "the well '\(cells[wellPlace])' stands here twice",
          expected: hasExperiment ? "one row for each well of an experiment" : "one row for each well",
          remedy: hasExperiment ? nil : "Add a column experiment if plates differ")
      }
    }
    self.rows = rows
  }

  /// The values of ``columns``; `nil` if the map doesn't have the well.
  public func conditions(experiment: String, well: String) -> [String]? {
    rows[[hasExperiment ? experiment : "", Self.normalized(well)]]
  }

  /// `A1`, `a01` and `A001` are the same well.
  static func normalized(_ well: String) -> String {
    let letters = well.prefix { $0.isLetter }
    let digits = well.dropFirst(letters.count)
    guard !letters.isEmpty, letters.count <= 2, let number = Int(digits), number >= 0 else { return well }
    return "\(letters.uppercased())\(number)"
  }
}
