import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// A small manifest of two classes in four wells, to be written in one dialect after the other.
struct SmallTable {
  static let columns = ["path", "label", "experiment", "x"]
  var rows: [[String]] = []

  init(_ files: DataFiles) throws {
    for index in 0..<8 {
      let name = "e\(index / 2)/\(index).png"
      try files.image(name, value: Float(index + 1))
      rows.append([name, index % 2 == 0 ? "healthy" : "pyroptosis", "e\(index / 2)", "\(index),5"])
    }
  }

  /// Rows as a person's program writes them: quotes where a field needs them, nothing else.
  static func plain(_ rows: [[String]]) -> String {
    rows.map { row in
      row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
    }.joined()
  }

  func text(separator: String = ",", lineBreak: String = "\n", quote: (String) -> String = { $0 }) -> String {
    ([Self.columns] + rows).map { $0.map(quote).joined(separator: separator) + lineBreak }.joined()
  }
}

@Suite("Dialects of tables")
struct TableDialectTests {
  private func quoted(_ field: String) -> String { "\"\(field)\"" }

  @Test("letters that aren't Unicode are named by the structure of their bytes, with the command that mends them")
  func letters() throws {
    // 日付,生存 and 3月; pairs of high bytes; words with accents; quotes of Windows before letters.
    let kinds: [(bytes: [UInt8], command: String)] = [
      ([0x93, 0xFA, 0x95, 0x74, 0x2C, 0x90, 0xB6, 0x91, 0xB6, 0x0A, 0x33, 0x8C, 0x8E, 0x2C, 0x31, 0x0A], "-f CP932"),
      ([0x90, 0xB6, 0x91, 0xB6, 0xB1, 0xCE, 0xDF, 0xC4, 0xB0, 0xBC, 0xBD, 0x2C, 0x61, 0x0A], "-f CP932"),
      ([0xCF, 0xB8, 0xB0, 0xFB, 0x2C, 0xC9, 0xFA, 0x0A, 0x31, 0x2C, 0x32, 0x0A], "-f GB18030"),
      (Array("Zellgr".utf8) + [0xF6, 0xDF] + Array("e,b\n1,2\n".utf8), "-f WINDOWS-1252"),
      (Array("it".utf8) + [0x92] + Array("s,".utf8) + [0x93] + Array("dead".utf8) + [0x94, 0x0A], "-f WINDOWS-1252"),
    ]
    for (bytes, command) in kinds {
      let error = try #require(throws: ZooError.self) { try CSVTable(bytes, file: "t.csv") }.description
      #expect(error.contains("iconv \(command) -t UTF-8 FILE > NEW.csv"), "\(error)")
    }
    // UTF-16 without a mark, whatever its first letters are.
    for isBig in [false, true] {
      let bytes = "日付,生存\n7月,1\n".utf16.flatMap { unit in
        isBig ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
      }
      #expect(try CSVTable(bytes, file: "t.csv").columns == ["日付", "生存"])
    }
  }

  @Test(
    "one table is read the same from commas, semicolons, tabs and bars; LF, CR LF and CR; UTF-8 and UTF-16; `sep=`",
    arguments: 0..<12)
  func dialects(_ dialect: Int) throws {
    try DataFiles.with { files in
      let table = try SmallTable(files)
      let commas = table.text { field in field.contains(",") ? "\"\(field)\"" : field }
      func utf16(_ text: String, big: Bool) -> [UInt8] {
        (big ? [0xFE, 0xFF] : [0xFF, 0xFE])
          + text.utf16.flatMap { unit in
            big ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
          }
      }
      let forms: [[UInt8]] = [
        Array(commas.utf8),
        Array(table.text(separator: ";").utf8),
        Array(table.text(separator: "\t").utf8),
        Array(table.text(separator: "|").utf8),
        Array(("\u{FEFF}" + table.text(lineBreak: "\r\n", quote: quoted)).utf8),
        Array(table.text(lineBreak: "\r", quote: quoted).utf8),
        Array(("sep=;\r\n" + table.text(separator: ";", lineBreak: "\r\n")).utf8),
        Array(("sep=,\n" + commas).utf8),
        utf16(table.text(separator: "\t", lineBreak: "\r\n"), big: false),
        utf16(commas, big: true),
        Array(table.text(separator: ", ", quote: quoted).utf8),
        Array((commas.replacing("\n", with: ",,\n") + ",,,,,\n\n,,,\n").utf8),
      ]
      try files.file("manifest.csv", forms[dialect])
      var spec = files.spec(.csv)
      spec.split.by = ["experiment"]
      let data = try Dataset.open(spec)
      #expect(data.classes == ["healthy", "pyroptosis"])
      #expect(data.samples.map(\.label) == (0..<8).map { $0 % 2 })
      let experiment = try #require(data.groupColumns.firstIndex(of: "experiment"))
      #expect(data.samples.map { $0.groups[experiment] } == (0..<8).map { "e\($0 / 2)" })
      let place = try #require(data.groupColumns.firstIndex(of: "x"))
      #expect(data.samples[3].groups[place] == "3,5")
      #expect(try data.load(3) == [Float](repeating: 4, count: 30))
    }
  }

