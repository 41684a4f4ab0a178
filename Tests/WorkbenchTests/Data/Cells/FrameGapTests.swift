import Foundation
import Testing

@testable import ZooData
@testable import ZooImages
@testable import ZooWorkbench

@Suite("Frames that films lack, pages that nobody names, cells that stand twice")
struct FrameGapTests {
  private static func spec(_ files: DataFiles, images: String) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .table
    spec.cells.images = images
    spec.cells.tables = "{field}.csv"
    spec.cells.columns = ["x": "x", "y": "y", "frame": "frame", "label": "label"]
    spec.cells.units = .pixel
    spec.imageChannels = ["BF"]
    return spec
  }

  private static func table(_ frames: some Sequence<Int>) -> String {
    "frame,x,y,label\n" + frames.map { "\($0),5,5,\($0 % 2 < 1 ? "alive" : "dead")\n" }.joined()
  }

  @Test("a table that may number frames or count files is refused until it is said; each reading cuts its own frames")
  func gap() throws {
    try DataFiles.with { files in
      for frame in [1, 2, 3, 4, 6, 7, 8] {
        try files.image("B_t00\(frame).png", value: Float(frame), width: 20, height: 16)
      }
      try files.text("B.csv", Self.table(0..<7))
      var spec = Self.spec(files, images: "{field}_t{frame:03}.png")
      spec.cells.missingChannel = .drop
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.cells.tableFrames", "\(error)")
      #expect(error.description.contains("the film of 'B' has 7 frames from 1 to 8 and lacks 5"), "\(error)")
      func pixels() throws -> [Float] {
        let data = try Dataset.open(spec)
        return try data.samples.indices.map { try data.load($0)[0] }
      }
      spec.cells.tableFrames = .order
      #expect(try pixels() == [1, 2, 3, 4, 6, 7, 8])
      // A frame that isn't there lacks no channel.
      spec.cells.missingChannel = .refuse
      let remarks = try Dataset.open(spec).remarks
      #expect(!remarks.contains { $0.contains("in some frame") }, "\(remarks)")
      spec.cells.missingChannel = .drop
      spec.cells.tableFrames = .numbers
      #expect(try pixels() == [1, 2, 3, 4, 6, 7])
      // A table that counts to the film's last number can mean numbers alone.
      spec.cells.tableFrames = .auto
      try files.text("B.csv", Self.table(1..<9))
      #expect(try pixels() == [1, 2, 3, 4, 6, 7, 8])
      // So does one that has all frames but the lacking one.
      try files.text("B.csv", Self.table([1, 2, 3, 4, 6, 7]))
      #expect(try pixels() == [1, 2, 3, 4, 6, 7])
      // More places than the film has files.
      spec.cells.tableFrames = .order
      try files.text("B.csv", Self.table(0..<8))
      let far = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(
        far.description.contains("has a frame 7, which is place 8 from 0 on, and its film has 7 frames"), "\(far)")
    }
  }

  @Test(
    "unnamed pages that are a multiple of the tables' frames may be channels: refused until the spec says what they are"
  )
  func unnamedPages() throws {
    try DataFiles.with { files in
      let samples = (0..<12).flatMap { [Float](repeating: Float($0), count: 320) }
      let image = try Image(width: 20, height: 16, frames: 12, sampleType: .uint16, channelNames: [], samples: samples)
      // Pages of which the file says nothing.
      let stated = try TIFFWriter.encode(image)
      try files.file("A.tif", stated.replacing("ImageJ=".utf8, with: "Imager=".utf8))
      try files.text("A.csv", Self.table(0..<4))
      var spec = Self.spec(files, images: "{field}.tif")
      spec.imageChannels = []
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.imageChannels", "\(error)")
      #expect(error.description.contains("4 frames of the field 'A' and its film has 12 pages"), "\(error)")
      spec.axes = .frames
      #expect(try Dataset.open(spec).samples.count == 4)
      spec.axes = .auto
      try files.file("A.tif", stated)
      #expect(try Dataset.open(spec).samples.count == 4, "the file says that its pages are frames")
    }
  }

  @Test("one cell in two rows is told, with two labels refused")
  func twice() throws {
    try DataFiles.with { files in
      try files.image("A_t0.png", value: 3, width: 20, height: 16)
      try files.text("A.csv", "frame,x,y,label\n0,5,5,alive\n0,6.2,5,alive\n0,12,9,dead\n")
      var spec = Self.spec(files, images: "{field}_t{frame}.png")
      let said = try Dataset.open(spec).remarks.first { $0.contains("less than 2 pixels apart") }
      #expect(
        said?.contains("1 pair of positions") == true && said?.contains("line 2 'alive' and line 3 'alive'") == true,
        "\(said ?? "")")
      try files.text("A.csv", "frame,x,y,label\n0,5,5,alive\n0,6.2,5,dead\n0,12,9,dead\n0,14.1,9,alive\n")
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("one cell in two rows, with different labels in 1"), "\(error)")
      #expect(error.description.contains("data.accept=[contradictions]"), "\(error)")
      spec.accept = ["contradictions"]
      let data = try Dataset.open(spec)
      #expect(
        data.samples.count(where: { $0.label != nil }) == 2
          && data.remarks.contains { $0.contains("1 have different labels") }, "\(data.remarks)")
    }
  }
}
