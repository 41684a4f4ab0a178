import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Tables that aren't a line of names above lines of values")
struct TableShapeTests {
  private func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), file: "t.csv") }

  @Test(
    "titles before the names are left out, also with separators behind them",
    arguments: [
      "Plate 3, second day\npath;label\na.png;1\nb.png;2\n", "Plate 3;\n;\npath;label\na.png;1\nb.png;2\n",
      "Plate 3\nby Ana\n\npath;label\na.png;1\nb.png;2\n",
    ])
  func titles(text: String) throws {
    let table = try table(text)
    #expect(table.columns == ["path", "label"] && table.rows == [["a.png", "1"], ["b.png", "2"]])
    #expect(table.remarks.contains { $0.hasSuffix("of titles, left out") }, "\(table.remarks)")
    #expect(
      table.lines[0] == 1 + text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
        $0.hasPrefix("a.")
      }!)
  }

  @Test("a table of one column, and one whose first name stands alone, are as they were")
  func lone() throws {
    #expect(try table("path\na.png\nb.png\n").rows == [["a.png"], ["b.png"]])
    #expect(try table("path,\na.png,1\nb.png,2\n").columns == ["path"])
    #expect(throws: ZooError.self) { try table("path\na,b.png\nc.png\n") }
    #expect(try table("path\nimg1.png\na;b.png\n").rows == [["img1.png"], ["a;b.png"]])
    #expect(try table("path\na;b.png\nc;d.png\ne;f.png\n").rows.count == 3)
    let first = try table("path,\na.png,\nb.png,blurred\nc.png,good\n")
    #expect(first.columns == ["path"] && first.rows.count == 3)
    let unnamed = try table("path,label,\na.png,dead,n/a\nb.png,live,0.93\nc.png,live,0.5\n")
    #expect(unnamed.columns == ["path", "label"] && unnamed.rows.count == 3)
    let units = try table(",X,Y\n#,µm,µm\n0,1,2\n1,3,4\n")
    #expect(units.columns == ["X", "Y"])
    #expect(try table("Study A, June\npath;label;x\na.png;1;2\nb.png;2;3\n").columns == ["path", "label", "x"])
  }

  @Test("names in two lines, as cells that span columns are saved, are joined")
  func twoLines() throws {
    let table = try table("Track;Position;;Label\n;X;Y;\n1;2;3;dead\n2;4;5;alive\n")
    #expect(table.columns == ["Track", "Position X", "Position Y", "Label"])
    #expect(table.rows == [["1", "2", "3", "dead"], ["2", "4", "5", "alive"]] && table.lines == [3, 4])
    #expect(table.remarks.contains("the names of columns stand in two lines"))
    // An index without a name isn't one of them, nor are labels below it.
    let index = try self.table(",label,fate\na,live,x\nb,dead,y\n")
    #expect(index.columns == ["label", "fate"] && index.rows.count == 2)
  }

  @Test("what Harmony says before [Data] is left out")
  func preamble() throws {
    let text = "Database\tHarmony5\r\nPlate Name\tP1\r\n\r\n[Data]\r\nRow\tX\tY\r\n2\t10\t20\r\n"
    let table = try table(text)
    #expect(table.columns == ["Row", "X", "Y"] && table.rows == [["2", "10", "20"]] && table.lines == [6])
    #expect(table.remarks == ["separated by tabs", "begun by 4 lines up to [Data], left out"])
  }

  @Test("decimal commas are points, where they can't part thousands or items of a list")
  func decimals() throws {
    let german = try table("Spur;x;Fläche;Klasse\n1;1,5;1,234;1,5\n2;-0,25;12,500;2,5\n3;n/a;7;1\n")
    #expect(german.rows == [["1", "1.5", "1.234", "1,5"], ["2", "-0.25", "12.500", "2,5"], ["3", "n/a", "7", "1"]])
    #expect(german.remarks.contains("decimal commas in x, Fläche"), "\(german.remarks)")
    // Thousands, as far as one can tell; a list; numbers with both.
    for cells in [["1,234", "2,500"], ["1,2,3", "1,5"], ["1.234,5", "2,5"], ["1,5", "x"]] {
      let same = try table("a;n\n" + cells.map { "p;\($0)\n" }.joined())
      #expect(same.rows.map { $0[1] } == cells)
    }
    // Lists of small numbers, and whatever stands in quotes where commas separate.
    for text in ["a;n\np;1,2\nq;2,3\n", "a,n\np,\"12,5\"\nq,\"2,25e-3\"\n"] {
      #expect(try table(text).rows.allSatisfy { $0[1].contains(",") }, "\(text)")
    }
    #expect(try table("a;n\np;12,5\nq;2,25e-3\n").rows.map { $0[1] } == ["12.5", "2.25e-3"])
  }

  @Test("a map as the plate looks is a row for each well")
  func grid() throws {
    let one = try table(";1;2;3;4\nA;;nig;nig;\nB;dmso;;;\n")
    #expect(one.columns == ["well", "condition"])
    #expect(one.rows == [["A02", "nig"], ["A03", "nig"], ["B01", "dmso"]] && one.lines == [2, 2, 3])
    #expect(one.remarks.contains("a map as the plate looks, read as a row for each well"))
    let map = try PlateMap(one, file: "plate_map.csv")
    #expect(map.conditions(experiment: "", well: "B1") == ["dmso"] && map.conditions(experiment: "", well: "A1") == nil)
    let blocks = try table(
      "Treatment,,,\n,1,2,3\nA,nig,nig,dmso\nB,dmso,,nig\n,,,\nDonor,,,\n,1,2,3\nA,d1,d1,d2\nB,d2,d3,d3\n")
    #expect(blocks.columns == ["well", "Treatment", "Donor"] && blocks.rows.count == 6)
    #expect(blocks.rows[4] == ["B02", "", "d3"])
    let plates = try table("Plate 1\n,1,2,3\nA,x,y,\nB,,,x\n\nPlate 2\n,1,2,3\nA,y,,\nB,,x,\n")
    #expect(plates.columns == ["plate", "well", "condition"])
    #expect(
      plates.rows.map { $0.joined(separator: " ") } == [
        "Plate 1 A01 x", "Plate 1 A02 y", "Plate 1 B03 x", "Plate 2 A01 y", "Plate 2 B02 x",
      ])
    // What is said twice of a plate, or of some grids alone; titles that are no plates.
    let drugs = try table("Drug 1\n<>,1,2,3\nA,x,y,\nB,,,x\nDrug 2\n<>,1,2,3\nA,y,,\nB,,x,\n")
    #expect(drugs.columns == ["well", "Drug 1", "Drug 2"])
    let both = try table("Plate 1\ndose,1,2,3\nA,1,2,\nB,,,3\nPlate 2\ndose,1,2,3\nA,4,,\nB,,5,\n")
    #expect(both.columns == ["plate", "well", "dose"] && both.rows.first == ["Plate 1", "A01", "1"])
    #expect(try table("Plate 7\n,1,2,3\nA,x,y,\nB,,,x\n").columns == ["plate", "well", "condition"])
    // A table of numbers that only begins like one.
    let other = try table("n,1,2,3\nA,x,y,z\nC,x,y,z\n")
    #expect(other.columns == ["n", "1", "2", "3"])
  }

  @Test("tables of one kind in folders are joined by a pattern, whose parts are columns to join by")
  func joined() throws {
    try DataFiles.with { files in
      for (place, plate) in ["p1", "p2"].enumerated() {
        for (number, well) in ["A1", "A2"].enumerated() {
          try files.image("\(plate)/\(well).png", value: Float(1 + 2 * place + number))
        }
        try files.text("\(plate)/wells.csv", "well,fate,donor\nA1,dead,\(plate)x\nA2,alive,\(plate)y\n")
      }
      var spec = files.spec(.folder)
      spec.images = "{plate}/{well}.png"
      spec.columns.label = "fate"
      spec.join = ["{plate}/wells.csv": ["plate", "well"]]
      spec.split.by = ["donor"]
      let data = try Dataset.open(spec)
      #expect(data.classes == ["alive", "dead"] && data.samples.map(\.label) == [1, 0, 1, 0])
      #expect(data.groupColumns == ["plate", "well", "donor"])
      #expect(data.remarks.contains { $0.contains("2 tables fit '{plate}/wells.csv'") }, "\(data.remarks)")
      try files.text("p2/wells.csv", "well,fate,donor\nA1,dead,p2x\nA1,alive,p2y\n")
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("p2/wells.csv:3: data.join.{plate}/wells.csv: 'p2', 'A1'"), "\(error)")
    }
  }
}