  @Test("lines are counted right whatever they end in", arguments: ["\n", "\r\n", "\r"])
  func lines(lineBreak: String) throws {
    let text = ["a;b", "1;2", "", "\"x\(lineBreak)y\";3", "4"].joined(separator: lineBreak)
    let error = #expect(throws: ZooError.self) { try CSVTable(Array(text.utf8), file: "t.csv") }
    #expect(error?.location.line == 6 && error?.problem == "1 field", "\(String(describing: error))")
  }

  @Test("a separator inside quotes or in the values of another column is no separator")
  func inside() throws {
    let table = try CSVTable(Array("path,label\n\"a;b\",x;y;z\nc,d;e\n".utf8), file: "t.csv")
    #expect(table.columns == ["path", "label"] && table.rows == [["a;b", "x;y;z"], ["c", "d;e"]])
    let decimal = try CSVTable(Array("path;label, fate;x\na;b;1,5\nc;d;2,5\n".utf8), file: "t.csv")
    #expect(decimal.columns == ["path", "label, fate", "x"])
  }

  @Test("an index without a name is left out, and TrackMate's three further header lines are told from spots")
  func furtherLines() throws {
    let index = try CSVTable(Array(",path,label\n0,a.png,x\n1,b.png,y\n".utf8), file: "t.csv")
    #expect(index.columns == ["path", "label"] && index.rows == [["a.png", "x"], ["b.png", "y"]])
    let spots = """
      LABEL,ID,TRACK_ID,POSITION_X,FRAME
      Label,Spot ID,Track ID,X,Frame
      Label,Spot ID,Track ID,X,Frame
      ,,,(micron),
      ID7,7,,1.5,0
      ID8,8,1,2.5,3
      """
    let table = try CSVTable(Array(spots.utf8), file: "t.csv")
    #expect(table.rows == [["ID7", "7", "", "1.5", "0"], ["ID8", "8", "1", "2.5", "3"]])
    #expect(table.lines == [5, 6])
    #expect(table.remarks == ["3 further header lines, as TrackMate writes them, left out"])
  }

  @Test(
    "what is no table is refused by what it is",
    arguments: [
      ([0x50, 0x4B, 3, 4, 20, 0], "spreadsheet"), ([0xD0, 0xCF, 0x11, 0xE0, 0], "spreadsheet"),
      (Array("PAR1....".utf8), "Parquet"), ([0x1F, 0x8B, 8, 0], "gzip"), ([0x61, 0, 0, 0, 0, 1], "bytes of zero"),
      (Array("path,label\nZ\u{FC}rich".unicodeScalars.map { UInt8($0.value) }), "UTF-8"),
      (Array("LTDB001;0.5;0.5;2\n1;0;0;0\n".utf8), "no header"), (Array("a,b,a\n1,2,3\n".utf8), "two columns"),
      (Array("path,\"la\nbel\"\n1,2\n".utf8), "line break"), (Array("a,b\n\"c,d\n".utf8), "never closed"),
      ([], "empty"),
    ] as [([UInt8], String)])
  func refused(bytes: [UInt8], word: String) throws {
    let error = #expect(throws: ZooError.self) { try CSVTable(bytes, file: "t.csv") }
    #expect(error?.description.contains(word) == true, "\(String(describing: error))")
  }

  @Test("numbers count by their value in the order of names")
  func order() {
    let sorted = ["t10", "t2", "T1", "1.0", "10", "2", "a01", "a1", "a"].sorted(by: NaturalOrder.precedes)
    #expect(sorted == ["1.0", "2", "10", "T1", "a", "a01", "a1", "t2", "t10"])
  }

