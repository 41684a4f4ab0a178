import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Class folders whose groups stand in names alone, and tables that say more of them.
@Suite("Columns from names and from further tables")
struct FolderNameTests {
  /// Two classes, three plates, two wells: four images each.
  private func folders(_ files: DataFiles) throws {
    var value: Float = 1
    for name in ["dead", "healthy"] {
      for plate in 1...3 {
        for well in ["B02", "C07"] {
          for cell in 0..<4 {
            try files.image("\(name)/P\(plate)_\(well)_c0\(cell).png", value: value)
            value += 1
          }
        }
      }
    }
  }

  private func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.folder)
    spec.images = "{class}/P{plate}_{well}_c*.png"
    return spec
  }

  private func refusal(_ spec: DataSpec) throws -> String {
    try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
  }

  @Test("parts of the names are columns to split by")
  func columns() throws {
    try DataFiles.with { files in
      try folders(files)
      var spec = spec(files)
      spec.split.by = ["plate"]
      let data = try Dataset.open(spec)
      #expect(data.groupColumns == ["plate", "well"] && data.classes == ["dead", "healthy"])
      #expect(data.samples[0].id == "dead/P1_B02_c00.png" && data.samples[0].groups == ["1", "B02"])
      let split = try data.split(spec.split)
      #expect(Set(split.test.map { data.samples[$0].groups[0] }).count == 1 && split.test.count == 16)
      spec.split.by = ["wel"]
      #expect(try refusal(spec).contains("Did you mean 'well'?"))
    }
  }

  @Test("names that don't fit are refused with an example, or left out and counted; so are classes without any")
  func misfits() throws {
    try DataFiles.with { files in
      try folders(files)
      try files.image("healthy/copy of P1.png", value: 200)
      try files.text("healthy/notes.txt", "")
      var spec = spec(files)
      let error = try refusal(spec)
      #expect(error.contains("1 of 49 images doesn't fit") && error.contains("healthy/copy of P1.png"), "\(error)")
      #expect(error.contains("data.accept=[otherNames]"), "\(error)")
      spec.accept = ["otherNames"]
      let data = try Dataset.open(spec)
      #expect(data.samples.count == 48)
      #expect(data.remarks.contains { $0.contains("1 of 49 images doesn't fit") && $0.hasSuffix("left out") })
      #expect(data.remarks.contains { $0.contains(".txt 1") }, "\(data.remarks)")
      try FileManager.default.createDirectory(
        atPath: "\(files.folder)/pyroptosis", withIntermediateDirectories: true)
      #expect(try refusal(spec).contains("the class 'pyroptosis' has no images"))
      spec.images = "{plate}/*.png"
      #expect(try refusal(spec).contains("doesn't say which part is the class"))
      spec.images = "{class}/X{plate}_*.png"
      #expect(try refusal(spec).contains("no image fits the pattern"))
    }
  }

  @Test("classes may stand below other folders, and frames of one name stay together")
  func nested() throws {
    try DataFiles.with { files in
      var value: Float = 1
      for day in ["240322", "240323", "240324"] {
        for name in ["dead", "healthy"] {
          for frame in 0..<4 {
            try files.image("\(day)/pos1/\(name)/t\(frame).png", value: value)
            value += 1
          }
        }
      }
      var spec = files.spec(.folder)
      let error = try refusal(spec)
      #expect(error.contains("data.images="), "\(error)")
      spec.images = "{date}/pos{position}/{class}/t{frame}.png"
      let data = try Dataset.open(spec)
      #expect(data.groupColumns == ["date", "position", "frame"] && data.samples.count == 24)
      #expect(Set(data.samples.compactMap(\.unit)).count == 6)
    }
  }

  @Test("a table of plates is put beside, by what the names say")
  func join() throws {
    try DataFiles.with { files in
      try folders(files)
      try files.text("plates.csv", "Plate;donor;day\n1;anna;1\n2;ben;1\n3;cleo;2\n")
      var spec = spec(files)
      spec.join = ["plates.csv": ["plate=Plate"]]
      spec.split.by = ["donor"]
      let data = try Dataset.open(spec)
      #expect(
        data.groupColumns == ["plate", "well", "donor", "day"] && data.samples[0].groups == ["1", "B02", "anna", "1"])
      #expect(data.remarks.contains("donor, day of plates.csv joined by plate"), "\(data.remarks)")
    }
  }

  @Test("columns of paths in a table are taken from them, too, and mustn't contradict it")
  func manifest() throws {
    try DataFiles.with { files in
      try folders(files)
      var rows: [String] = []
      for name in ["dead", "healthy"] {
        for plate in 1...3 { for cell in 0..<4 { rows.append("\(name)/P\(plate)_B02_c0\(cell).png,\(name),\(plate)") } }
      }
      try files.text("manifest.csv", (["path,label,plate"] + rows).joined(separator: "\n"))
      var spec = files.spec(.csv)
      spec.images = "*/P{plate}_{well}_c*.png"
      let data = try Dataset.open(spec)
      #expect(data.groupColumns == ["plate", "well"] && data.samples[0].groups == ["1", "B02"])
      try files.text(
        "manifest.csv", (["path,label,plate"] + rows.map { $0.replacing(",3", with: ",4") }).joined(separator: "\n"))
      let error = try refusal(spec)
      #expect(error.contains("the path says that 'plate' is '3'") && error.contains("says '4'"), "\(error)")
    }
  }
}
