import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Groups that a split doesn't keep whole")
struct CoarserGroupTests {
  /// Four plates of two donors with the same four wells each, and in each well two samples of each class.
  private func data(_ files: DataFiles, header: String = "plate,well,donor", single: Bool = false) throws -> Dataset {
    try files.image("cell.png", value: 1)
    var text = "id,path,label,\(header)\n"
    for plate in 0..<4 {
      for well in 0..<4 {
        for cell in 0..<4 {
          let label = single && plate == 0 ? "rare" : cell % 2 == 0 ? "dead" : "healthy"
          text += "\(plate)-\(well)-\(cell),cell.png,\(label),P\(plate),A0\(well + 1),D\(plate / 2)\n"
        }
      }
    }
    try files.text("manifest.csv", text)
    return try Dataset.open(files.spec(.csv), for: .evaluation)
  }

  private func cautions(_ data: Dataset, _ by: [String]) throws -> [String] {
    var spec = DataSpec.Split()
    spec.by = by
    return try data.split(spec).cautions
  }

  @Test("coarser ones that lie on both sides are told once, with figures")
  func coarser() throws {
    try DataFiles.with { files in
      let found = try cautions(data(files), ["plate", "well"])
      #expect(found.count == 1, "\(found)")
      #expect(
        found[0].hasPrefix("2 of 2 values of 'donor' ('D0', 'D1') lie on both sides of the split by plate and well"))
      #expect(found[0].contains("data.split.by=[donor]"))
      let foreign = try cautions(data(files, header: "Platte,Puits,Versuch"), ["Platte", "Puits"])
      #expect(foreign.count == 1 && foreign[0].contains("'Versuch' ('D0', 'D1')"), "\(foreign)")
      // A treatment is wanted on both sides, and what is finer than the split is whole.
      #expect(try cautions(data(files, header: "plate,well,treatment"), ["plate", "well"]).isEmpty)
      #expect(try cautions(data(files, header: "plate,well,treatment"), ["plate"]).isEmpty)
      #expect(
        try cautions(data(files, header: "plate,well,treatment"), []).isEmpty, "the note on splits at random says it")
    }
  }

  @Test("wells that are called alike on several plates are told")
  func wells() throws {
    try DataFiles.with { files in
      let found = try cautions(data(files, header: "plate,well,treatment"), ["well"])
      #expect(found.count == 1, "\(found)")
      #expect(
        found[0].contains("4 of 4 values of 'plate'") && found[0].contains("4 of 4 groups are on several, e.g."),
        "\(found)")
    }
  }

  @Test("a class of one group is told, and one that training lacks is refused with where it is and what to do")
  func classes() throws {
    try DataFiles.with { files in
      let data = try data(files, header: "plate,well,treatment", single: true)
      #expect(
        data.classesOfOneGroup(by: []) == [
          "all 16 of the class 'rare' are of one plate, 'P0': the class and the plate can't be told apart"
        ])
      var spec = DataSpec.Split()
      spec.by = ["plate"]
      spec.holdOut = ["P0"]
      let error = try #require(throws: ZooError.self) { try data.split(spec) }.description
      #expect(error.contains("train has no sample of the class 'rare': 16 in test (P0)"), "\(error)")
      #expect(error.contains("split by a finer column") && error.contains("data.classes=[dead, healthy]"), "\(error)")
    }
  }
}
