import Foundation
import ZooFormat

/// What the positions of a table are measured in, and who says so.
struct PositionUnit: Sendable, Hashable {
  enum Origin: Sendable, Hashable {
    /// A line of the table's header, or the name of the column.
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
    case "pixel", "pixels", "px", "pix": .pixel
    case "micron", "microns", "µm", "μm", "um", "micrometer", "micrometre", "micrometers", "micrometres": .micrometre
    default: nil
    }
  }

  static func isMetre(_ word: String) -> Bool {
    ["m", "metre", "meter", "metres", "meters"].contains(word.trimmed.lowercased())
  }

  /// Whether the name of a column says metres in brackets: `Position X [m]`.
  static func areMetres(_ column: String) -> Bool {
    column.firstMatch(of: /[(\[]\s*([A-Za-z]+)\s*[)\]]\s*$/).map { isMetre(String($0.1)) } ?? false
  }

  /// What the name of a column of positions says: `X [um]`, `Y (µm)`, `x_px`, `pos_x_micron`, `Xum`.
  static func named(_ column: String) -> DataSpec.Cells.Units? {
    let name = column.trimmed.lowercased()
    let words = name.split { !$0.isLetter }.map(String.init)
    // `um` behind something else that is no letter of an axis is part of a word, such as `sum`.
    let last = words.last ?? ""
    if words.count > 1, let unit = unit(last) { return unit }
    guard let axis = last.first, "xy".contains(axis) else { return nil }
    return unit(String(last.dropFirst()))
  }

  static func plural(_ unit: DataSpec.Cells.Units) -> String { unit == .micrometre ? "micrometres" : "pixels" }

  /// For remarks, e.g. `pixels, as data.cells.units says`.
  func text(_ layout: DataSpec.Cells.Layout) -> String {
    let name = Self.plural(unit)
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
  func unit(_ bytes: [UInt8], table: CSVTable, x: Int, y: Int, path: String) throws(ZooError) -> PositionUnit {
    let stated = (Self.headerUnit(bytes, of: table.columns[x]) ?? table.unit(of: x)).flatMap(PositionUnit.unit)
    let own = try ownUnit(path)
    let given = own ?? (spec.units == .auto ? nil : spec.units)
    if stated == nil, PositionUnit.areMetres(table.columns[x]) || table.unit(of: x).map(PositionUnit.isMetre) == true {
      throw ZooError(
        .badInput, path: "data.cells.columns.x", problem: "'\(table.columns[x].onOneLine)' is in metres",
        expected: "pixels or micrometres from the upper left corner of the field",
        remedy:
          "Harmony measures from the middle of the field, and y upwards: write x = width / 2 + X / (metres of a pixel) and y = height / 2 − Y / (metres of a pixel) into the table, and set data.cells.units=pixel and data.cells.firstPixel=0.5"
      )
    }
    let key = own == nil ? "data.cells.units" : "data.cells.tableUnits"
    if let stated, let given, stated != given {
      throw ZooError(
        .badInput, path: key, problem: "is \(given.rawValue), but the table says \(stated.rawValue)",
        remedy: "Remove \(key)")
    }
    if let stated { return PositionUnit(unit: stated, origin: .header) }
    if let given { return PositionUnit(unit: given, origin: own == nil ? .spec : .tableUnits) }
    if let named = Self.namedUnit(table, x: x, y: y) { return PositionUnit(unit: named, origin: .header) }
    return PositionUnit(unit: Self.pixelLayouts.contains(spec.layout) ? .pixel : .auto, origin: .layout)
  }

  /// What the names of the columns of positions say; `nil` if they say nothing, or different things.
  static func namedUnit(_ table: CSVTable, x: Int, y: Int) -> DataSpec.Cells.Units? {
    let units = [x, y].compactMap { PositionUnit.named(table.columns[$0]) }
    return Set(units).count == 1 ? units[0] : nil
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
