import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Patterns of names")
struct NameProposalTests {
  private func paths(_ name: (Int) -> String, classes: [String] = ["healthy", "dead"], count: Int = 24) -> [String] {
    classes.enumerated().flatMap { place, folder in (0..<count).map { "\(folder)/\(name($0 + place * count))" } }
  }

  @Test(
    "words, letters before numbers, wells and dates are parts; what counts images or goes with the class is anything")
  func patterns() {
    let names: [((Int) -> String, String)] = [
      (
        { "P\($0 % 3 + 1)_C\($0 % 4 < 2 ? "07" : "08")_f\($0 % 5)_c\(100 + $0).tif" },
        "P{plate}_{well}_f{field}_c{cell}.tif"
      ),
      (
        { "2024-03-\(20 + $0 % 3)_plate\($0 % 2 + 1)_well\($0 % 4 < 2 ? "B" : "C")0\($0 % 3 + 1)_cell\($0).png" },
        "{date}_plate{plate}_well{well}_cell{cell}.png"
      ),
      ({ "24032\($0 % 3)-donor\($0 % 4 < 2 ? "A" : "B")-\($0).ome.tif" }, "{date}-donor{donor}-*.ome.tif"),
      ({ "exp_\($0 % 4) A\($0 % 3 + 1) B\($0).jpg" }, "exp_{experiment} {part1} *.jpg"),
      ({ "img \($0 % 2 == 0 ? "mock" : "nig")_\($0).png" }, "img {part1}_*.png"),
    ]
    for (name, pattern) in names {
      let found = NameProposal(paths(name), classLevel: 0)
      #expect(found?.pattern == "{class}/" + pattern, "\(found?.pattern ?? "none") \(name(1))")
    }
    let repeated = ["healthy", "dead"].flatMap { word in (0..<9).map { "\(word)/\(word)_P\($0 % 3)_\($0).png" } }
    #expect(NameProposal(repeated, classLevel: 0)?.pattern == "{class}/*_P{plate}_*.png")
    #expect(NameProposal(repeated.map { $0.replacing("_2.", with: "_2.v.") }, classLevel: 0)?.misfits == nil)
  }

  @Test("names that only count, or that have no one form, have no pattern")
  func none() {
    #expect(NameProposal(paths { "\($0).png" }, classLevel: 0) == nil)
    #expect(NameProposal(paths { "cell_\($0).png" }, classLevel: 0) == nil)
    #expect(NameProposal(paths { $0 % 2 == 0 ? "P1_\($0).png" : "P2-x-\($0).png" }, classLevel: 0) == nil)
    #expect(NameProposal([], classLevel: 0) == nil)
  }

  @Test("endings that occur once for every cell are channels, and a letter that goes with a folder says nothing more")
  func channels() {
    var paths: [String] = []
    for donor in 1...3 {
      for name in ["healthy", "dead"] {
        for cell in 0..<5 {
          for end in ["BF", "CE", "PI"] where !(donor == 2 && cell == 3 && end == "PI") {
            paths.append("Donor_0\(donor)/\(name)/D\(donor)_c00\(cell)_\(end).tif")
          }
        }
      }
    }
    let found = NameProposal(paths, classLevel: 1)
    #expect(found?.pattern == "Donor_{donor}/{class}/*_c{cell}_{channel}.tif", "\(found?.pattern ?? "none")")
    #expect(found?.channels == ["BF", "CE", "PI"] && found?.parts.map(\.name) == ["donor", "cell"])
    let numbered = NameProposal(
      paths.map { $0.replacing("_BF", with: "_ch0").replacing("_CE", with: "_ch1").replacing("_PI", with: "_ch2") },
      classLevel: 1)
    #expect(numbered?.pattern.hasSuffix("_c{cell}_ch{channel}.tif") == true, "\(numbered?.pattern ?? "none")")
    // Words that stand at a few cells are none.
    let few = paths.filter { !$0.hasSuffix("_PI.tif") || $0.contains("c000") }
    #expect(NameProposal(few, classLevel: 1)?.channels == nil)
  }

  @Test("a few names of another form are counted")
  func misfits() {
    let found = NameProposal(paths { $0 == 7 ? "old cell (7).png" : "P\($0 % 3)_\($0).png" }, classLevel: 0)
    #expect(found?.misfits == 1 && found?.pattern == "{class}/P{plate}_*.png")
  }

  @Test("of folders in folders, the one that isn't called as groups are is the class")
  func nested() {
    var paths: [String] = []
    for (day, name) in ["240322", "240323"].enumerated() {
      for position in 1...3 {
        for word in ["healthy", "cell_death"] { paths.append("\(name)/pos0\(position)/\(word)/\(day)\(position).png") }
      }
    }
    let level = NameProposal.classLevel(paths)
    #expect(level?.level == 2 && level?.isSure == true)
    #expect(
      NameProposal(paths, classLevel: 2, ofFolders: true)?.pattern == "{date}/pos{position}/{class}/*")
    #expect(NameProposal.classLevel(["240322/pos1/a.png", "240322/pos2/b.png"]) == nil)
    let words = ["healthy", "expo", "patchy", "dead", "runaway", "filmic", "cell_death", "position effect"]
    #expect(words.allSatisfy { NameParts.group($0) == nil || $0 == "position effect" })
    #expect(
      ["plate2", "donor-A", "2024-03-22", "B03", "exp 7"].map(NameParts.group) == [
        "plate", "donor", "date", "well", "experiment",
      ])
  }
}
