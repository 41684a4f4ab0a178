import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Tables of CellProfiler")
struct CellProfilerTests {
  /// Two wells of two frames, whose pixels say which they are, with names as a microscope gives them.
  private static func write(_ files: DataFiles, sameNames: Bool = false) throws {
    for (well, first) in [("A01", Float(0)), ("B02", 1000)] {
      for frame in 1...2 {
        for (channel, name) in ["DNA", "PI"].enumerated() {
          let samples = (0..<400).map { first + Float(frame * 100 + channel * 50) + Float($0 % 20) }
          let image = try Image(width: 20, height: 20, sampleType: .uint16, samples: samples)
          let path = sameNames ? "plate1/\(well)/t\(frame)_\(name).png" : "plate1/\(well)_t\(frame)_\(name).png"
          try files.file(path, PNGWriter.encode(image))
        }
      }
    }
  }

  private static func spec(_ files: DataFiles, images: String) -> DataSpec {
    var spec = files.spec(.cells)
    spec.height = 4
    spec.width = 4
    spec.cells.layout = .cellprofiler
    spec.cells.images = images
    spec.cells.tables = "*_Nuclei.csv"
    spec.labels.from = .table
    spec.cells.columns = ["label": "Classify_Class"]
    return spec
  }

  private static let objects = """
    ImageNumber,ObjectNumber,Metadata_Well,Location_Center_X,Location_Center_Y,TrackObjects_Label_50,Classify_Class
    1,1,A01,5.2,6,1,calm
    2,1,A01,6,6,1,calm
    3,1,B02,7,8,1,dying
    4,1,B02,8,8,1,dying
    4,2,B02,12,8,2,calm

    """

  @Test("are joined to their images by file names, and by folders where names repeat", arguments: [false, true])
  func joins(sameNames: Bool) throws {
    try DataFiles.with { files in
      try Self.write(files, sameNames: sameNames)
      var images = "ImageNumber,FileName_DNA,PathName_DNA,FileName_PI,PathName_PI\n"
      var number = 0
      for well in ["A01", "B02"] {
        for frame in 1...2 {
          number += 1
          let name = sameNames ? "t\(frame)" : "\(well)_t\(frame)"
          let path = sameNames ? "D:\\screens\\plate1\\\(well)" : "/data/plate1"
          images += "\(number),\(name)_DNA.png,\(path),\(name)_PI.png,\(path)\n"
        }
      }
      try files.text("Screen_Image.csv", images)
      try files.text("Screen_Nuclei.csv", Self.objects)
      let data = try Dataset.open(
        Self.spec(
          files, images: sameNames ? "{plate}/{well}/t{frame}_{channel}.png" : "{plate}/{well}_t{frame}_{channel}.png"))
      #expect(
        data.samples.map(\.id) == [
          "plate1/A01/t0001/1", "plate1/A01/t0002/1", "plate1/B02/t0001/1", "plate1/B02/t0002/1", "plate1/B02/t0002/2",
        ])
      #expect(data.channels == ["DNA", "PI"] && data.classes == ["calm", "dying"])
      // The crop begins two pixels before the position.
      #expect(try data.load(0)[0] == 100 + 3)
      #expect(try data.load(3)[16] == 1000 + 200 + 50 + 6)
      #expect(try data.load(4)[0] == 1000 + 200 + 10)
    }
  }

  @Test("take frames of films from metadata, and say what doesn't fit")
  func metadata() throws {
    try DataFiles.with { files in
      let frames = (0..<3).flatMap { frame in (0..<400).map { _ in Float(frame) } }
      let film = try Image(
        width: 20, height: 20, frames: 3, sampleType: .uint8, channelNames: ["DNA"], samples: frames)
      try files.file("A01.tif", TIFFWriter.encode(film, note: ""))
      try files.text(
        "Screen_Image.csv", "ImageNumber,FileName_DNA,Metadata_T\n1,A01.tif,0\n2,A01.tif,1\n3,A01.tif,2\n4,A01.tif,2\n")
      try files.text(
        "Screen_Nuclei.csv",
        "ImageNumber,ObjectNumber,Location_Center_X,Location_Center_Y,Classify_Class\n3,1,5,5,a\n1,1,6,6,b\n")
      let spec = Self.spec(files, images: "{well}.tif")
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["A01/t0000/1", "A01/t0002/1"])
      #expect(try data.load(1)[0] == 2)
      try files.text("Screen_Image.csv", "ImageNumber,FileName_DNA,Metadata_T\n1,B01.tif,0\n2,B02.tif,1\n")
      let error = #expect(throws: ZooError.self) { _ = try Dataset.open(spec) }
      #expect(error.map { "\($0)".contains("Screen_Image.csv") } == true)
      try FileManager.default.removeItem(atPath: files.folder + "/Screen_Image.csv")
      let missing = #expect(throws: ZooError.self) { _ = try Dataset.open(spec) }
      #expect(missing.map { "\($0)".contains("has no table of images beside it") } == true)
    }
  }

  @Test("labels whose columns are of other objects than the positions are refused with the table that is meant")
  func otherObjects() throws {
    try DataFiles.with { files in
      try Self.write(files)
      let images =
        "ImageNumber,FileName_DNA,FileName_PI\n1,A01_t1_DNA.png,A01_t1_PI.png\n2,B02_t1_DNA.png,B02_t1_PI.png\n"
      try files.text("My_Image.csv", images)
      let header = "ImageNumber,ObjectNumber,Location_Center_X,Location_Center_Y"
      try files.text("My_Nuclei.csv", "\(header)\n1,1,5,6\n1,2,9,9\n2,1,7,8\n")
      // Of the second cell's nucleus the edge was cut, and cells were numbered anew.
      try files.text("My_Cells.csv", "\(header),Parent_Nuclei\n1,1,9,9,2\n2,1,7,8,1\n")
      try files.text(
        "training.csv", "ImageNumber,ObjectNumber,Class,Cells_AreaShape_Area\n1,1,calm,9\n2,1,dying,9\n")
      var spec = Self.spec(files, images: "plate1/{well}_t1_{channel}.png")
      spec.cells.columns = [:]
      spec.labels.from = .annotations
      spec.labels.file = "training.csv"
      spec.labels.columns = ["image": "ImageNumber", "object": "ObjectNumber", "label": "Class"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec, for: .evaluation) }.description
      #expect(
        error.contains(
          "its columns are of Cells (Cells_AreaShape_Area), but the positions are of Nuclei, whose numbers are those of other cells"
        ), "\(error)")
      #expect(error.contains("Set data.cells.tables=My_Cells.csv"), "\(error)")
      // Cells that are grown from nuclei have their numbers.
      try files.text("My_Cells.csv", "\(header),Parent_Nuclei\n1,1,5,6,1\n1,2,9,9,2\n2,1,7,8,1\n")
      #expect(try Dataset.open(spec, for: .evaluation).samples.count == 2)
      spec.cells.tables = "My_Cells.csv"
      #expect(try Dataset.open(spec, for: .evaluation).samples.count == 2)
    }
  }
}
