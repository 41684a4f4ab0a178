import Foundation
import ZooFormat
import ZooImages

/// Tables beside fields that say what several of them have in common, such as the donor of two slides.
package struct TablesOfFields: Sendable {
  package struct Table: Sendable {
    /// Below the folder of the data.
    package var path: String
    /// The columns that tell its rows apart, as `data.join` has them.
    package var keys: [String]
    /// Columns that put fields together, the coarsest first.
    package var groups: [Group]
    /// What speaks against it being of these fields; `nil` if nothing does.
    package var doubt: String?
    /// What has to be done before it can be joined; `nil` if nothing has.
    package var first: String?
    /// What it is called once that is done.
    var joined: String

    /// Whether it can be joined as it is, and means what it says.
    package var isSure: Bool { doubt == nil && first == nil }
  }

  package struct Group: Sendable {
    package var name: String
    /// What it says of every field; `nil` for nothing.
    package var values: [String?]
    /// What it puts together, e.g. `'S01' and 'S04' are of one donor, 'D101'`.
    package var example: String
  }

  package private(set) var tables: [Table] = []
  /// What is joined already.
  private let joins: [String: [String]]

  private static let endings: Set<String> = ["csv", "tsv", "txt"]
  private static let most = 100
  /// Larger tables are of cells.
  private static let mostBytes = 1 << 20
  private static let mostKeys = 3
  /// The share of fields that a table has to name.
  private static let share = 0.8

  /// None.
  init() { joins = [:] }

  /// O(tables in the folder and in those in it).
  /// - Parameters:
  ///   - used: The fields that have samples.
  ///   - others: Tables that are used for something else.
  init(
    _ folder: FieldFolder, _ images: FieldImages, _ plates: FieldPlates?, used: Set<Int>, except others: Set<String>,
    joins: [String: [String]]
  ) {
    self.joins = joins
    let further = (plates?.columns ?? []).enumerated().filter { !images.keys.contains($0.element) }
    let fields = Fields(
      columns: images.keys + further.map(\.element),
      rows: images.fields.indices.map { place in
        images.keys.map { images.fields[place].values[$0] ?? "" }
          + further.map { plates?.values[place]?[$0.offset] ?? "" }
      }, used: used.sorted(), root: folder.root)
    let paths = folder.paths.filter { path in
      path.utf8.count { $0 == 0x2F } < 2 && Self.endings.contains((path as NSString).pathExtension.lowercased())
        && !others.contains(path)
    }
    guard !fields.used.isEmpty, !paths.isEmpty else { return }
    let places = images.fields.map { field in
      field.planes.lazy.compactMap(\.self).first.map { images.files[$0.file] } ?? ""
    }
    var rest: [String] = []
    var budget = Self.most
    func areReadable(_ members: [String]) -> Bool {
      guard members.count <= budget else { return false }
      budget -= members.count
      return members.allSatisfy { path in Self.read(folder.full(path)).map { $0.foreign == nil } ?? false }
    }
    // Tables of one name, each among the images of a folder of their own, are one.
    for (name, members) in Dictionary(
      grouping: paths.filter { $0.contains("/") }, by: { ($0 as NSString).lastPathComponent }
    ).sorted(by: { $0.key < $1.key }) {
      guard members.count > 1, let part = Self.part(of: members, images, places, fields.used, folder),
        areReadable(members), let all = try? TablesAsOne("{\(part)}/\(name)", key: "data.join", root: folder.root),
        let found = fields.table("{\(part)}/\(name)", all.table, of: nil, isReadable: true)
      else {
        rest += members
        continue
      }
      tables.append(found)
    }
    // So are those of one folder that are called as the values of a part: `maps/P1.csv`, `maps/P2.csv`.
    for (place, members) in Dictionary(
      grouping: rest, by: { "\(($0 as NSString).deletingLastPathComponent)/.\(($0 as NSString).pathExtension)" }
    ).sorted(by: { $0.key < $1.key }) where members.count > 1 && members.count <= Self.most {
      let stems = Set(members.map { (($0 as NSString).lastPathComponent as NSString).deletingPathExtension })
      let part = images.keys.first { key in
        let values = Set(fields.used.compactMap { images.fields[$0].values[key] })
        return values.count > 1 && Double(values.intersection(stems).count) >= Self.share * Double(values.count)
          && stems.isSubset(of: values)
      }
      guard let part, areReadable(members)
      else { continue }
      let pattern = place.replacing("/.", with: "/{\(part)}.")
      guard let all = try? TablesAsOne(pattern, key: "data.join", root: folder.root),
        let found = fields.table(pattern, all.table, of: nil, isReadable: true)
      else { continue }
      tables.append(found)
      rest.removeAll(where: members.contains)
    }
    // Those of the folder itself are looked at whatever lies below.
    for path in (paths.filter { !$0.contains("/") } + rest.sorted()).prefix(max(0, budget)) {
      guard let (table, foreign) = Self.read(folder.full(path)) else { continue }
      let start = (path as NSString).deletingLastPathComponent + "/"
      // What lies among the images of some fields is of these alone.
      let own = start == "/" ? [] : fields.used.filter { places[$0].hasPrefix(folder.full(start)) }
      let isPart = !own.isEmpty && own.count < fields.used.count
      guard var found = fields.table(path, table, of: isPart ? own : nil, isReadable: foreign == nil) else { continue }
      if isPart {
        guard let part = fields.part(of: own), !found.keys.contains(part) else { continue }
        found.joined = (path as NSString).lastPathComponent
        found.keys.insert(part, at: 0)
        found.first =
          "it is of the fields in \(start.onOneLine) alone, and data.join takes one table: put those of all folders into one '\(found.joined.onOneLine)' beside the folders\(foreign == nil ? "" : ", in UTF-8"), with a column '\(part)'"
      } else if let foreign {
        let name = (path as NSString).deletingPathExtension + "-utf8." + (path as NSString).pathExtension
        found.joined = name
        found.first = "it isn't UTF-8: \(foreign.command(path, name))"
      }
      tables.append(found)
    }
    tables.sort { ($0.isSure ? 0 : 1, $0.path) < ($1.isSure ? 0 : 1, $1.path) }
  }

  /// The part of the images' names that the folders of some tables are the values of; `nil` if there is none.
  private static func part(
    of tables: [String], _ images: FieldImages, _ places: [String], _ used: [Int], _ folder: FieldFolder
  ) -> String? {
    let folders = Set(tables.map { ($0 as NSString).deletingLastPathComponent })
    let own = used.compactMap { place -> (field: Int, folder: String)? in
      let path = places[place].dropFirst(folder.full("").count)
      return path.firstIndex(of: "/").map { (place, String(path[..<$0])) }
    }
    guard !own.isEmpty, folders.isSubset(of: Set(own.map(\.folder))) else { return nil }
    return images.keys.first { key in own.allSatisfy { images.fields[$0.field].values[key] == $0.folder } }
  }

  /// A table that is small and has rows of something else than cells, and its letters if they aren't UTF-8.
  private static func read(_ path: String) -> (table: CSVTable, foreign: TextEncoding?)? {
    guard let bytes = try? FileBytes.read(path, prefix: mostBytes), !bytes.isEmpty, bytes.count < mostBytes else {
      return nil
    }
    let plain = try? CSVTable(bytes, file: path)
    guard let table = plain ?? CSVTable.inLatin(bytes, file: path), !table.rows.isEmpty, table.columns.count > 1,
      ColumnRoles.positions(table) == nil, !ColumnRoles.arePredictions(table.columns)
    else { return nil }
    return (table, plain == nil ? TextEncoding(bytes) : nil)
  }

  /// `data.join` with a further table, as the command line takes it.
  package func joining(_ table: Table) -> String {
    let all = joins.merging([table.joined: table.keys]) { own, _ in own }.sorted { $0.key < $1.key }
    func quoted(_ text: String) -> String { JSONValue.string(text).description }
    let text = all.map { "\(quoted($0.key)): [\($0.value.map(quoted).joined(separator: ", "))]" }
    return "data.join='{\(text.joined(separator: ", "))}'"
  }

  /// What is known of fields.
  private struct Fields {
    var columns: [String]
    var rows: [[String]]
    var used: [Int]
    var root: String
    /// Place of a column → the column whose values it is a word of. These come last.
    private var words: [Int: Int] = [:]

    init(columns: [String], rows: [[String]], used: [Int], root: String) {
      (self.columns, self.rows, self.used, self.root) = (columns, rows, used, root)
      for own in columns.indices {
        let names = rows.map { NameParts($0[own]).words }
        guard let count = names.first?.count, (2...6).contains(count), names.allSatisfy({ $0.count == count }) else {
          continue
        }
        for word in 0..<count {
          words[self.columns.count] = own
          self.columns.append(columns[own])
          for row in rows.indices { self.rows[row].append(names[row][word]) }
        }
      }
    }

    /// Columns of the fields themselves.
    private var ownCount: Int { columns.count - words.count }

    /// A column of a table that names what a column here does.
    private struct Pair {
      var own: Int
      var other: Int
      var isNamed: Bool
      var doubt: String?
    }

    /// The column that has one value for these fields, and others for all others; `nil` if there is none.
    func part(of own: [Int]) -> String? {
      let inner = Set(own)
      return (0..<ownCount).first { column in
        let here = Set(own.map { rows[$0][column] })
        return here.count == 1 && !used.contains { !inner.contains($0) && here.contains(rows[$0][column]) }
      }.map { columns[$0] }
    }

    /// What the table says of the fields; `nil` if it puts none together.
    /// - Parameters:
    ///   - own: Those that it is of; all if `nil`.
    ///   - isReadable: Whether it can be joined as it is written.
    func table(_ path: String, _ table: CSVTable, of own: [Int]?, isReadable: Bool) -> Table? {
      if let own {
        var fields = self
        fields.used = own
        return fields.table(path, table, of: nil, isReadable: false)
      }
      let pairs = Array(table.columns.indices.flatMap { self.pairs(table, $0) }.prefix(8))
      var best: (table: Table, share: Double)?
      for count in 1...max(1, min(mostKeys, pairs.count)) {
        for chosen in Self.combinations(pairs, count) {
          guard Set(chosen.map(\.own)).count == count, Set(chosen.map(\.other)).count == count,
            let (found, share) = joined(path, table, chosen, isReadable)
          else { continue }
          let isBetter =
            best.map { best in
              let isSure = (found.isSure, best.table.isSure)
              return isSure.0 == isSure.1 ? share > best.share : isSure.0
            } ?? true
          if isBetter { best = (found, share) }
        }
        if let best, best.table.isSure, best.share == 1 { break }
      }
      return best?.table
    }

    private static func combinations(_ items: [Pair], _ count: Int) -> [[Pair]] {
      guard count > 0 else { return [[]] }
      return items.indices.flatMap { place in
        combinations(Array(items[(place + 1)...]), count - 1).map { [items[place]] + $0 }
      }
    }

    /// The columns here that a column of the table is, by its name or by its values.
    private func pairs(_ table: CSVTable, _ other: Int) -> [Pair] {
      let name = table.columns[other]
      let plain = ColumnRoles.plain(name)
      let values = Set(table.rows.map { Spelling.key($0[other]) })
      guard !plain.isEmpty else { return [] }
      if let own = columns.prefix(ownCount).firstIndex(where: { ColumnRoles.plain($0) == plain }) {
        return [Pair(own: own, other: other, isNamed: true)]
      }
      let found = columns.indices.compactMap { own -> Pair? in
        let here = Set(used.map { Spelling.key(rows[$0][own]) })
        guard here.count > 1, Double(here.count(where: values.contains)) >= share * Double(here.count) else {
          return nil
        }
        // Numbers are alike by chance.
        let areNumbers = here.allSatisfy { Double($0) != nil }
        let level = ColumnRoles.level(name)
        let meant = level ?? NameParts.meanings[plain].flatMap(ColumnRoles.level)
        let isOfFields = meant.map { $0 >= ColumnRoles.level("plate") ?? 0 } ?? false
        if areNumbers, meant != nil && !isOfFields || words[own] != nil { return nil }
        let doubt =
          areNumbers && !isOfFields
          ? "'\(name.onOneLine)' has the numbers of {\(columns[own].onOneLine)}, and may count something else" : nil
        return Pair(own: own, other: other, isNamed: false, doubt: doubt)
      }
      let whole = found.filter { words[$0.own] == nil }
      return whole.isEmpty ? found : whole
    }

    /// What the table says of the fields by some of its columns, and of which share of them; `nil` if these don't tell its
    /// rows apart, or it puts no fields together.
    private func joined(
      _ path: String, _ table: CSVTable, _ keys: [Pair], _ isReadable: Bool
    ) -> (table: Table, share: Double)? {
      var places: [[String]: Int] = [:]
      for (row, cells) in table.rows.enumerated() {
        let key = keys.map { Spelling.key(cells[$0.other]) }
        if key.allSatisfy(Spelling.isNothing) { continue }
        guard places.updateValue(row, forKey: key) == nil else { return nil }
      }
      let found = rows.map { row in places[keys.map { Spelling.key(row[$0.own]) }] }
      let known = used.count { found[$0] != nil }
      let share = Double(known) / Double(max(used.count, 1))
      guard share >= TablesOfFields.share else { return nil }
      let groups = ColumnRoles.groups(table.columns).compactMap { name -> Group? in
        guard let column = table.index(of: name), !keys.contains(where: { $0.other == column }),
          !columns.contains(where: { ColumnRoles.plain($0) == ColumnRoles.plain(name) })
        else { return nil }
        var values = [String?](repeating: nil, count: rows.count)
        for place in used {
          let text = found[place].map { table.rows[$0][column].trimmed } ?? ""
          values[place] = Spelling.isNothing(text) ? nil : text
        }
        // One value for all says nothing, and one for each says what the keys do.
        var members: [String: Set<String>] = [:]
        for place in used {
          guard let value = values[place], let row = found[place] else { continue }
          members[value, default: []].insert(keys.map { table.rows[row][$0.other].trimmed }.joined(separator: " / "))
        }
        let most = members.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        guard members.count > 1, let most, most.value.count > 1 else { return nil }
        let alike = most.value.sorted(by: NaturalOrder.precedes)
        let shown = alike.prefix(2).map { "'\($0.onOneLine)'" }.joined(separator: alike.count > 2 ? ", " : " and ")
        return Group(
          name: name, values: values,
          example:
            "\(shown)\(alike.count > 2 ? " …" : "") are of one \(name.onOneLine), '\(most.key.onOneLine)'")
      }
      guard !groups.isEmpty else { return nil }
      let names = keys.map { key in
        let (own, other) = (columns[key.own], table.columns[key.other])
        return own == other || words[key.own] != nil ? other : "\(own)=\(other)"
      }
      var result = Table(
        path: path, keys: names, groups: groups, doubt: keys.lazy.compactMap(\.doubt).first, joined: path)
      if known < used.count {
        let lost = used.filter { found[$0] == nil }.map { place in
          keys.map { rows[place][$0.own] }.joined(separator: " / ")
        }
        result.first =
          "it says nothing of \(used.count - known) of \(used.count) fields, e.g. '\((lost.first ?? "").onOneLine)': add rows for them"
      }
      if let key = keys.first(where: { words[$0.own] != nil }), let place = used.first {
        let (part, other) = (columns[key.own], table.columns[key.other])
        let whole = rows[place][words[key.own] ?? key.own]
        result.first =
          "'\(rows[place][key.own].onOneLine)' is a word of {\(part)} '\(whole.onOneLine)': write {\(other)} in its place in data.cells.images, and {\(part)} for the rest; so in data.cells.tables"
      }
      guard isReadable, result.first == nil else { return (result, share) }
      var remarks: [String] = []
      do throws(ZooError) {
        _ = try TableJoin([path: names], root: root).joined(
          to: CSVTable(
            columns: Array(columns.prefix(ownCount)), rows: rows.map { Array($0.prefix(ownCount)) },
            lines: rows.map { _ in 1 }, remarks: [], origins: [(0, "the fields")]), &remarks)
      } catch { result.first = "it can't be joined as it is: \(error.problem)" }
      return (result, share)
    }
  }
}
