import Foundation
import ZooFormat
import ZooImages

/// Reads tables of positions by the names of their columns, and joins their rows to fields.
package struct CellTableReader {
  let folder: FieldFolder
  let images: FieldImages
  let spec: DataSpec.Cells
  let columns: [String: String]
  private let join: FieldJoin
  /// Path of a table → CellProfiler's table of images beside it.
  private let joined: [String: CellProfilerImages]

  init(
    _ folder: FieldFolder, _ images: FieldImages, _ spec: DataSpec.Cells, columns: [String: String],
    joined: [String: CellProfilerImages] = [:]
  ) {
    self.joined = joined
    self.folder = folder
    self.images = images
    self.spec = spec
    self.columns = columns.merging(spec.columns) { $1 }
    join = FieldJoin(images)
  }

  /// All tables that fit the pattern.
  /// - Parameters:
  ///   - scales: How large pixels are, field by field.
  ///   - others: Tables of another kind, which a pattern may fit as well.
  func read(_ pattern: FieldPattern, scales: FieldScales, except others: Set<String>) throws(ZooError) -> CellTables {
    let found = folder.matches(pattern).filter { !others.contains($0.path) }
    guard !found.isEmpty else {
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.tables", problem: "no table fits the pattern '\(pattern.text)'",
        expected: "a CSV file for each field, or one for all", remedy: "Change data.cells.tables")
    }
    var tables = CellTables()
    var problems = Problems()
    for (path, values) in found {
      do throws(ZooError) {
        try read(path, values, scales: scales, into: &tables)
      } catch {
        var error = error.at(file: folder.full(path))
        if error.problem.hasPrefix(FieldJoin.noImages), error.remedy == nil {
          let exclude = "data.exclude='[\(JSONValue.string(path).description)]'"
          error.remedy =
            values.keys.contains(where: images.keys.contains)
            ? "Put the images where data.cells.images finds them, or leave the table out by \(exclude)"
            : "Put the images where data.cells.images finds them, or remove the rows; \(exclude) leaves the whole table out"
        }
        problems.add(error)
      }
    }
    try problems.check()
    try checkUnits(of: found.map(\.path))
    return tables
  }

  private func read(
    _ path: String, _ values: [String: String], scales: FieldScales, into tables: inout CellTables
  ) throws(ZooError) {
    let file = folder.full(path)
    let bytes = try FileBytes.read(file)
    let table = try CSVTable(bytes, file: file)
    for remark in table.remarks where !tables.findings.contains("tables \(remark)") {
      tables.findings.append("tables \(remark)")
    }
    func column(_ meaning: String, isNeeded: Bool) throws(ZooError) -> Int? {
      guard let name = columns[meaning] else {
        guard isNeeded else { return nil }
        throw ZooError(
          .badInput, path: "data.cells.columns.\(meaning)", problem: "isn't set",
          expected: "one of \(table.columns.joined(separator: ", "))", remedy: "Name the column with the \(meaning)")
      }
      if let index = table.index(of: name) { return index }
      if name.hasSuffix("*"), let index = table.columns.firstIndex(where: { $0.hasPrefix(name.dropLast()) }) {
        return index
      }
      // A column of the layout that isn't there is missed only where it can't be done without.
      guard isNeeded || spec.columns[meaning] != nil else { return nil }
      throw ZooError(
        .badInput, line: 1, path: "data.cells.columns.\(meaning)", problem: "there is no column '\(name)'",
        expected: "one of \(table.columns.joined(separator: ", "))",
        remedy: NearestName.of(name, in: table.columns).map { "Did you mean '\($0)'?" })
    }
    let joined = joined[path]
    let imageNumber = table.index(of: "ImageNumber")
    if joined?.framesAreFiles == true { tables.framesAreFiles = true }
    let needsFrame = joined == nil && values["frame"] == nil && images.fields.contains { $0.frameCount > 1 }
    guard let x = try column("x", isNeeded: true), let y = try column("y", isNeeded: true) else { return }
    let frame = try column("frame", isNeeded: needsFrame)
    let track = try column("track", isNeeded: false)
    let object = try column("object", isNeeded: false)
    let label: LabelColumns? =
      if let name = spec.columns["label"], LabelColumns.parts(name).count > 1 {
        try LabelColumns(name, in: table, path: "data.cells.columns.label")
      } else {
        try column("label", isNeeded: false).map { LabelColumns($0) }
      }
    let picture = try column("image", isNeeded: false)
    let time = try column("time", isNeeded: false)
    var keys: [(name: String, column: Int)] = []
    for key in images.keys where values[key] == nil {
      if let index = try column(key, isNeeded: false) ?? table.index(of: key) { keys.append((key, index)) }
    }
    let unitColumn = try column("unit", isNeeded: false)
    let unit =
      try unitColumn == nil
      ? self.unit(bytes, table: table, x: x, y: y, path: path) : PositionUnit(unit: .auto, origin: .column)
    var cautions: [String?] = [
      AxisNames.caution(x: table.columns[x], y: table.columns[y], key: "data.cells.columns")
    ]
    if spec.firstPixel == 0, table.columns[x].hasPrefix("Centroid X ") {
      cautions.append(
        "'\(table.columns[x])' is what QuPath calls its positions, which it measures from the image's corner: data.cells.firstPixel=0.5 if it is QuPath's table"
      )
    }
    if spec.layout == .celldetective, let name = spec.columns["label"],
      let fate = LabelColumns.parts(name).first(where: { $0.hasPrefix("class_") })
    {
      cautions.append(
        "'\(fate)' is what becomes of a cell in its whole track (0: the event, 1: none, 2: before the film), and is taken as what each frame shows; that says '\(fate.replacing("class_", with: "status_"))'"
      )
    }
    if let named = Self.namedUnit(table, x: x, y: y), unitColumn == nil, named != unit.unit {
      cautions.append(
        "the columns '\(table.columns[x])' and '\(table.columns[y])' speak of \(PositionUnit.plural(named)), and their positions are taken as \(unit.text(spec.layout))"
      )
    }
    for caution in cautions.compactMap(\.self) where !tables.findings.contains(caution) {
      tables.findings.append(caution)
    }
    // The units of rows, if they have their own.
    var factorsByWord: [String: [Double?]] = [:]
    let factors = try unitColumn == nil ? factors(unit.unit, scales, &tables) : []
    let hours = try time.flatMap { column throws(ZooError) in
      try Self.hours(bytes, table: table, time: column, spec: spec)
    }
    let tableIndex = tables.files.count
    tables.files.append(file)
    tables.units[tableIndex] = unit
    var known: [[String]: Int] = [:]
    var perFrame: [Int: Int] = [:]
    let headerLines = Self.headerLines(table, x: x, y: y)
    func image(_ row: [String]) -> [String: String]? {
      joined.flatMap { joined in imageNumber.flatMap { joined.values[Self.whole(row[$0])] } }
    }
    func field(_ row: [String], _ line: Int) throws(ZooError) -> Int {
      let image = image(row)
      let texts =
        keys.map { row[$0.column] } + (picture.map { [row[$0]] } ?? [])
        + (image?.map { "\($0.key)=\($0.value)" }.sorted() ?? [])
      if let found = known[texts] { return found }
      var all = values
      for (key, text) in zip(keys, texts) { all[key.name] = text }
      all.merge(image ?? [:]) { $1 }
      let field =
        if let picture { try join.field(image: row[picture], line: line) } else { try join.field(all, line: line) }
      known[texts] = field
      return field
    }
    let times = try frame.flatMap { column throws(ZooError) in
      try TimesAsFrames(table, column: column, fields: images.fields, fieldOf: field)
    }
    if let times, !tables.findings.contains(times.finding) { tables.findings.append(times.finding) }
    for (row, line) in zip(table.rows, table.lines) where line > headerLines {
      let image = image(row)
      let field = try field(row, line)
      var frameText = image?["frame"] ?? frame.map { row[$0] } ?? values["frame"] ?? "0"
      if let number = times?.frame(frameText, of: field) { frameText = "\(number)" }
      let trackText = track.map { Self.whole(row[$0]) } ?? ""
      guard !Self.isBlank(frameText), !Self.isBlank(row[x]), !Self.isBlank(row[y]) else {
        tables.blank += 1
        continue
      }
      guard let number = Self.integer(frameText) else {
        throw ZooError(
          .badInput, line: line, problem: "the frame is '\(frameText.onOneLine)'",
          expected: "a whole number, or in each row the time of a frame, as 0:30:00 or 1.5 h",
          remedy: "Set data.cells.columns.frame to the column with the number of the frame")
      }
      var own = factors
      if let unitColumn {
        let word = row[unitColumn]
        if let found = factorsByWord[word] {
          own = found
        } else {
          guard let unit = PositionUnit.unit(word) else {
            throw ZooError(
              .badInput, line: line, path: "data.cells.columns.unit", problem: "the unit is '\(word.trimmed)'",
              expected: "pixel or micrometre (px, µm)")
          }
          own = try self.factors(unit, scales, &tables)
          factorsByWord[word] = own
        }
      }
      guard let factor = own[field] else {
        throw ZooError(
          .badInput, line: line, path: "data.cells.pixelSize",
          problem:
            "the position is in micrometres, and the images of \(images.fields[field].name) don't say how large a pixel is",
          expected: "micrometres of a pixel, as other fields have",
          remedy:
            "Set data.cells.pixelSize if it is one for all, else data.cells.pixelSizes folder by folder"
        )
      }
      guard let px = Double(row[x]).map({ $0 * factor - spec.firstPixel }),
        let py = Double(row[y]).map({ $0 * factor - spec.firstPixel }),
        abs(px) < Self.farthest, abs(py) < Self.farthest
      else {
        throw ZooError(
          .badInput, line: line, problem: "the position is '\(row[x])', '\(row[y])'",
          expected: factor == 1 ? "two numbers" : "two numbers, of which one is \(Figures.significant(factor)) pixels",
          remedy: CSVTable.commaRemedy([row[x], row[y]]))
      }
      // A table without numbers of its own has them by the order of its rows in each frame.
      let isOutside = track != nil && trackText.isEmpty && spec.untracked == .drop
      let place = perFrame[number, default: 0]
      if !isOutside { perFrame[number] = place + 1 }
      let said = try label?.label(row, file: nil, line: line)
      let cell = CellRow(
        field: field, frame: number, x: px, y: py, track: trackText,
        object: object.map { Self.whole(row[$0]) } ?? (trackText.isEmpty ? "row\(place)" : ""),
        label: said,
        time: time.flatMap { Double(row[$0]) }.flatMap { time in hours.map { time * $0 } }.flatMap {
          $0.isFinite ? $0 : nil
        }, table: tableIndex, line: line)
      if isOutside { tables.outside.append(cell) } else { tables.rows.append(cell) }
    }
  }

  /// Hours of one unit of the column of times: as the spec says, or as TrackMate's third further header line does.
  /// - Returns: `nil` for a layout's own column of which nobody says the unit: it isn't used then.
  static func hours(
    _ bytes: [UInt8], table: CSVTable, time: Int, spec: DataSpec.Cells
  ) throws(ZooError) -> Double? {
    let unit =
      spec.timeUnit == .auto
      ? headerUnit(bytes, of: table.columns[time]) ?? table.unit(of: time) : spec.timeUnit.rawValue
    if let hours = TimeUnit.hours(1, unit: unit ?? "") { return hours }
    guard spec.columns["time"] != nil else { return nil }
    throw ZooError(
      .badInput, path: "data.cells.timeUnit", problem: "the table doesn't say what its times are measured in",
      expected: "h, min or s", remedy: "Set data.cells.timeUnit")
  }

  /// What TrackMate's third further header line says of a column, in lower case.
  static func headerUnit(_ bytes: [UInt8], of name: String) -> String? {
    guard name.hasPrefix("POSITION_") else { return nil }
    let lines = String(decoding: bytes.prefix(1 << 16), as: UTF8.self).split(
      omittingEmptySubsequences: true, whereSeparator: \.isNewline)
    guard lines.count > 3 else { return nil }
    let place = lines[0].split(separator: ",", omittingEmptySubsequences: false).firstIndex { $0 == name }
    let fields = lines[3].split(separator: ",", omittingEmptySubsequences: false)
    guard let place, place < fields.count else { return nil }
    return fields[place].trimmingCharacters(in: CharacterSet(charactersIn: " ()\"")).lowercased()
  }

  /// The last line of TrackMate's header, which repeats names in words and ends with the units.
  private static func headerLines(_ table: CSVTable, x: Int, y: Int) -> Int {
    guard table.columns[x] == "POSITION_X" else { return 0 }
    let count = table.rows.prefix(3).prefix { Double($0[x]) == nil && Double($0[y]) == nil && !isBlank($0[x]) }.count
    return count > 0 ? table.lines[count - 1] : 0
  }

  /// Pixels of one unit of the table, for each field; `nil` for one whose images don't say.
  private func factors(
    _ unit: DataSpec.Cells.Units, _ scales: FieldScales, _ tables: inout CellTables
  ) throws(ZooError) -> [Double?] {
    switch unit {
    case .pixel: return images.fields.map { _ in 1 }
    case .micrometre:
      let sizes = spec.pixelSize.map { size in images.fields.map { _ in size } } ?? scales.sizes
      guard sizes.contains(where: { $0 != nil }) else {
        throw ZooError(
          .badInput, path: "data.cells.pixelSize",
          problem: "the positions are in micrometres, and neither the images nor the spec say how large a pixel is",
          expected: "micrometres of a pixel",
          remedy:
            "Set data.cells.pixelSize; if films differ, data.cells.pixelSizes={\"FOLDER/\": 0.65}, with the figure of each"
        )
      }
      let finding = "positions in micrometres, \(FieldScales.text(sizes)) µm a pixel"
      if !tables.findings.contains(finding) { tables.findings.append(finding) }
      return sizes.map { $0.map { 1 / $0 } }
    case .auto:
      throw ZooError(
        .badInput, path: "data.cells.units",
        problem: "the table doesn't say whether its positions are pixels or micrometres",
        expected: "pixel or micrometre", remedy: "Set data.cells.units, or data.cells.tableUnits table by table")
    }
  }

  static func isBlank(_ text: String) -> Bool {
    let word = text.trimmed
    // Most fields are numbers: they are looked at a million times.
    guard word.utf8.count <= 4 else { return false }
    return ["", "nan", "na", "none", "null", "-", "n/a"].contains(word.lowercased())
  }

  /// Pixels from the corner of a field.
  private static let farthest = 1e9

  /// `12`, `12.0`, `t12`: a number of a frame, a track or an object, so small that what is reckoned with it stays an integer.
  package static func integer(_ text: String) -> Int? {
    // Parsed as it is first: blanks around numbers are rare.
    if let number = Int(text) { return number.magnitude <= 1 << 40 ? number : nil }
    var word = text.trimmed
    if let first = word.first, first == "t" || first == "T", word.dropFirst().allSatisfy(\.isNumber) {
      word.removeFirst()
    }
    if let number = Int(word) { return number.magnitude <= 1 << 40 ? number : nil }
    guard let number = Double(word), number == number.rounded(), abs(number) < 1e12 else { return nil }
    return Int(saturating: number)
  }

  /// A number of a track or an object as text: `12.0` is `12`; empty for nothing.
  static func whole(_ text: String) -> String {
    guard !isBlank(text) else { return "" }
    return integer(text).map(String.init) ?? text.trimmed
  }
}

