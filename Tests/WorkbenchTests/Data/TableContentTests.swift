import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// What people write into tables of images, and what is made of it.
@Suite("Contents of tables")
struct TableContentTests {
  /// Opens the small table with `change` made to its rows, and looks at the data while the files are there.
  private func open<R>(
    columns: [String] = SmallTable.columns, purpose: Dataset.Purpose = .training,
    _ set: (inout DataSpec) -> Void = { _ in }, look: (Dataset) throws -> R,
    change: (inout [[String]], DataFiles) throws -> Void
  ) throws -> R {
    try DataFiles.with { files in
      var table = try SmallTable(files)
      try change(&table.rows, files)
      try files.text("manifest.csv", SmallTable.plain([columns] + table.rows))
      var spec = files.spec(.csv)
      spec.split.by = ["experiment"]
      set(&spec)
      return try look(Dataset.open(spec, for: purpose))
    }
  }

  private func open(
    columns: [String] = SmallTable.columns, purpose: Dataset.Purpose = .training,
    _ set: (inout DataSpec) -> Void = { _ in }, change: (inout [[String]], DataFiles) throws -> Void
  ) throws -> Dataset {
    try open(columns: columns, purpose: purpose, set, look: { $0 }, change: change)
  }

  private func refusal(
    columns: [String] = SmallTable.columns, _ set: (inout DataSpec) -> Void = { _ in },
    change: (inout [[String]], DataFiles) throws -> Void
  ) throws -> String {
    try #require(throws: ZooError.self) { try open(columns: columns, set, change: change) }.description
  }

  @Test("labels lose the blanks at their ends and are one in both Unicode forms")
  func trimmed() throws {
    let data = try open { rows, _ in
      rows[0][1] += " "
      rows[2][1] = "\u{A0}healthy"
      for row in [1, 3] { rows[row][1] = "A\u{308}pfel" }
      for row in [5, 7] { rows[row][1] = "\u{C4}pfel" }
    }
    #expect(data.classes == ["healthy", "\u{C4}pfel"] && data.samples.map(\.label) == (0..<8).map { $0 % 2 })
  }

  @Test(
    "labels that differ only in how they are written are named with their counts",
    arguments: [
      ("Healthy", "healthy"), ("1", "1.0"), ("cell death", "cell_death"), ("A1", "A01"),
      ("cell-death", "cell\u{2010}death"),
      ("cell death", "cell\u{2013}death"), ("healthy", "\u{FF48}ealthy"), ("heal\u{200B}thy", "healthy"),
    ])
  func spellings(one: String, two: String) throws {
    func change(_ rows: inout [[String]]) {
      for row in [0, 2, 4] { rows[row][1] = one }
      rows[6][1] = two
    }
    let error = try refusal { rows, _ in change(&rows) }
    #expect(error.contains("'\(one)' 3, '\(two)' 1") && error.contains("data.relabel"), "\(error)")
    let merged = try open({ $0.relabel = [two: one] }) { rows, _ in change(&rows) }
    #expect(merged.classes.count == 2)
    let both = try open({ $0.classes = [one, two, "pyroptosis"] }) { rows, _ in change(&rows) }
    #expect(both.classes.count == 3, "different if the spec says so")
  }

  @Test("signs behind a name tell classes apart", arguments: [("PI+", "PI-"), ("PI", "PI-"), ("-1", "1")])
  func signs(one: String, two: String) throws {
    let data = try open { rows, _ in for row in 0..<8 { rows[row][1] = row % 2 == 0 ? one : two } }
    #expect(Set(data.classes) == [one, two])
  }

  @Test(
    "words for nothing are no labels: refused with counts, or left out and counted",
    arguments: ["", "NaN", "NA", "None", "-", "n/a"])
  func nothing(word: String) throws {
    let error = try refusal { rows, _ in
      rows[0][1] = word; rows[3][1] = word
    }
    #expect(error.contains("2 of 8 samples: each has no label (\(word.isEmpty ? "empty" : word) 2)"), "\(error)")
    let data = try open({ $0.accept = ["unlabelled"] }) { rows, _ in
      rows[0][1] = word; rows[3][1] = word
    }
    #expect(data.samples.count == 6)
    #expect(data.remarks.contains { $0.hasPrefix("2 of 8 samples left out: they have no label") })
    let evaluated = try open(purpose: .evaluation) { rows, _ in rows[0][1] = word }
    #expect(evaluated.samples.count == 7)
    let predicted = try open(purpose: .prediction) { rows, _ in rows[0][1] = word }
    #expect(predicted.samples.count == 8 && predicted.samples[0].label == nil)
  }

