import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Folders of channels, times and experiments are no classes")
struct AspectFolderTests {
  private func refusal(_ folders: [String], _ names: [String], chosen: [String] = []) -> String? {
    AspectFolders(folders.flatMap { folder in names.map { "\(folder)/\($0)" } }, level: 0).refusal(
      "data", chosen: chosen)?.description
  }

  @Test(
    "names of folders that are channels, times, or plates and the like",
    arguments: [
      (["Green", "Red"], "channel"), (["Phase", "Green", "Red", "Overlay"], "channel"),
      (["w1", "w2", "w3"], "channel"),
      (["ch00", "ch01"], "channel"), (["Export_BF", "Export_TxRed"], "channel"), (["Alexa 488", "DAPI"], "channel"),
      (["TimePoint_1", "TimePoint_2"], "frame"), (["t001", "t002"], "frame"), (["0h", "24 h"], "frame"),
      (["00d00h00m", "01d00h00m"], "frame"), (["day1", "day 3"], "frame"), (["dia_1", "dia_2"], "frame"),
      (["donante_1", "donante_2"], "donor"), (["1.5h", "3h"], "frame"),
      (["plate1", "plate2"], "plate"), (["Versuch 1", "Versuch 2"], "experiment"), (["240611", "240612"], "date"),
      (["B02", "C02"], "well"), (["Versuch 1", "Versuch 2 (Wdh)"], "experiment"),
      (["phase", "casp", "pi"], "channel"), (["Caspase 3/7", "Ph"], "channel"), (["b2", "c10"], "well"),
    ])
  func aspects(folders: [String], part: String) {
    #expect(AspectFolders.part(folders) == part)
    #expect(refusal(folders, ["a.png", "b.png"])?.contains("by their names, and not classes") == true)
    #expect(refusal(folders, ["a.png", "b.png"], chosen: folders) == nil)
  }

  @Test(
    "names of folders that may be classes",
    arguments: [
      ["healthy", "apoptosis", "pyroptosis"], ["0", "1", "2"], ["PI+", "PI-"], ["type1", "type2"],
      ["G1", "G2", "S", "M"],
      ["dead plate1", "healthy plate1"], ["M1", "M2"], ["2D", "3D"], ["green", "healthy"], ["A", "B"], ["c0", "c1"],
      ["live", "dead"], ["phase 1", "phase 2"], ["control", "24h"], ["plate1 dead", "plate1 healthy"],
    ])
  func classes(folders: [String]) {
    #expect(AspectFolders.part(folders) == nil)
    #expect(refusal(folders, (0..<30).map { "\($0).png" }) == nil)
    #expect(refusal(folders, (1..<30).map { "img_00\($0).png" }) == nil)
    #expect(refusal(folders, (1..<30).map { "cell_\($0 / 5)_t\($0 % 5).png" }) == nil)
    let own = folders.flatMap { name in (1..<9).map { "\(name)/\(name)\($0).png" } }
    #expect(AspectFolders(own, level: 0).refusal("data", chosen: []) == nil)
    #expect(refusal(folders, (1..<30).map { "P1_B02_c\($0).png" }) == nil, "cells are numbered anew in each class")
  }