/// Finds the field that values of path parts or columns mean.
struct FieldJoin {
  private let images: FieldImages
  /// For each key and normal value the fields.
  private let places: [String: [String: Set<Int>]]
  /// The same by the whole names of folders, such as `0305-ST` for the well `0305`.
  private let folders: [String: [String: Set<Int>]]
  /// The same by the number in what fields are called, where each number is of one name.
  private let numbers: [String: [String: Set<Int>]]
  /// Fields by the paths of their files.
  private let named: ImagePaths<Int>

  /// The keys of the spec that say which columns and which tables there are.
  private let keys: (columns: String, tables: String)

  /// - Parameter areAnnotations: Whether rows are of tables of annotations.
  init(_ images: FieldImages, areAnnotations: Bool = false) {
    self.images = images
    keys = areAnnotations ? ("data.labels.columns", "data.labels.file") : ("data.cells.columns", "data.cells.tables")
    var named = ImagePaths<Int>(keepsEndings: false)
    for (index, field) in images.fields.enumerated() {
      for file in Set(field.planes.compactMap { $0?.file }) { named.add(images.files[file], index) }
    }
    self.named = named
    var places: [String: [String: Set<Int>]] = [:]
    for (index, field) in images.fields.enumerated() {
      for (key, value) in field.values { places[key, default: [:]][WellName.normal(value), default: []].insert(index) }
    }
    self.places = places
    numbers = places.mapValues { places in
      let named = Dictionary(grouping: places.filter { FieldNumber.of($0.key) != nil }) { FieldNumber.key($0.key) }
      return named.filter { $0.value.count == 1 }.mapValues { $0[0].value }
    }
    var folders: [String: [String: Set<Int>]] = [:]
    for (index, field) in images.fields.enumerated() {
      for item in images.pattern.all {
        for (key, name) in item.pattern.wholeNames(field.values) {
          folders[key, default: [:]][WellName.normal(name), default: []].insert(index)
        }
      }
    }
    self.folders = folders
  }

