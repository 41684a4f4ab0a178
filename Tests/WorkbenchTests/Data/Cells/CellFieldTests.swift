import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Fields that aren't as their tables or as each other")
struct CellFieldTests {
  private static func film(_ channels: [String], frames: Int, isFlat: Bool = false) throws -> [UInt8] {
    let count = frames * channels.count
    let samples = (0..<count).flatMap { page in [Float](repeating: Float(page), count: 144) }
    return try TIFFWriter.encode(
      try Image(
        width: 12, height: 12, channels: isFlat ? 1 : channels.count, frames: isFlat ? count : frames,
        sampleType: .uint16, channelNames: isFlat ? [] : channels, samples: samples), note: "")
  }

  private static func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .napari
    spec.cells.images = "{well}.tif"
    spec.cells.tables = "{well}.csv"
    spec.cells.units = .pixel
    spec.cells.columns = ["label": "label"]
    return spec
  }

  private static func table(frames: Range<Int>) -> String {
    "ID,T,Y,X,label\n" + frames.map { "1,\($0),5,5,\($0 % 2 < 1 ? "alive" : "dead")\n" }.joined()
  }

  @Test("a film with fewer frames than its table is named, and its positions left out with missingFiles, counted")
  func shortFilm() throws {
    try DataFiles.with { files in
      for (well, frames) in [("A01", 4), ("A02", 2)] {
        try files.file("\(well).tif", Self.film(["DNA"], frames: frames))
        try files.text("\(well).csv", Self.table(frames: 0..<4))
      }
      var spec = Self.spec(files)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("the table of 'A02' goes from frame 0 to 3, its film from 0 to 1"), "\(error)")
      #expect(error.description.contains("data.accept=[missingFiles]"), "\(error)")
      spec.accept = ["missingFiles"]
      var data = try Dataset.open(spec)
      #expect(data.samples.count == 6)
      #expect(
        data.remarks.contains {
          $0.contains("2 positions left out, in frames that the film lacks")
            && $0.contains("'A02' has frames 0 to 1, its table goes from 2 to 3 beyond")
        }, "\(data.remarks)")
      // The count of frames is decided by films that are whole.
      for well in ["A01", "A02"] { try files.text("\(well).csv", Self.table(frames: 1..<5)) }
      data = try Dataset.open(spec)
      #expect(data.samples.map(\.id).first == "A01/t0000/1" && data.samples.count == 6)
    }
  }

  @Test("a stack of frames where others have channels, too, is refused with the key that says what pages are")
  func flatStack() throws {
    try DataFiles.with { files in
      for (well, isFlat) in [("A01", false), ("A02", true)] {
        try files.file("\(well).tif", Self.film(["DNA", "PI"], frames: 2, isFlat: isFlat))
        try files.text("\(well).csv", Self.table(frames: 0..<2))
      }
      var spec = Self.spec(files)
      spec.imageChannels = ["DNA", "PI"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.axes")
      #expect(error.description.contains("has 4 frames of one channel, where"), "\(error)")
      #expect(error.description.contains("2 frames of 2 channels"), "\(error)")
      spec.axes = .framesOfChannels
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["A01/t0000/1", "A01/t0001/1", "A02/t0000/1", "A02/t0001/1"])
      #expect(try data.load(3).first == 2 && data.load(3).last == 3)
    }
  }

  @Test("channels that stand where others have one of another name are named with data.channelNames")
  func otherNames() throws {
    try DataFiles.with { files in
      for (well, names) in [("A01", ["DNA", "PI"]), ("A02", ["DNA", "Cy3"]), ("A03", ["DNA", "PI"])] {
        try files.file("\(well).tif", Self.film(names, frames: 2))
        try files.text("\(well).csv", Self.table(frames: 0..<2))
      }
      var spec = Self.spec(files)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("data.channelNames={\"PI\": [\"Cy3\"]}"), "\(error)")
      spec.channelNames = ["PI": ["Cy3"]]
      #expect(try Dataset.open(spec).channels == ["DNA", "PI"])
    }
  }

  @Test("a label of two columns is what both say, and classes are made of it by relabel")
  func twoColumns() throws {
    try DataFiles.with { files in
      try files.file("A01.tif", Self.film(["DNA"], frames: 2))
      try files.text(
        "A01.csv",
        "ID,T,Y,X,status,fate\n1,0,5,5,0.0,2\n1,1,5,5,1.0,2\n2,0,8,8,0,\n2,1,8,8,1,1\n3,0,2,2,,\n3,1,2,2,1,9\n")
      var spec = Self.spec(files)
      spec.cells.columns = ["label": "status+fate"]
      spec.relabel = ["0+2": "alive", "0+": "alive", "1+1": "apoptosis", "1+2": "pyroptosis"]
      spec.labels.ignore = ["1+9"]
      let data = try Dataset.open(spec)
      let labels = Dictionary(
        uniqueKeysWithValues: data.samples.map { ($0.id, $0.label.map { data.classes[$0] } ?? "") })
      #expect(
        labels == [
          "A01/t0000/1": "alive", "A01/t0001/1": "pyroptosis", "A01/t0000/2": "alive", "A01/t0001/2": "apoptosis",
        ])
      spec.cells.columns = ["label": "status+fat"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(
        error.description.contains("there is no column 'fat'") && error.description.contains("'fate'"), "\(error)")
    }
  }

  @Test("wells by numbers are those of a plate map's own column, and a second table says what was done")
  func plates() throws {
    try DataFiles.with { files in
      for plate in ["P1", "P2"] {
        for well in ["0001", "0002"] {
          try files.file("\(plate)/W\(well).tif", Self.film(["DNA"], frames: 2))
          try files.text("\(plate)/W\(well).csv", "ID,T,Y,X\n1,0,5,5\n1,1,5,5\n")
        }
      }
      try files.text(
        "plate_map.csv",
        "plate,well,well_number,treatment\nP1,A1,1,T0\nP1,A2,2,T1\nP2,A1,1,T0\nP2,A2,2,T1\n")
      try files.text("treatments.csv", "treatment,dying\nT0,no\nT1,yes\n")
      var spec = Self.spec(files)
      spec.cells.columns = [:]
      spec.labels.from = .plateMap
      spec.columns.label = "dying"
      func use(_ images: String) {
        spec.cells.images = images + ".tif"
        spec.cells.tables = images + ".csv"
      }
      use("{experiment}/W{well:04}")
      var error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("{plate}"), "\(error)")
      use("{plate}/W{well:04}")
      error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("call the part {well_number} in data.cells.images"), "\(error)")
      use("{plate}/W{well_number:04}")
      spec.join = ["treatments.csv": ["treatment"]]
      let data = try Dataset.open(spec)
      #expect(data.classes == ["no", "yes"] && data.samples.count == 8)
      #expect(Set(data.groupColumns).isSuperset(of: ["plate", "well_number", "well", "treatment", "dying"]))
      let source = try #require(data.source as? CellsSource)
      #expect(source.places(1) == ["", "A2", "P1/0002", "P1", "0002"])
    }
  }

  @Test("patterns and tables are found whichever way the disk composes their letters")
  func unicode() throws {
    try DataFiles.with { files in
      let name = "Zählung"
      try files.file("\(name.decomposedStringWithCanonicalMapping)/A01.tif", Self.film(["DNA"], frames: 2))
      try files.text("\(name.decomposedStringWithCanonicalMapping)/A01.csv", Self.table(frames: 0..<2))
      var spec = Self.spec(files)
      spec.cells.images = "\(name.precomposedStringWithCanonicalMapping)/{well}.tif"
      spec.cells.tables = "\(name.precomposedStringWithCanonicalMapping)/{well}.csv"
      #expect(try Dataset.open(spec).samples.count == 2)
    }
  }
}
