import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Labels in several columns")
struct LabelColumnTests {
  private func spec(_ files: DataFiles, _ label: String, _ table: String) throws -> DataSpec {
    for number in 0..<4 { try files.image("\(number).png", value: Float(number)) }
    try files.text("manifest.csv", table)
    var spec = files.spec(.csv)
    spec.columns.label = label
    return spec
  }

  private func labels(_ spec: DataSpec) throws -> [String] {
    let data = try Dataset.open(spec)
    return data.samples.map { sample in sample.label.map { data.classes[$0] } ?? "" }
  }

  @Test("columns of yes and no: the names of those with yes")
  func answers() throws {
    try DataFiles.with { files in
      var spec = try spec(
        files, "CE|PI", "path,CE,PI,well\n0.png,1,0,A1\n1.png,yes,+,A2\n2.png,False,no,A3\n3.png,,1.0,A4\n")
      #expect(try labels(spec) == ["CE", "CE+PI", "negative", "PI"])
      // What is in the label is no fact beside it.
      #expect(try Dataset.open(spec).groupColumns == ["well"])
      // Nothing said is no label.
      try files.text("manifest.csv", "path,CE,PI\n0.png,1,0\n1.png,,\n2.png,0,1\n3.png,-,NaN\n")
      let unlabelled = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(unlabelled?.description.contains("2 of 4") == true, "\(unlabelled?.description ?? "")")
      try files.text("manifest.csv", "path,CE,PI\n0.png,1,0\n1.png,0.7,0\n")
      let neither = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(
        neither?.description.contains("manifest.csv:3: data.columns.label: '0.7' in the column 'CE' is neither")
          == true,
        "\(neither?.description ?? "")")
      spec.columns.label = "CE|IP"
      let unknown = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(unknown?.description.contains("Did you mean 'PI'?") == true, "\(unknown?.description ?? "")")
      // Prediction needs none.
      #expect(try Dataset.open(spec, for: .prediction).samples.count == 2)
    }
  }

  @Test("columns whose values are the label together")
  func values() throws {
    try DataFiles.with { files in
      let spec = try spec(
        files, "status+fate", "path,status,fate\n0.png,1,a\n1.png,1.0,b\n2.png,2,a\n3.png,2,b\n")
      #expect(try labels(spec) == ["1+a", "1+b", "2+a", "2+b"])
    }
  }

  @Test("a column that is called so comes first")
  func plain() throws {
    try DataFiles.with { files in
      let spec = try spec(files, "a|b", "path,a|b,a,b\n0.png,x,0,1\n1.png,y,1,0\n")
      #expect(try labels(spec) == ["x", "y"])
    }
  }

  @Test("a column for each class is found where none is called label")
  func found() throws {
    try DataFiles.with { files in
      _ = try spec(
        files, "label", "path,healthy,apoptosis,blurred\n0.png,1,0,0\n1.png,0,1,0\n2.png,1,0,0\n3.png,0,1,0\n")
      let table = try CSVTable(FileBytes.read("\(files.folder)/manifest.csv"), file: "manifest.csv")
      // A column of one answer tells no class.
      #expect(LabelColumns.ofClasses(table, but: ["path"]) == ["healthy", "apoptosis"])
      try files.text("manifest.csv", "path,CE,PI\n0.png,1,1\n1.png,0,1\n2.png,1,0\n")
      let sets = try CSVTable(FileBytes.read("\(files.folder)/manifest.csv"), file: "manifest.csv")
      #expect(LabelColumns.ofClasses(sets, but: ["path"]) == ["CE", "PI"])
      #expect(LabelColumns.ofClasses(sets, but: ["path", "PI"]).isEmpty)
    }
  }
}