  /// The fields that have these values, each as the path has it or as the whole name of the folder that it stands in.
  func fields(_ values: [String: String]) -> Set<Int> {
    var fields = Set(images.fields.indices)
    for key in images.keys {
      guard let text = values[key] else { continue }
      let value = WellName.normal(text)
      fields.formIntersection(
        places[key]?[value] ?? folders[key]?[value] ?? FieldNumber.of(text).flatMap { numbers[key]?[$0] } ?? [])
    }
    return fields
  }

  /// The field of the file that a table names, with or without ending and by as much of the path as is needed.
  /// - Throws: ``ZooError`` if no file, or files of several fields, are called so.
  func field(image: String, line: Int? = nil) throws(ZooError) -> Int {
    let fields = named.candidates(image.trimmed)
    guard fields.count == 1, let field = fields.first else {
      throw ZooError(
        .badInput, line: line,
        problem: fields.isEmpty
          ? "there is no image '\(image.trimmed)'" : "files of \(fields.count) fields are called '\(image.trimmed)'",
        expected: fields.isEmpty
          ? "the name of a field's file, e.g. \(((images.files.first ?? "") as NSString).lastPathComponent)"
          : "as much of the path as tells them apart, e.g. \((images.files.first ?? "").split(separator: "/").suffix(2).joined(separator: "/"))"
      )
    }
    return field
  }