  @Test("files of the same wells, sites and times in each folder are the same fields, whatever the folders are called")
  func sameFiles() throws {
    let folders = ["Kanal eins", "Kanal zwei"]
    let names = ["B02", "B03", "C02"].flatMap { well in (1...2).map { "P1_\(well)_s\($0).tif" } }
    let error = try #require(refusal(folders, names))
    #expect(
      error.contains("hold the same names of files (6 of 6 stand in several of them, e.g. P1_B02_s1.tif)"), "\(error)")
    #expect(error.contains("say wells or the like, and no class: list the images in a manifest.csv"), "\(error)")
    #expect(error.contains("data.join={\"TABLE.csv\": [plate, well]}") && !error.contains("{class}"), "\(error)")
    #expect(error.contains("data.classes=[\"Kanal eins\", \"Kanal zwei\"]"), "\(error)")
    #expect(refusal(folders, names, chosen: folders) == nil)
    #expect(refusal(folders, (1...4).map { "v1xy0\($0)c1t001.tif" }) != nil)
    // A few that one lacks don't matter; most must be there.
    let few = names.map { "a/\($0)" } + names.dropFirst(2).map { "b/\($0)" } + ["b/P1_D02_s1.tif"]
    #expect(AspectFolders(few, level: 0).refusal("data", chosen: []) != nil)
    let others = names.map { "a/\($0)" } + names.prefix(2).map { "b/\($0)" }
    #expect(AspectFolders(others, level: 0).refusal("data", chosen: []) == nil)
    // Wells of one class each.
    #expect(
      AspectFolders(["a/B02_s1.tif", "a/B03_s1.tif", "b/C02_s1.tif", "b/C03_s1.tif"], level: 0).refusal("", chosen: [])
        == nil)
  }

  @Test("a class is proposed only where a word of the names may be one, at its place")
  func proposal() {
    let cases: [([String], String?)] = [
      (["dead_B02.tif", "live_B02.tif", "dead_C02.tif"], "{class}_*"),
      (["B2_01_dead_s1.tif", "C10_02_live_s1.tif"], "*_*_{class}_*"),
      (["B02_s1-dead.tif", "B02_s2-live.tif"], "*_*-{class}.*"),
      (["B2_02_1_1_GFP_003.tif", "C10_02_1_1_PI_003.tif"], nil), (["plate07_a3_01.tif", "plate07_b3_02.tif"], nil),
      (["B02_Bright Field_1.tif", "B02_Propidium Iodide_1.tif"], nil), (["train_B02.tif", "test_B03.tif"], nil),
    ]
    for (names, pattern) in cases { #expect(ClassWords.pattern(names) == pattern, "\(names)") }
    let names = ["dead_B02_s1.tif", "live_B02_s1.tif", "dead_C02_s1.tif", "live_C02_s1.tif"]
    let error = refusal(["eins", "zwei"], names) ?? ""
    #expect(error.contains("data.images='{channel}/{class}_*'") && error.contains("{frame} for times"), "\(error)")
  }

  @Test("wells in small letters without zeros are wells, and so are those beside a wavelength")
  func smallWells() {
    let names = ["a3_01", "a4_02", "b3_03", "b4_04"].map { "plate07_\($0).tif" }
    #expect(refusal(["eins", "zwei"], names)?.contains("(4 of 4 stand in several of them") == true)
    #expect(AspectNames.hasWells(names.map { NameParts($0) }))
    // One row, or words that only some names have, may be anything.
    #expect(!AspectNames.hasWells(["c1", "c2", "c3"].map { NameParts($0) }))
    #expect(!AspectNames.hasWells(["cell_a1", "cell_b2", "cell", "cell_2", "cell_3"].map { NameParts($0) }))
  }

  @Test("folders with exactly the same names are never classes without a word")
  func oneSet() {
    func doubt(_ names: [String], more: [String] = [], chosen: [String] = []) -> String? {
      let paths = ["eins", "zwei"].flatMap { folder in names.map { "\(folder)/\($0)" } } + more
      return AspectFolders(paths, level: 0).doubt(chosen: chosen)
    }
    let names = (1...6).map { "0\($0).png" }
    #expect(doubt(names)?.contains("6 of 6 names of files stand in several of the subfolders (eins, zwei)") == true)
    #expect(doubt(names, chosen: ["eins"]) == nil)
    #expect(doubt(names, more: ["zwei/07.png"]) == nil, "numbered anew, to another number")
  }

  @Test("a folder that is called as a copy counts as what it copies, and is named")
  func copies() {
    let names = [
      "Plate1", "Plate1 - Copy", "Plate2", "Plate2 (2)", "copy of Plate1", "Plate3 (2)", "dead", "dead copy",
    ]
    #expect(
      FolderCopies.originals(Set(names)) == [
        "Plate1 - Copy": "Plate1", "Plate2 (2)": "Plate2", "copy of Plate1": "Plate1", "dead copy": "dead",
      ])
    let error = refusal(["Plate1", "Plate1 - Copy", "Plate2"], ["a.png", "b.png"]) ?? ""
    #expect(error.contains("are one plate each by their names, and not classes"), "\(error)")
    #expect(
      error.contains("'Plate1 - Copy' is called as a copy of 'Plate1': data.exclude=[\"Plate1 - Copy/\"]"), "\(error)")
  }

  @Test("numbers behind wells are crops, unless all are the same in each folder; that isn't sure")
  func crops() {
    let wells = ["B02", "C03"]
    let many = wells.flatMap { well in (0..<10).map { "dead/\(well)_\($0).png" } }
    let fewer = wells.flatMap { well in (0..<6).map { "healthy/\(well)_\($0).png" } }
    let folders = AspectFolders(many + fewer, level: 0)
    #expect(folders.refusal("data", chosen: []) == nil)
    #expect(folders.doubt(chosen: [])?.contains("12 of 20 names of files stand in several") == true)
    #expect(folders.doubt(chosen: ["dead"]) == nil)
    #expect(AspectFolders(many + many.map { $0.replacing("dead", with: "healthy") }, level: 0).areAspects())
  }

  @Test("data and new specs are refused so, also where plates stand above, and the remedy opens them")
  func opened() throws {
    try DataFiles.with { files in
      var value: Float = 1
      for plate in ["Plate_1", "Plate_2"] {
        for name in ["Green", "Red"] {
          for well in ["B02", "C02"] {
            for word in ["dead", "live"] {
              try files.image("deep/\(plate)/\(name)/\(word)_\(well).png", value: value)
              if plate == "Plate_1" { try files.image("flat/\(name)/\(word)_\(well).png", value: value) }
              value += 1
            }
          }
        }
      }
      try files.text("deep/Plate_1/plate.HTD", "")
      for (root, pattern) in [("deep", "*/{channel}/{class}_*"), ("flat", "{channel}/{class}_*")] {
        var spec = files.spec(.folder)
        spec.root = "\(files.folder)/\(root)"
        for look in [{ _ = try Dataset.open(spec) }, { _ = try SpecSkeleton(summary: "", root: spec.root ?? "") }] {
          let error = try #require(throws: ZooError.self) { try look() }.description
          #expect(error.contains("(Green, Red)") && error.contains("are channels by their names"), "\(error)")
          #expect(error.contains("data.images='\(pattern)'"), "\(error)")
        }
        spec.images = root == "deep" ? "{plate}/{channel}/{class}_{well}.png" : "{channel}/{class}_{well}.png"
        let data = try Dataset.open(spec)
        #expect(data.channels == ["Green", "Red"] && data.classes == ["dead", "live"])
        #expect(data.samples.count == (root == "deep" ? 8 : 4))
      }
      var spec = files.spec(.folder)
      spec.root = "\(files.folder)/flat"
      spec.classes = ["Green", "Red"]
      #expect(try Dataset.open(spec).classes == ["Green", "Red"])
    }
  }
}
