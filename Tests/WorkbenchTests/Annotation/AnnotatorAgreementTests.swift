import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Agreement of two people")
struct AnnotatorAgreementTests {
  /// `cohen_kappa_score` of scikit-learn 1.9 on labels with these counts.
  @Test(
    "has scikit-learn's kappa",
    arguments: [
      ([[2, 0, 0], [0, 7, 1], [0, 0, 2]], 0.8461538461538461),
      ([[15, 3, 4], [1, 14, 4], [2, 1, 13]], 0.6068965517241379),
      ([[27, 16, 21], [13, 28, 21], [15, 25, 34]], 0.16472270298743308),
    ])
  func kappa(confusion: [[Int]], expected: Double) throws {
    let found = AnnotatorAgreement.kappa(confusion)
    #expect(abs(try #require(found.kappa) - expected) < 1e-12)
    let count = confusion.joined().reduce(0, +)
    #expect(found.agreement == Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(count))
  }

  @Test("of one class alone has no kappa, and of nothing no agreement")
  func nothing() {
    #expect(AnnotatorAgreement.kappa([[4]]).kappa == nil && AnnotatorAgreement.kappa([[4]]).agreement == 1)
    #expect(AnnotatorAgreement.kappa([]).agreement == nil)
  }

  private static func compare(_ first: String, _ second: String) throws -> AnnotatorAgreement {
    try AnnotatorAgreement(
      CSVTable(Array(first.utf8), file: "a.csv"), CSVTable(Array(second.utf8), file: "b.csv"),
      files: ("a.csv", "b.csv"), ignoring: ["uncertain"])
  }

  @Test("is joined by track and frame, names the disputes, and leaves out what nobody is sure of")
  func joined() throws {
    let first =
      "well,frame,track,x,y,label\nA1,0,1,5.0,5,alive\nA1,1,1,6,6,dead\nA1,0,2,9,9,alive\nB1,0,1,1,1,dead\nB1,1,1,1,1,\n"
    let second =
      "label,track,frame,well,x,y\nalive,1,0,A1,5,5\nalive,1,1,A1,6,6\nuncertain,2,0,A1,9,9\ndead,1,0,B1,1.5,1\ndead,9,9,B1,1,1\n"
    let found = try Self.compare(first, second)
    #expect(found.columns == ["well", "frame", "track"])
    #expect(found.items == 3 && found.ignored == 1 && found.onlyFirst == 0 && found.onlySecond == 1)
    #expect(found.disputes.map(\.item) == [["well": "A1", "frame": "1", "track": "1"]])
    #expect(found.confusion == [[1, 0], [1, 1]] && found.csv == "well,frame,track,first,second\nA1,1,1,dead,alive\n")
    #expect(found.text.contains("well A1, frame 1, track 1: dead, alive"))
  }

  /// The table of who called what how would have 80 GB.
  @Test("of a column that holds names instead of classes is refused")
  func manyClasses() throws {
    let table = (0..<100_000).reduce(into: "id,label\n") { $0 += "\($1),label \($1)\n" }
    let error = #expect(throws: ZooError.self) { try Self.compare(table, table) }
    #expect(error?.problem == "the column label has 100000 different values")
  }

  @Test(
    "is refused without labels, without a common name, with two labels for one item, and with names of several lines")
  func refusals() {
    for (first, second) in [
      ("id,label\n\"a\nb\",x\n", "id,label\na,x\n"), ("id,label\na,\"x\ny\"\n", "id,label\na,x\n"),
      ("id,class\na,x\n", "id,label\na,x\n"), ("id,label\na,x\n", "name,label\na,x\n"),
      ("id,label\na,x\na,y\n", "id,label\na,x\n"),
    ] {
      #expect(throws: ZooError.self) { try Self.compare(first, second) }
    }
  }

  @Test("two people's columns in one table, with codes for labels")
  func oneTable() throws {
    let text = "image,cell,anna,ben,path\na.tif,1,0,alive,x\na.tif,2,1,dead,y\nb.tif,1,0,dead,z\nb.tif,2,,dead,z\n"
    let table = try CSVTable(Array(text.utf8), file: "a.csv")
    var form = AnnotatorAgreement.Form()
    form.labels = ("anna", "ben")
    form.words = ["0": "alive", "1": "dead"]
    let found = try AnnotatorAgreement(table, table, files: ("a.csv", "a.csv"), ignoring: ["uncertain"], form)
    #expect(found.columns == ["image", "cell"] && found.items == 3 && found.onlySecond == 1)
    #expect(found.confusion == [[1, 1], [0, 1]] && found.disputes.map(\.first) == ["alive"])
    form.items = ["cell"]
    let twice = #expect(throws: ZooError.self) {
      try AnnotatorAgreement(table, table, files: ("a.csv", "a.csv"), ignoring: [], form)
    }
    #expect(twice?.problem == "cell 1 has a second label")
    form.items = ["cel"]
    let error = #expect(throws: ZooError.self) {
      try AnnotatorAgreement(table, table, files: ("a.csv", "a.csv"), ignoring: [], form)
    }
    #expect(error?.description.contains("Did you mean 'cell'?") == true)
  }

  @Test("columns that are called otherwise in the second table are joined by both names; values have to be alike")
  func otherNames() throws {
    let first = try CSVTable(Array("field,ID,T,label\nA,1,0,h\nA,1,1,d\nB,1,0,h\n".utf8), file: "a.csv")
    func second(_ prefix: String) throws -> CSVTable {
      try CSVTable(
        Array("image,track,frame,label\n\(prefix)A,1,0.0,h\n\(prefix)A,1,1.0,h\n\(prefix)B,1,0.0,h\n".utf8),
        file: "b.csv")
    }
    var form = AnnotatorAgreement.Form()
    func agreement(_ prefix: String) throws -> AnnotatorAgreement {
      try AnnotatorAgreement(first, second(prefix), files: ("a.csv", "b.csv"), ignoring: [], form)
    }
    let unnamed = #expect(throws: ZooError.self) { _ = try agreement("") }
    #expect(unnamed?.description.contains("--item field=image") == true, "\(unnamed?.description ?? "")")
    form.items = ["field=image", "ID=track", "T=frame"]
    let result = try agreement("")
    #expect(result.items == 3 && result.columns == ["field", "ID", "T"] && result.disputes.count == 1)
    #expect(result.disputes[0].item == ["field": "A", "ID": "1", "T": "1"])
    let written = #expect(throws: ZooError.self) { _ = try agreement("field_") }
    #expect(
      written?.description.contains("the column 'image' has 'field_A', the column 'field' of a.csv 'A'") == true,
      "\(written?.description ?? "")")
    form.items = ["field=picture"]
    let missing = #expect(throws: ZooError.self) { _ = try agreement("") }
    #expect(missing?.description.contains("b.csv:1: there is no column 'picture'") == true)
  }
}