  @Test("frames are numbers and times in the forms that tables have; others are none")
  func frames() {
    func value(_ text: String) -> Double? { FrameValue(text)?.value }
    #expect(value("12") == 12 && value("2,5") == 2.5 && value("1e2") == 100 && value("-1") == -1)
    #expect(value("t12") == 12 && value("frame_007") == 7 && value("2.5 h") == 9000)
    #expect(value("1h30") == 5400 && value("90 min") == 5400 && value("1 d 2 h") == 93600 && value("5min30") == 330)
    #expect(value("9:30") == 570 && value("10:00") == 600 && value("1:00:30") == 3630)
    let days = ["2024-02-28", "2024-02-29T12:00", "2024-03-01 00:00:00Z"].compactMap(value)
    #expect(days.map { ($0 - days[0]) / 86400 } == [0, 1.5, 2])
    for text in ["", "NaN", "inf", "nan", "t1c2", "9:75", "one", "2024-13-01", "0x10"] {
      #expect(value(text) == nil, "\(text)")
    }
    #expect(FrameValue("t1")?.form != FrameValue("1")?.form)
  }

  @Test("lines of comments before the header, and a line of units below it, are left out")
  func commentsAndUnits() throws {
    let table = try CSVTable(
      Array("# exported by hand\n#second\npath;area;day\n;(µm²);[d]\na.png;3,5;1\nb.png;4;2\n".utf8), file: "t.csv")
    #expect(table.columns == ["path", "area", "day"] && table.rows == [["a.png", "3,5", "1"], ["b.png", "4", "2"]])
    #expect(table.lines == [5, 6])
    #expect(table.remarks.contains("begun by 2 lines of comments, left out"), "\(table.remarks)")
    #expect(table.remarks.contains("a line of units left out"))
    // A header may begin with the mark of comments, and words in brackets may be names.
    #expect(try CSVTable(Array("#id,path\n1,a.png\n".utf8), file: "t.csv").columns == ["#id", "path"])
    #expect(try CSVTable(Array("path,label\n(a).png,(b)\nc.png,d\n".utf8), file: "t.csv").rows.count == 2)
    #expect(try CSVTable(Array("path,label\na.png,[x]\nc.png,1\n".utf8), file: "t.csv").rows.count == 2)
  }

  @Test("y is a place beside x, and no class where it has fractions")
  func placesAreNoClasses() throws {
    func label(_ text: String) throws -> String? { ColumnRoles(try CSVTable(Array(text.utf8), file: "t.csv")).label }
    #expect(try label("path,X,Y,STATE\na.png,1,2,alive\nb.png,2,3,dead\n") == "STATE")
    #expect(try label("path,Y\na.png,2.5\nb.png,3.5\n") == nil)
    #expect(try label("path,y\na.png,0\nb.png,1\n") == "y")
  }

  @Test(
    "Harmony's lines above the header, decimal commas, archives of arrays and maps as plates look are called by name")
  func remedies() throws {
    func refusal(_ bytes: [UInt8]) -> String {
      #expect(throws: ZooError.self) { try CSVTable(bytes, file: "t.csv") }
      do { _ = try CSVTable(bytes, file: "t.csv") } catch { return error.description }
      return ""
    }
    // The start of what numpy.savez writes.
    let name = Array("images.npy".utf8)
    let archive: [UInt8] = [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.count), 0, 0, 0] + name
    #expect(
      refusal(archive).contains("is a NumPy archive (.npz)") && refusal(archive).contains("path,label,group,split"))
    #expect(ForeignFormat.refusal(archive).description.contains("is a NumPy archive (.npz)"))
    #expect(
      refusal(archive.map { $0 == 0x79 ? 0x78 : $0 }).contains("a spreadsheet (.xlsx, .ods) or another zip archive"))
    #expect(
      CSVTable.commaRemedy(["12.5", "166,82"])?.contains("save the table with decimal points, as 166.82") == true)
    #expect(CSVTable.commaRemedy(["12.5", "x,y"]) == nil)
    let map = try CSVTable(Array("A,1,2,3,4\nx,,nig,nig,\ny,dmso,,,\n".utf8), file: "map.csv")
    let error = try #require(throws: ZooError.self) { try PlateMap(map, file: "map.csv") }.description
    #expect(error.contains("a row for each well: well,treatment"), "\(error)")
    #expect(PlateMap.longForm(try CSVTable(Array("well,dose 1,dose 2\nA1,1,2\n".utf8), file: "map.csv")) == nil)
  }
}
