import Foundation
import ZooFormat

/// What the positions of a table are measured in, and who says so.
struct PositionUnit: Sendable, Hashable {
  enum Origin: Sendable, Hashable {
    /// A line of the table's header.
    case header
    /// `data.cells.columns.unit`.
    case column
    /// `data.cells.units`.
    case spec
    /// `data.cells.tableUnits`.
    case tableUnits
    /// Nobody: it is what the layout's program writes as a rule.
    case layout
  }

  var unit: DataSpec.Cells.Units
  var origin: Origin

  /// What a word means; `nil` for another one.
  static func unit(_ word: String) -> DataSpec.Cells.Units? {
    switch word.trimmed.lowercased() {
    case "pixel", "pixels", "px": .pixel
    case "micron", "microns", "µm", "μm", "um", "micrometer", "micrometre", "micrometers", "micrometres": .micrometre
    default: nil
    }
  }

  /// For remarks, e.g. `pixels, as data.cells.units says`.
  func text(_ layout: DataSpec.Cells.Layout) -> String {
    let name = unit == .micrometre ? "micrometres" : "pixels"
    return switch origin {
    case .header: "\(name), as the header says"
    case .column: "the unit that their column says"
    case .spec: "\(name), as data.cells.units says"
    case .tableUnits: "\(name), as data.cells.tableUnits says"
    case .layout: "\(name), which the tables don't say: tables of \(layout.rawValue) have them as a rule"
    }
  }
}

extension CellTableReader {
  /// Programs that write pixels and nothing else, or as a rule.
  private static let pixelLayouts: Set<DataSpec.Cells.Layout> = [
    .shuttletracker, .celldetective, .ultrack, .ctc, .napari, .cellprofiler,
  ]

  /// The unit: as the table's header says, as the spec says of this table or of all, or pixels where a layout has nothing else.
  /// - Parameter path: The table, below the root.
  func unit(_ bytes: [UInt8], table: CSVTable, x: Int, path: String) throws(ZooError) -> PositionUnit {
    let stated = Self.headerUnit(bytes, of: table.columns[x]).flatMap(PositionUnit.unit)
    let own = try ownUnit(path)
    let given = own ?? (spec.units == .auto ? nil : spec.units)
    let key = own == nil ? "data.cells.units" : "data.cells.tableUnits"
    if let stated, let given, stated != given {
      throw ZooError(
        .badInput, line: 4, path: key, problem: "is \(given.rawValue), but the table says \(stated.rawValue)",
        remedy: "Remove \(key)")
    }
    if let stated { return PositionUnit(unit: stated, origin: .header) }
    if let given { return PositionUnit(unit: given, origin: own == nil ? .spec : .tableUnits) }
    return PositionUnit(unit: Self.pixelLayouts.contains(spec.layout) ? .pixel : .auto, origin: .layout)
  }

  /// What `data.cells.tableUnits` says of a table.
  private func ownUnit(_ path: String) throws(ZooError) -> DataSpec.Cells.Units? {
    var found: (pattern: String, unit: DataSpec.Cells.Units)?
    for (pattern, word) in spec.tableUnits.sorted(by: { $0.key < $1.key }) {
      guard let unit = DataSpec.Cells.Units(rawValue: word), unit != .auto,
        try FieldPattern(pattern, key: "data.cells.tableUnits").match(path) != nil
      else { continue }
      if let found, found.unit != unit {
        throw ZooError(
          .badInput, path: "data.cells.tableUnits",
          problem: "'\(found.pattern)' says \(found.unit.rawValue), and '\(pattern)' \(unit.rawValue)",
          expected: "one unit for a table")
      }
      found = (pattern, unit)
    }
    return found?.unit
  }

  /// - Throws: ``ZooError`` if a pattern of `data.cells.tableUnits` fits none of the tables.
  func checkUnits(of paths: [String]) throws(ZooError) {
    for text in spec.tableUnits.keys.sorted() {
      let pattern = try FieldPattern(text, key: "data.cells.tableUnits")
      guard !paths.contains(where: { pattern.match($0) != nil }) else { continue }
      throw ZooError(
        .badInput, path: "data.cells.tableUnits", problem: "no table fits '\(text)'",
        expected: "a table below the root, e.g. \(paths.first ?? "tracks.csv")",
        remedy: NearestName.of(text, in: paths).map { "Did you mean '\($0)'?" })
    }
  }
}
