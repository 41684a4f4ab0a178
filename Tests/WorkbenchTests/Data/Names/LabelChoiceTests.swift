import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Which column is the label, and what it says of the subsets")
struct LabelChoiceTests {
  /// Twelve images, and a table of them with further columns.
  private func table(_ files: DataFiles, _ header: String, name: String = "manifest.csv", _ row: (Int) -> String) throws
  {
    var text = "path,\(header)\n"
    for place in 0..<12 {
      try files.image("\(place).png", value: Float(place + 1))
      text += "\(place).png,\(row(place))\n"
    }
    try files.text(name, text)
  }

  @Test("where more columns than one may be the label, it is said which is and how to take another")
  func others() throws {
    try DataFiles.with { files in
      try table(files, "cell_type,treatment,type_id") {
        "\(["A", "B"][$0 % 2]),\(["NIG", "STS", "DMSO"][$0 / 4]),\($0 % 2)"
      }
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(
        made.remarks.contains(
          "columns: Unsure: the label is 'cell_type' (A 6, B 6); 'treatment' (DMSO 4, NIG 4, STS 4) may be it, too: --label treatment."
        ), "\(made.remarks)")
      #expect(made.text.contains("label: \"cell_type\""), "\(made.text)")
      let chosen = try SpecSkeleton(summary: "", root: files.folder, label: "treatment")
      #expect(!chosen.remarks.contains { $0.contains("the label is") }, "\(chosen.remarks)")
    }
    // A column that is called the label is it, whatever was done to the cells; and a number for each class says the same.
    try DataFiles.with { files in
      try table(files, "label,treatment,target") { "\(["dead", "live"][$0 % 2]),\(["NIG", "STS"][$0 / 6]),\($0 % 2)" }
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(!made.remarks.contains { $0.contains("the label is") }, "\(made.remarks)")
    }
  }

  @Test("a joined column doesn't take the place of the table's own label, and how far they differ is said")
  func joined() throws {
    try DataFiles.with { files in
      try table(files, "Id,Target") { "\($0),\($0 % 2)" }
      try files.text(
        "other.csv", "Id,label\n" + (0..<12).map { "\($0),\($0 == 0 ? "live" : ["dead", "live"][$0 % 2])\n" }.joined())
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.text.contains("label: \"Target\""), "\(made.text)")
      #expect(
        made.remarks.contains { $0.contains("'label', which is joined") && $0.contains("they differ in 1 of 12 rows") },
        "\(made.remarks)")
    }
    // A label that is called so wins over what cells are.
    try DataFiles.with { files in
      try table(files, "Id,cell_type") { "\($0),\(["A", "B"][$0 / 6])" }
      try files.text("other.csv", "Id,label\n" + (0..<12).map { "\($0),\(["dead", "live"][$0 % 2])\n" }.joined())
      #expect(try SpecSkeleton(summary: "", root: files.folder).text.contains("classes: [\"dead\", \"live\"]"))
    }
  }

  @Test("what a model predicted is never joined, nor taken as the table of the images")
  func predictions() throws {
    let header = "Id,predicted,p_dead,p_live"
    try DataFiles.with { files in
      try table(files, "Id,label") { "\($0),\(["dead", "live"][$0 % 2])" }
      try files.text("predictions.csv", header + "\n" + (0..<12).map { "\($0),dead,0.9,0.1\n" }.joined())
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(!made.text.contains("join: {"), "\(made.text)")
      #expect(made.remarks.contains { $0.contains("Not used: predictions.csv, which says what a model predicted") })
    }
    #expect(!ColumnRoles.arePredictions(["Id", "predicted", "label"]))
  }

  @Test("an error about classes of a joined column names the joined table")
  func origin() throws {
    try DataFiles.with { files in
      try table(files, "Id") { "\($0)" }
      try files.text("fates.csv", "Id,label\n" + (0..<12).map { "\($0),\(["dead", "Dead"][$0 % 2])\n" }.joined())
      var spec = files.spec(.csv)
      spec.join = ["fates.csv": ["Id"]]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("fates.csv: data.classes: labels that differ only in how they are written"), "\(error)")
    }
  }

  @Test("a subset without labels is said when it is recommended, and when the recommendation is followed")
  func subsets() throws {
    try DataFiles.with { files in
      try table(files, "label,dataset") { "\($0 < 8 ? ["dead", "live"][$0 % 2] : ""),\($0 < 8 ? "train" : "test")" }
      let made = try SpecSkeleton(summary: "", root: files.folder)
      let counts = "(train 8; test 4, of which 0 have a label)"
      #expect(made.remarks.contains { $0.hasPrefix("split: Unsure") && $0.contains(counts) }, "\(made.remarks)")
      #expect(made.remarks.contains { $0.hasPrefix("the column 'dataset' assigns") && $0.contains(counts) })
      var spec = files.spec(.csv)
      spec.accept = ["unlabelled"]
      spec.split.column = "dataset"
      let split = try Dataset.open(spec).split(spec.split)
      #expect(split.test.isEmpty)
      #expect(
        split.cautions.contains(
          "no test items: data.split.column puts none there that is used, so that nothing is measured at the end"),
        "\(split.cautions)")
    }
  }

  @Test("copies in different groups that a new spec accepts are named, with the one that stays")
  func copies() throws {
    try DataFiles.with { files in
      try table(files, "label,donor") { "\(["dead", "live"][$0 % 2]),D\($0 / 4)" }
      try files.image("8.png", value: 1)
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.text.contains("accept: [\"copies\"]"), "\(made.text)")
      #expect(
        made.remarks.contains { $0.hasSuffix(": '0.png' (D0) stays and '8.png' (D2) doesn't") }, "\(made.remarks)")
    }
  }
}