  /// How a table says which field its rows are of. Keys are for the usual parts; a column of another part is found by its
  /// name.
  private func remedy(_ missing: [String]) -> String {
    let known = missing.filter(CellLabels.fieldMeanings.contains)
    let others = missing.filter { !known.contains($0) }
    var ways: [String] = []
    if !known.isEmpty {
      ways.append("name the columns with these by \(known.map { "\(keys.columns).\($0)" }.joined(separator: " and "))")
    }
    if !others.isEmpty {
      ways.append("call the columns with these \(others.map { "'\($0)'" }.joined(separator: " and "))")
    }
    ways.append("write \(missing.map { "{\($0)}" }.joined(separator: " and ")) into \(keys.tables)")
    let text = ways.joined(separator: "; or ")
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  /// How the problem begins of a field that isn't there.
  static let noImages = "there are no images of"

  /// - Throws: ``ZooError`` if no field or several have these values.
  func field(_ values: [String: String], line: Int? = nil) throws(ZooError) -> Int {
    let fields = fields(values)
    let said = images.keys.compactMap { key in values[key].map { "\(key) \($0)" } }.joined(separator: ", ")
    guard let field = fields.first else {
      let known = images.fields.prefix(3).map(\.name).joined(separator: ", ")
      throw ZooError(
        .badInput, line: line, problem: "\(Self.noImages) \(said)",
        expected: "a field that there is: \(known)\(images.fields.count > 3 ? " …" : "")")
    }
    guard fields.count == 1 else {
      let missing = images.keys.filter { values[$0] == nil }
      throw ZooError(
        .badInput, line: line,
        problem: "\(said.isEmpty ? "the table" : said) may mean any of \(fields.count) fields",
        expected: "what tells them apart: \(missing.joined(separator: ", "))", remedy: remedy(missing))
    }
    return field
  }
}
