import Foundation
import ZooImages

/// What the columns of a table most likely are, by the names that they usually have and by what stands in them.
package struct ColumnRoles {
  /// Columns with paths of images, in the table's order.
  package private(set) var paths: [String] = []
  /// Columns with paths of something else, such as masks.
  package private(set) var otherPaths: [String] = []
  package private(set) var label: String?
  package private(set) var sequence: String?
  package private(set) var frame: String?
  /// Columns that make samples alike, the coarsest first.
  package private(set) var groups: [String] = []
  package private(set) var subset: String?

  private static let labels = [
    "label", "labels", "class", "classname", "classlabel", "classes", "category", "target", "outcome", "phenotype",
    "fate", "cellfate", "death", "deathtype", "celltype", "annotation", "groundtruth", "y", "classid", "state",
    "classification", "userlabel",
    // French, German, Spanish and Italian.
    "classe", "etiquette", "typecellulaire", "phenotype", "klasse", "zelltyp", "zustand", "etikett", "clase",
    "etiqueta",
    "etichetta",
  ]
  private static let sequences = [
    "sequence", "sequenceid", "seq", "trackid", "track", "trackindex", "tracknumber", "trackno", "trackobjectslabel",
    "trackname", "particle", "trajectory", "trajectoryid", "cellid", "cell", "cellindex", "cellnumber", "movie", "film",
    "video", "clip", "tracklet", "cellule", "piste", "zelle", "zellnummer", "spur", "celula", "cellula",
  ]
  private static let frames = [
    "frame", "frameid", "frameindex", "framenumber", "framenr", "frameno", "timepoint", "timepointindex", "timeindex",
    "timestep", "t", "time", "positiont", "timestamp", "datetime", "timemin", "timeh", "minutes", "hours", "hpi",
    "slice", "imagenumber", "temps", "tempsmin", "tempsh", "zeit", "zeitmin", "zeith", "zeitpunkt", "tiempo", "tempo",
  ]
  /// What columns are called that make samples alike, from the coarsest to the finest; words of a line are one level.
  private static let levels: [[String]] = [
    [
      "experiment", "experimentid", "experimentname", "experience", "manip", "versuch", "experimento", "esperimento",
    ],
    ["donor", "donorid", "donneur", "spender", "donante", "donatore"], ["patient", "patientid"],
    ["animal", "mouse", "mouseid", "souris", "maus"], ["culture"], ["study"], ["date"],
    ["day", "tag", "jour", "dia", "giorno"], ["session"],
    ["batch"], ["run"], ["replicate"], ["plate", "plateid", "plaque", "platte", "placa", "piastra"],
    ["slide"], ["dish"], ["chamber"], ["well", "wellid", "wellname", "puits", "pozo", "pozzetto"], ["subfolder"],
    ["site"], ["field", "fieldid", "fov", "champ", "feld"],
    ["position", "positionid", "pos", "xy", "xyposition", "stageposition", "multipoint"], ["movie", "film", "video"],
    ["series"],
    ["scene"], ["image", "imageid"],
  ]

  private static let levelOfName = Dictionary(
    uniqueKeysWithValues: levels.enumerated().flatMap { level, names in names.map { ($0, level) } })

  /// How coarse the groups of a column are by its name, from 0 for experiments; `nil` for one that isn't known to make
  /// samples alike, such as a treatment.
  package static func level(_ name: String) -> Int? { levelOfName[plain(name)] }

  /// Whether a column names donors, patients, animals or cultures, each of which may be in several experiments.
  package static func isIndividual(_ name: String) -> Bool {
    level(name).map { ((level("donor") ?? 0)...(level("culture") ?? 0)).contains($0) } ?? false
  }

  /// Whether a column's name is one of those of classes, tracks and groups, in which numbers are names. `y` is a place, too.
  static func isName(_ name: String) -> Bool {
    let plain = plain(name)
    return plain != "y" && labels.contains(plain) || sequences.contains(plain) || level(name) != nil
  }

  /// Whether a column's name is one of those that number cells, tracks and films.
  static func isItem(_ name: String) -> Bool { sequences.contains(plain(name)) }

  /// Whether a column's name is one of those that number frames or say their times.
  static func isFrame(_ name: String) -> Bool { frames.contains(plain(name)) }

  /// Those of `names` that make samples alike, the coarsest first.
  package static func groups(_ names: [String]) -> [String] {
    names.compactMap { name in level(name).map { (level: $0, name: name) } }
      .enumerated().sorted { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }.map(\.element.name)
  }

  /// `TRACK_ID`, `Track ID` and `Metadata_TrackId` are one name, and so are `Expérience` and `experience`.
  package static func plain(_ name: String) -> String {
    let letters = name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).lowercased().filter {
      $0.isLetter || $0.isNumber
    }
    return letters.hasPrefix("metadata") && letters.count > 8 ? String(letters.dropFirst(8)) : letters
  }

  /// O(cells of the table).
  package init(_ table: CSVTable, label chosen: String? = nil) {
    var byName: [String: String] = [:]
    for name in table.columns.reversed() { byName[Self.plain(name)] = name }
    var taken: Set<String> = []
    for (place, name) in table.columns.enumerated() where Self.holdsPaths(table, place) {
      taken.insert(name)
      let plain = Self.plain(name)
      let isOther = ["mask", "segment", "outline", "thumb", "overlay", "annotat"].contains { plain.contains($0) }
      if isOther { otherPaths.append(name) } else { paths.append(name) }
    }
    func first(_ names: [String]) -> String? {
      guard let name = names.lazy.compactMap({ byName[$0] }).first(where: { !taken.contains($0) }) else { return nil }
      taken.insert(name)
      return name
    }
    if let column = SubsetWords.column(table) {
      subset = table.columns[column]
      taken.insert(table.columns[column])
    }
    // Beside an x, y is a place; and no class is a number with a fraction.
    let isPlace =
      byName["x"] != nil || byName["y"].flatMap(table.index(of:)).map { Self.holdsFractions(table, $0) } == true
    label = chosen ?? first(Self.labels.filter { $0 != "y" || !isPlace })
    if let label { taken.insert(label) }
    frame = first(Self.frames)
    // Names count only for columns that repeat: a cell's own number isn't a track's.
    if let frame, let time = table.index(of: frame) {
      for name in Self.sequences.compactMap({ byName[$0] }) where !taken.contains(name) && sequence == nil {
        guard let place = table.index(of: name) else { continue }
        var times: [String: Set<String>] = [:]
        for row in table.rows { times[row[place], default: []].insert(row[time]) }
        if times.values.contains(where: { $0.count > 1 }) {
          sequence = name
          taken.insert(name)
        }
      }
    }
    groups = Self.levels.joined().compactMap { byName[$0] }.filter { !taken.contains($0) }
  }

  /// Columns that look like tracks and times though nothing in their names says so: each value of the first comes with
  /// several times, and with each of them once, and has one label. `nil` if there are none. O(cells · columns).
  package func likelySequence(_ table: CSVTable) -> (track: String, time: String)? {
    let known = Set(paths + otherPaths + groups + [label, subset].compactMap { $0 })
    let free = table.columns.indices.filter { !known.contains(table.columns[$0]) }
    guard table.rows.count >= 6, let label, let labels = table.index(of: label) else { return nil }
    let times = free.filter { column in
      let values = Set(table.rows.map { $0[column].trimmed })
      return values.count > 2 && values.count <= table.rows.count / 2 && values.allSatisfy { FrameValue($0) != nil }
    }
    for time in times {
      for track in free where track != time {
        var rows: [String: [Int]] = [:]
        for (index, row) in table.rows.enumerated() { rows[row[track].trimmed, default: []].append(index) }
        guard rows.count > 1, rows.count <= table.rows.count / 3 else { continue }
        let areSequences = rows.values.allSatisfy { members in
          members.count > 2 && Set(members.map { table.rows[$0][time].trimmed }).count == members.count
            && Set(members.map { table.rows[$0][labels].trimmed }).count == 1
        }
        if areSequences { return (table.columns[track], table.columns[time]) }
      }
    }
    return nil
  }

  /// The columns of places in a picture, if the table has them.
  package static func positions(_ table: CSVTable) -> (x: String, y: String)? {
    let forms = [
      "", "um", "px", "pixel", "pixels", "micron", "microns", "pos", "position", "center", "centre", "coord",
      "coordinate", "centroid", "locationcenter",
    ]
    // ilastik counts the axes from x, scikit-image from y.
    let numbered = [
      "x": ["centeroftheobject0", "centroid1", "xm"], "y": ["centeroftheobject1", "centroid0", "ym"],
    ]
    let units = ["µm", "μm", "um", "pixels", "pixel", "px", "microns", "micron"]
    func column(_ axis: String) -> String? {
      let wanted = Set(forms.flatMap { [axis + $0, $0 + axis] } + (numbered[axis] ?? []))
      return table.columns.first { name in
        let plain = plain(name)
        return wanted.contains(plain)
          || units.contains { plain.hasSuffix($0) && wanted.contains(String(plain.dropLast($0.count))) }
      }
    }
    guard let x = column("x"), let y = column("y") else { return nil }
    return (x, y)
  }

  /// Whether the column has numbers with fractions.
  private static func holdsFractions(_ table: CSVTable, _ column: Int) -> Bool {
    table.rows.prefix(2000).contains { row in
      Double(row[column].trimmed.replacing(",", with: ".")).map { $0 != $0.rounded() } ?? false
    }
  }

  /// Whether nearly all that stands in the column is named as an image, of a kind that is read or not.
  private static func holdsPaths(_ table: CSVTable, _ column: Int) -> Bool {
    let step = max(1, table.rows.count / 2000)
    var (images, cells) = (0, 0)
    for index in stride(from: 0, to: table.rows.count, by: step) {
      let text = table.rows[index][column].trimmed
      if Spelling.isNothing(text) { continue }
      cells += 1
      let ending = (text as NSString).pathExtension.lowercased()
      if ImageFile.extensions.contains(ending) || ForeignFormat.named(text) != nil && ending != "html" { images += 1 }
    }
    return images > 0 && images * 10 >= cells * 9
  }
}