  @Test("classes that aren't used are counted; numbers are classes in the order of their values")
  func unused() throws {
    let data = try open({ $0.classes = ["healthy", "pyroptosis"] }) { rows, _ in rows[4][1] = "necrosis" }
    #expect(data.remarks.contains("1 of 8 samples left out: their class isn't used (necrosis 1)"))
    let numbers = try open { rows, _ in for row in 0..<8 { rows[row][1] = ["10", "2", "1", "0"][row % 4] } }
    #expect(numbers.classes == ["0", "1", "2", "10"])
  }

  @Test("a table without labels, with one class or with unknown ones is predicted, and evaluated as far as it goes")
  func withoutLabels() throws {
    let classes = { (spec: inout DataSpec) in spec.classes = ["healthy", "pyroptosis"] }
    let none = try open(columns: ["path", "x1", "experiment", "x"], purpose: .prediction, classes) { _, _ in }
    #expect(none.samples.count == 8 && none.samples.allSatisfy { $0.label == nil })
    let one = try open(purpose: .evaluation, classes) { rows, _ in for row in 0..<8 { rows[row][1] = "healthy" } }
    #expect(one.samples.count == 8 && one.classes.count == 2)
    let spelled = try #require(throws: ZooError.self) {
      try open(purpose: .evaluation, classes) { rows, _ in for row in 0..<8 { rows[row][1] = "Healthy" } }
    }
    #expect(spelled.description.contains("data.relabel={'Healthy': 'healthy'}"), "\(spelled)")
    let unknown = try #require(throws: ZooError.self) {
      try open(purpose: .evaluation, classes) { rows, _ in for row in 0..<8 { rows[row][1] = "other" } }
    }
    #expect(unknown.description.contains("other 8") && unknown.remedy?.contains("zoo predict") == true, "\(unknown)")
  }

  @Test("groups that differ only in how they are written, mixed dates and empty cells are refused")
  func groups() throws {
    for (values, word) in [
      (["B1", "B01", "b1", "C1"], "'B01' 2 and 'B1' 2 and 'b1' 2"), (["", "B01", "b2", "C1"], "(empty) for 2 of 8"),
      (["NaN", "B01", "b2", "C1"], "('NaN') for 2 of 8"), (["1", "1.0", "2", "3"], "'1' 2 and '1.0' 2"),
      (["2024-05-01", "1.5.2024", "5/1/2024", "2024-05-02"], "written in 3 ways"),
      (["2024-05-01", "45413", "2024-05-02", "2024-05-03"], "written in 2 ways"),
      (["2024-05-01", "2024-05-01 00:00:00", "2024-05-02", "2024-05-03"], "written in 2 ways"),
      (["03.05.24", "3.5.2024", "4.5.2024", "5.5.2024"], "written in 2 ways"),
    ] {
      let error = try refusal { rows, _ in for row in 0..<8 { rows[row][2] = values[row / 2] } }
      #expect(error.contains(word) && error.contains("data.split.by"), "\(error)")
    }
    let accepted = try open({ $0.accept = ["spellings"] }) { rows, _ in rows[0][2] = "E0" }
    #expect(Set(accepted.samples.map { $0.groups[0] }).count == 5)
  }

  @Test("another table that lists images is told; tables of something else aren't")
  func otherTables() throws {
    let data = try open { _, files in
      try files.text("manifest (1).csv", "path,label\ne0/0.png,healthy\n")
      try files.text("plate_map.csv", "well,treatment\nB02,none\n")
    }
    let told = data.remarks.filter { !$0.hasSuffix("decimal commas in x") }
    #expect(told == ["beside the table is another one that lists images and isn't used: manifest (1).csv"])
  }

  @Test("images that stand twice, by name or by their bytes, are refused across groups or labels, and told within one")
  func copies() throws {
    func copy(_ from: String, _ to: String, _ files: DataFiles) throws {
      try files.file(to, FileBytes.read("\(files.folder)/\(from)"))
    }
    let across = try refusal { rows, files in
      try copy("e0/0.png", "e3/copy.png", files)
      rows.append(["e3/copy.png", "healthy", "e3", "0"])
    }
    #expect(across.contains("'e0/0.png' and 'e3/copy.png'") && across.contains("different groups"), "\(across)")
    let labels = try refusal { rows, files in
      try copy("e0/0.png", "e0/copy.png", files)
      rows.append(["e0/copy.png", "pyroptosis", "e0", "0"])
    }
    #expect(labels.contains("with other labels"), "\(labels)")
    let within = try open { rows, files in
      try copy("e0/0.png", "e0/copy.png", files)
      rows.append(["e0/copy.png", "healthy", "e0", "0"])
    }
    #expect(within.samples.count == 9 && within.remarks.contains { $0.hasPrefix("1 sample with the same bytes") })
    let accepted = try open({ $0.accept = ["copies"] }) { rows, files in
      try copy("e0/0.png", "e3/copy.png", files)
      rows.append(["e3/copy.png", "healthy", "e3", "0"])
      rows.append(rows[1])
    }
    #expect(accepted.samples.count == 8 && accepted.samples[0].id == "e0/0.png", "the first of each is used")
    let twice = try refusal { rows, _ in rows.append(rows[2]) }
    #expect(twice.contains("'e1/2.png' stands here a second time (column 'path'; also on line 4)"), "\(twice)")
    let ids = try refusal(columns: ["path", "label", "experiment", "id"]) { rows, _ in
      for row in 0..<8 { rows[row][3] = "\(row % 3)" }
    }
    #expect(ids.contains("set data.columns.id=path"), "\(ids)")
    #expect(
      try open(columns: ["path", "label", "experiment", "id"], { $0.columns.id = "path" }) { rows, _ in
        for row in 0..<8 { rows[row][3] = "\(row % 3)" }
      }.samples[0].id == "e0/0.png")
  }

  @Test("paths with backslashes and in the other Unicode form are found; those that aren't there are counted")
  func paths() throws {
    let values = try open(look: { data in try data.samples.indices.map { try data.load($0)[0] } }) { rows, files in
      rows[0][0] = "e0\\0.png"
      try files.image("Gro\u{308}\u{DF}e/a.png", value: 200)
      rows[1][0] = "Gr\u{F6}\u{DF}e/a.png"
      rows[2][0] = files.folder + "/e1/2.png"
      rows[3][0] = "e2/../e1/3.png"
    }
    #expect(values == [1, 200, 3, 4, 5, 6, 7, 8])
    let drive = try refusal { rows, _ in for row in 0..<8 { rows[row][0] = "C:\\data\\\(rows[row][0])" } }
    #expect(drive.contains("8 paths on a drive of Windows"), "\(drive)")
    let missing = try refusal { rows, _ in
      rows[0][0] = "gone.png"; rows[1][0] = "gone too.png"
    }
    #expect(missing.contains("2 of the files that the table names aren't there, e.g. 'gone.png'"), "\(missing)")
    let left = try open({ $0.accept = ["missingFiles"] }) { rows, _ in rows[0][0] = "gone.png" }
    #expect(left.samples.count == 7 && left.remarks.contains("1 sample left out: their files aren't there"))
  }

  @Test("pipes and devices that a table names are refused, and nothing waits for them")
  func devices() throws {
    for path in ["/dev/zero", "pipe.png"] {
      let error = try refusal { rows, files in
        mkfifo(files.folder + "/pipe.png", 0o600)
        rows[0][0] = path
      }
      #expect(error.contains("is not a file"), "\(error)")
    }
  }

  @Test("names with line breaks or control characters are refused")
  func controls() throws {
    for (column, value) in [(0, "e0/0\n.png"), (1, "heal\u{2028}thy"), (2, "e\u{7}0")] {
      let error = try refusal { rows, files in
        try files.image("e0/0\n.png", value: 9)
        rows[0][column] = value
        if column == 1 { for row in 0..<8 where row % 2 == 0 { rows[row][1] = value } }
      }
      #expect(error.contains("has a line break or a control character") && !error.contains(value), "\(error)")
    }
  }

  @Test("a column that splits the data is used when asked, and mentioned when not")
  func subsets() throws {
    let words = ["train", "Training", "train", "TRAIN", "val", "valid", "test", "test"]
    func change(_ rows: inout [[String]]) { for row in 0..<8 { rows[row][3] = words[row] } }
    let columns = ["path", "label", "experiment", "split"]
    let plain = try open(columns: columns) { rows, _ in change(&rows) }
    #expect(plain.remarks.contains { $0.contains("set data.split.column=split to use it") })
    let data = try open(columns: columns, { $0.split.column = "split" }) { rows, _ in change(&rows) }
    var spec = DataSpec.Split()
    spec.column = "split"
    let split = try data.split(spec)
    #expect(split.train == [0, 1, 2, 3] && split.validation == [4, 5] && split.test == [6, 7])
    #expect(split.rule == "as the column 'split' says")
    #expect(data.remarks == ["in the column 'split', 'Training' as train, 'valid' as validation is read"])
    let wrong = try refusal(columns: columns, { $0.split.column = "split" }) { rows, _ in
      change(&rows)
      rows[3][3] = "x"
    }
    #expect(wrong.contains("'x' 1"), "\(wrong)")
    let leaking = try open(columns: columns, { $0.split.column = "split" }) { rows, _ in
      change(&rows)
      rows[0][2] = "e3"
    }
    spec.by = ["experiment"]
    #expect(throws: ZooError.self) { try leaking.split(spec) }
  }

  @Test("channels that are one file, and rows without a channel that is used, are refused")
  func channels() throws {
    let columns = ["bf", "label", "experiment", "pi"]
    let paths = { (spec: inout DataSpec) in spec.columns.channelPaths = ["BF": "bf", "PI": "pi"] }
    let same = try refusal(columns: columns, paths) { rows, _ in for row in 0..<8 { rows[row][3] = rows[row][0] } }
    #expect(same.contains("the channels BF and PI are the same file in 8 rows"), "\(same)")
    func half(_ rows: inout [[String]], _ files: DataFiles) throws {
      for row in 0..<8 {
        try files.image("pi/\(row).png", value: Float(100 + row))
        rows[row][3] = row % 4 == 0 ? "" : "pi/\(row).png"
      }
    }
    let empty = try refusal(columns: columns, paths, change: half)
    #expect(empty.contains("the column 'pi' is empty in 2 rows"), "\(empty)")
    #expect(
      try open(
        columns: columns,
        {
          paths(&$0); $0.channels = ["BF"]
        }, change: half
      ).channels == ["BF"])
  }

  @Test("a remark of a biologist is none of the data's; a simulation's is")
  func notes() throws {
    let columns = ["path", "label", "experiment", "note"]
    #expect(try open(columns: columns) { rows, _ in rows[0][3] = "out of focus" }.note == nil)
    let simulated = try open(columns: columns) { rows, _ in rows[5][3] = Simulation.note }
    #expect(simulated.isSimulated && simulated.note == Simulation.note)
  }

  @Test("rows that a column of subsets leaves out are left out, and it is said")
  func excluded() throws {
    func change(_ rows: inout [[String]]) {
      for (index, word) in ["train", "train", "train", "train", "valid", "valid", "test", "exclude"].enumerated() {
        rows[index].append(word)
      }
    }
    let columns = SmallTable.columns + ["SET"]
    let data = try open(columns: columns, { $0.split.column = "SET" }) { rows, _ in change(&rows) }
    #expect(data.samples.count == 7 && data.samples.compactMap(\.subset).count == 7)
    #expect(data.remarks.contains { $0.contains("1 sample left out: the column 'SET' puts it into no subset") })
    let unused = try open(columns: columns) { rows, _ in change(&rows) }
    #expect(unused.samples.count == 8 && unused.remarks.contains { $0.contains("set data.split.column=SET") })
  }

  @Test("line breaks in what isn't a name are blanks; in what is split by they are refused")
  func lineBreaks() throws {
    let columns = SmallTable.columns + ["NOTE"]
    func change(_ rows: inout [[String]]) {
      for index in rows.indices { rows[index].append(index == 2 ? "out of focus\n\t(see book)" : "") }
    }
    let data = try open(columns: columns) { rows, _ in change(&rows) }
    let place = try #require(data.groupColumns.firstIndex(of: "NOTE"))
    #expect(data.samples[2].groups[place] == "out of focus (see book)")
    #expect(data.remarks.contains { $0.contains("'NOTE' are read as blanks in 1 row") }, "\(data.remarks)")
    let error = try refusal(columns: columns, { $0.split.by = ["NOTE"] }) { rows, _ in
      for index in rows.indices { rows[index].append("line\n\(index)") }
    }
    #expect(error.contains("has a line break"), "\(error)")
  }

  @Test("two rows of one image are refused, or used once; with other labels never")
  func repeatedRows() throws {
    let same = try refusal { rows, _ in rows.append(rows[1]) }
    #expect(same.contains("They say the same") && same.contains("data.accept=[copies]"), "\(same)")
    let other = try refusal { rows, _ in rows.append([rows[1][0], "healthy"] + rows[1][2...]) }
    #expect(other.contains("The rows differ in 'label'") && other.contains("to use neither"), "\(other)")
    let data = try open({ $0.accept = ["copies"] }) { rows, _ in
      rows.append(rows[3])
      rows.append([rows[1][0], "healthy"] + rows[1][2...])
    }
    #expect(data.samples.count == 7 && !data.samples.contains { $0.id == "e0/1.png" })
    #expect(data.remarks.contains { $0.contains("rows give it different labels, e.g. 'e0/1.png'") }, "\(data.remarks)")
  }

  @Test("a gray picture that was saved in colour is one channel; a coloured one isn't")
  func grayInColour() throws {
    func change(_ rows: inout [[String]], _ files: DataFiles, isGray: Bool) throws {
      for index in rows.indices { rows[index].append(rows[index][0]) }
      try files.image("colour.png", value: 7, channels: 3)
      if !isGray {
        let image = try Image(
          width: 6, height: 5, channels: 3, sampleType: .uint8, samples: (0..<90).map { Float($0) })
        try files.file("colour.png", PNGWriter.encode(image))
      }
      for index in rows.indices { rows[index][4] = "PI/\(index).png" }
      for index in rows.indices { try files.image("PI/\(index).png", value: Float(index)) }
      rows[2][0] = "colour.png"
    }
    let columns = ["bf", "label", "experiment", "x", "pi"]
    func set(_ spec: inout DataSpec) {
      spec.columns.channelPaths = ["BF": "bf", "PI": "pi"]
      spec.channels = ["BF", "PI"]
    }
    try open(
      columns: columns, set,
      look: { data in
        let loaded = try data.load(2)
        #expect(loaded == [Float](repeating: 7, count: 30) + [Float](repeating: 2, count: 30))
      }
    ) { rows, files in try change(&rows, files, isGray: true) }
    try open(
      columns: columns, set,
      look: { data in
        let error = try #require(throws: ZooError.self) { try data.load(2) }
        #expect(error.description.contains("colour.png: is in colour, and red, green and blue differ"), "\(error)")
      }
    ) { rows, files in try change(&rows, files, isGray: false) }
  }

  @Test("samples without names of their own are called as the first of their files that there is")
  func missingFirstChannel() throws {
    let columns = ["bf", "label", "experiment", "x", "pi"]
    let error = try refusal(
      columns: columns,
      {
        $0.columns.channelPaths = ["BF": "bf", "PI": "pi"]
        $0.channels = ["BF", "PI"]
      }
    ) { rows, files in
      for index in rows.indices {
        rows[index].append("PI/\(index).png")
        try files.image("PI/\(index).png", value: 3)
        if index > 5 { rows[index][0] = "" }
      }
    }
    #expect(error.contains("the column 'bf' is empty in 2 rows") && !error.contains("second time"), "\(error)")
  }
}
