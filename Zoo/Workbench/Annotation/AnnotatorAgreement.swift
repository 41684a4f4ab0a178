import ZooData
import ZooFormat

/// How far two people who labelled the same things agree: Cohen's kappa (Cohen 1960, Educational and Psychological
/// Measurement 20), and what they dispute.
package struct AnnotatorAgreement: Codable, Sendable {
  package struct Dispute: Codable, Sendable, Hashable {
    /// The columns that name the item, and their values.
    package var item: [String: String]
    package var first: String
    package var second: String
  }

  /// The columns that items are joined by.
  package var columns: [String]
  /// Items with a label in both tables.
  package var items: Int
  /// Items that one of the tables alone has, or has without a label.
  package var onlyFirst: Int
  package var onlySecond: Int
  /// Items that one or both called by one of the ignored words; they don't count.
  package var ignored: Int
  package var classes: [String]
  /// Rows: as the first has it; columns: as the second.
  package var confusion: [[Int]]
  /// Share of the items on which both agree; `nil` without items.
  package var agreement: Double?
  /// (agreement − chance) / (1 − chance), with chance from how often each used each class; `nil` if chance is 1.
  package var kappa: Double?
  package var disputes: [Dispute]

  /// The table of who called what how grows with their square.
  static let mostClasses = 1000

  /// Columns that tell what was found rather than which item it is.
  private static let facts: Set<String> = ["label", "value", "threshold", "rupture", "path", "note"]

  /// What is called how in the two tables.
  package struct Form: Sendable {
    /// The columns with the labels.
    package var labels = ("label", "label")
    /// The columns that items are joined by, each `name`, or `name=its name in the second table`; found if empty.
    package var items: [String] = []
    /// What stands for a label in the tables → the label, e.g. a code.
    package var words: [String: String] = [:]

    package init() {}
  }

  /// - Parameters:
  ///   - ignoring: labels that are none, such as `uncertain`.
  /// - Throws: ``ZooError`` if a table has no column of labels, they share no other column, one names an item twice, or there
  ///   are more than 1,000 labels.
  package init(
    _ first: CSVTable, _ second: CSVTable, files: (String, String), ignoring: [String], _ form: Form = Form()
  ) throws(ZooError) {
    for (table, file, label) in [(first, files.0, form.labels.0), (second, files.1, form.labels.1)]
    where table.index(of: label) == nil {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "there is no column '\(label)'",
        expected: "a table that zoo data annotate saves, or the column of labels by --label",
        remedy: NearestName.of(label, in: table.columns).map { "Did you mean '\($0)'?" })
    }
    let facts = Self.facts.union([form.labels.0, form.labels.1])
    let shared = first.columns.filter { second.index(of: $0) != nil && !facts.contains($0) }
    let given = form.items.map { item -> (first: String, second: String) in
      // A column may have the sign in its name.
      let parts = item.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
      return parts.count < 2 || first.index(of: item) != nil ? (item, item) : (parts[0], parts[1])
    }
    for names in given {
      for (table, file, name) in [(first, files.0, names.first), (second, files.1, names.second)]
      where table.index(of: name) == nil {
        throw ZooError(
          .badInput, file: file, line: 1, problem: "there is no column '\(name)'",
          expected: "one of \(table.columns.joined(separator: ", "))",
          remedy: NearestName.of(name, in: table.columns).map { "Did you mean '\($0)'?" }
            ?? "Name a column that is called otherwise in the second table as --item \(names.first)=NAME")
      }
    }
    // A name is enough, and so are a track and a frame: positions are written with other digits by other programs.
    if !given.isEmpty {
      columns = given.map(\.first)
    } else if shared.contains("id") {
      columns = ["id"]
    } else if shared.contains("track"), shared.contains("frame") {
      columns = shared.filter { $0 != "x" && $0 != "y" }
    } else {
      columns = shared
    }
    guard !columns.isEmpty else {
      throw ZooError(
        .badInput, file: files.1, line: 1, problem: "shares no column with \(files.0) but the label",
        expected: "id, or track and frame, in both",
        remedy:
          "Name the columns that name an item in the first and in the second, e.g. --item \(first.columns.first ?? "track")=\(second.columns.first ?? "cell")"
      )
    }
    let names = columns
    let others = given.isEmpty ? names : given.map(\.second)
    let (a, b) = (
      try Self.labels(first, names, form.labels.0, form.words, file: files.0),
      try Self.labels(second, others, form.labels.1, form.words, file: files.1)
    )
    try Self.checkSpellings(Array(a.labels.keys), Array(b.labels.keys), (names, others), files: files)
    var pairs: [(key: [String], first: String, second: String)] = []
    var left = 0
    for (key, label) in a.order.map({ ($0, a.labels[$0] ?? "") }) {
      guard let other = b.labels[key] else { continue }
      guard !ignoring.contains(label), !ignoring.contains(other) else {
        left += 1
        continue
      }
      pairs.append((key, label, other))
    }
    ignored = left
    items = pairs.count
    onlyFirst = a.labels.keys.count { b.labels[$0] == nil }
    onlySecond = b.labels.keys.count { a.labels[$0] == nil }
    let found = Set(pairs.flatMap { [$0.first, $0.second] })
    guard found.count <= Self.mostClasses else {
      throw ZooError(
        .badInput, file: files.0, problem: "the column label has \(found.count) different values",
        expected: "at most \(Self.mostClasses) classes", remedy: "Give the column with the classes the name label")
    }
    classes = found.sorted(by: NaturalOrder.precedes)
    let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
    for pair in pairs {
      if let row = places[pair.first], let column = places[pair.second] { confusion[row][column] += 1 }
    }
    self.confusion = confusion
    disputes = pairs.filter { $0.first != $0.second }.map { pair in
      Dispute(item: Dictionary(uniqueKeysWithValues: zip(names, pair.key)), first: pair.first, second: pair.second)
    }
    (agreement, kappa) = Self.kappa(confusion)
  }

  /// - Throws: ``ZooError`` with both spellings if a column has no value in one table that it has in the other.
  private static func checkSpellings(
    _ first: [[String]], _ second: [[String]], _ names: ([String], [String]), files: (String, String)
  ) throws(ZooError) {
    guard !first.isEmpty, !second.isEmpty else { return }
    for place in names.0.indices {
      let (a, b) = (Set(first.map { $0[place] }), Set(second.map { $0[place] }))
      guard a.isDisjoint(with: b) else { continue }
      let (lower, upper) = (a.sorted(by: NaturalOrder.precedes), b.sorted(by: NaturalOrder.precedes))
      // Two that most likely mean the same: one is in the other.
      let pair = lower.lazy.compactMap { one in
        upper.first { !one.isEmpty && !$0.isEmpty && ($0.contains(one) || one.contains($0)) }.map { (one, $0) }
      }.first
      throw ZooError(
        .badInput, file: files.1,
        problem:
          "the column '\(names.1[place])' has '\(pair?.1 ?? upper[0])', the column '\(names.0[place])' of \(files.0) '\(pair?.0 ?? lower[0])', and no value of one is in the other",
        expected: "items that are called alike in both tables",
        remedy: "Write them alike in both, or join by other columns: --item NAME=ITS NAME IN THE SECOND")
    }
  }

  /// `1.0` is `1`, as programs write numbers that they hold as floating point.
  private static func key(_ text: String) -> String {
    let text = text.trimmed
    guard text.contains("."), let number = Double(text), let whole = Int(exactly: number) else { return text }
    return "\(whole)"
  }

  /// Observed agreement and kappa of a square table of counts.
  static func kappa(_ confusion: [[Int]]) -> (agreement: Double?, kappa: Double?) {
    let count = Double(confusion.joined().reduce(0, +))
    guard count > 0 else { return (nil, nil) }
    let classes = confusion.indices
    let observed = Double(classes.reduce(0) { $0 + confusion[$1][$1] }) / count
    let chance = classes.reduce(0.0) { sum, one in
      let row = Double(confusion[one].reduce(0, +))
      let column = Double(classes.reduce(0) { $0 + confusion[$1][one] })
      return sum + row * column / (count * count)
    }
    return (observed, chance < 1 ? (observed - chance) / (1 - chance) : nil)
  }

  private static func labels(
    _ table: CSVTable, _ names: [String], _ column: String, _ words: [String: String], file: String
  ) throws(ZooError) -> (labels: [[String]: String], order: [[String]]) {
    let places = names.compactMap(table.index(of:))
    guard let label = table.index(of: column) else { return ([:], []) }
    try table.checkNames(in: places + [label], file: file)
    var labels: [[String]: String] = [:]
    var order: [[String]] = []
    for (row, line) in zip(table.rows, table.lines) {
      let written = row[label].trimmed
      let text = words[written] ?? written
      guard !Spelling.isNothing(text) else { continue }
      let key = places.map { Self.key(row[$0]) }
      guard labels.updateValue(text, forKey: key) == nil else {
        throw ZooError(
          .badInput, file: file, line: line,
          problem: "\(zip(names, key).map { "\($0) \($1)" }.joined(separator: ", ")) has a second label",
          expected: "one label for an item")
      }
      order.append(key)
    }
    return (labels, order)
  }

  /// The disputes as a table.
  package var csv: String {
    disputes.reduce(CSV.line(columns + ["first", "second"])) { text, dispute in
      text + CSV.line(columns.map { dispute.item[$0] ?? "" } + [dispute.first, dispute.second])
    }
  }

  /// What a terminal shows.
  package var text: String {
    var table = TextTable([("first \\ second", .left)] + classes.map { ($0, .right) })
    for (row, name) in classes.enumerated() { table.add([name] + confusion[row].map { "\($0)" }) }
    let shown = 20
    let lines = disputes.prefix(shown).map { dispute in
      let item = columns.map { "\($0) \(dispute.item[$0] ?? "")" }.joined(separator: ", ")
      return "  " + Escape.quotation("\(item): \(dispute.first), \(dispute.second)")
    }
    return """
      \(Figures.counted(items, "item")) labelled by both, joined by \(columns.joined(separator: ", "))
      agreement \(Figures.fixed(agreement, 4)), Cohen's kappa \(Figures.fixed(kappa, 4))
      \(onlyFirst) labelled by the first alone, \(onlySecond) by the second alone, \(ignored) uncertain

      \(classes.isEmpty ? "" : table.text)
      \(Figures.counted(disputes.count, "dispute"))\(disputes.count > shown ? ", of which these are the first \(shown)" : "")
      \(lines.map { $0 + "\n" }.joined())
      """
  }
}
