import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Frames of annotations")
struct LabelFrameTests {
  /// Two tracks in a film of six frames that are numbered from 0, the second from frame 1 to 4 alone.
  private static func write(_ files: DataFiles) throws {
    for frame in 0..<6 { try files.image("A01/t000\(frame)_BF.png", value: Float(frame), width: 20, height: 16) }
    var table = "frame,track,x,y\n"
    for frame in 0..<6 { table += "\(frame),1,5,5\n" }
    for frame in 1..<5 { table += "\(frame),2,15,10\n" }
    try files.text("tables/A01.csv", table)
  }

  private static func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .table
    spec.cells.images = "{well}/t{frame:04}_{channel}.png"
    spec.cells.tables = "tables/{well}.csv"
    spec.cells.columns = ["x": "x", "y": "y", "frame": "frame", "track": "track"]
    spec.cells.units = .pixel
    spec.labels.from = .annotations
    return spec
  }

  @Test("that count from 1 are refused with both figures, whether they run past the film or only fit better")
  func beyond() throws {
    try DataFiles.with { files in
      try Self.write(files)
      var spec = Self.spec(files)
      // Frame 6 isn't in the film.
      try files.text("annotations.csv", "frame,track,label\n1,1,alive\n2,1,alive\n6,1,dead\n")
      var error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.labels.firstFrame")
      #expect(error.description.contains("run from 1 to 6, the films' from 0 to 5"), "\(error)")
      #expect(
        error.description.contains("2 of 3 rows find a position as they are, 3 if the first frame is 1"), "\(error)")
      #expect(error.description.contains("data.labels.firstFrame=1"), "\(error)")
      spec.labels.firstFrame = 1
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["A01/t0000/1", "A01/t0001/1", "A01/t0005/1"])
      // All are in the film, but track 2 has no frame 5.
      try files.text("annotations.csv", "frame,track,label\n2,1,alive\n2,2,dead\n5,2,dead\n")
      spec.labels.firstFrame = nil
      error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("2 of 3 rows find a position as they are, 3 if"), "\(error)")
      spec.labels.firstFrame = 0
      #expect(try Dataset.open(spec).samples.map(\.id) == ["A01/t0002/1", "A01/t0002/2"])
    }
  }

  @Test("that would fit either way are taken as they are, which is said")
  func either() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text("annotations.csv", "frame,track,label\n1,1,alive\n5,1,dead\n")
      let data = try Dataset.open(Self.spec(files))
      #expect(data.samples.map(\.id) == ["A01/t0001/1", "A01/t0005/1"])
      #expect(
        data.remarks.contains { $0.contains("unsure") && $0.contains("data.labels.firstFrame=1") }, "\(data.remarks)")
      try files.text("annotations.csv", "frame,track,label\n0,1,alive\n5,1,dead\n")
      #expect(try !Dataset.open(Self.spec(files)).remarks.contains { $0.contains("unsure") })
    }
  }

  @Test("tracks are found under the names that programs show, and other names are told with those of the tables")
  func names() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text("annotations.csv", "frame,track,label\n0,Track_1,alive\n3,Track_2,dead\n")
      let data = try Dataset.open(Self.spec(files))
      #expect(data.samples.map(\.id) == ["A01/t0000/1", "A01/t0003/2"])
      #expect(data.remarks.contains { $0.contains("'Track_1' is taken as '1'") }, "\(data.remarks)")
      try files.text("annotations.csv", "frame,track,label\n0,one,alive\n3,two,dead\n")
      let error = try #require(throws: ZooError.self) { try Dataset.open(Self.spec(files)) }
      #expect(error.description.contains("it has track 'one' in frame 0"), "\(error)")
      #expect(error.description.contains("e.g. track '1' in frame 0"), "\(error)")
    }
  }
}
