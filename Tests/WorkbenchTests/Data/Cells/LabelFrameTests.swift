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

  /// Two tracks in films of three frames that are numbered from 1.
  private static func writeThree(_ files: DataFiles) throws -> DataSpec {
    var table = "frame,track,x,y\n"
    for frame in 1...3 {
      try files.image("A01/t000\(frame)_BF.png", value: Float(frame), width: 20, height: 16)
      table += "\(frame),1,5,5\n\(frame),2,15,10\n"
    }
    try files.text("tables/A01.csv", table)
    return spec(files)
  }

  @Test(
    "rows without a label say how the table counts: from 0 where films begin at 1 is refused, the right table is taken")
  func blanks() throws {
    try DataFiles.with { files in
      var spec = try Self.writeThree(files)
      let late = "1,1,alive\n1,2,alive\n2,1,dead\n2,2,alive\n"
      try files.text("annotations.csv", "frame,track,label\n0,1,\n0,2,\n" + late)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.labels.firstFrame")
      #expect(error.description.contains("run from 0 to 2, the films' from 1 to 3"), "\(error)")
      #expect(error.description.contains("2 without a label speak of frames that no film has"), "\(error)")
      #expect(error.description.contains("Set data.labels.firstFrame=0"), "\(error)")
      spec.labels.firstFrame = 0
      let right = ["A01/t0002/1", "A01/t0002/2", "A01/t0003/1", "A01/t0003/2"]
      #expect(try Dataset.open(spec).samples.map(\.id) == right)
      // Labels of the two last frames alone, but rows of all: nothing is open.
      spec.labels.firstFrame = nil
      try files.text("annotations.csv", "frame,track,label\n1,1,\n1,2,\n2,1,alive\n2,2,alive\n3,1,dead\n3,2,alive\n")
      var data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == right)
      #expect(!data.remarks.contains { $0.contains("unsure") }, "\(data.remarks)")
      // Without them, both may be meant.
      try files.text("annotations.csv", "frame,track,label\n" + late)
      data = try Dataset.open(spec)
      #expect(data.samples.first?.id == "A01/t0001/1")
      #expect(
        data.remarks.contains { $0.hasPrefix("unsure") && $0.contains("data.labels.firstFrame=0") }, "\(data.remarks)")
      // What is said of other films and of frames behind the last isn't of the count.
      try files.text("annotations.csv", "well,frame,track,label\nA02,0,1,\nA01,1,1,alive\nA01,3,2,dead\nA01,4,2,\n")
      data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["A01/t0001/1", "A01/t0003/2"])
      #expect(data.remarks.contains { $0.contains("1 row without a label speak") }, "\(data.remarks)")
    }
  }

  @Test("a column of hours isn't taken for one of frames, whatever the first frame is said to be")
  func times() throws {
    try DataFiles.with { files in
      var spec = try Self.writeThree(files)
      try files.text("annotations.csv", "hours,track,label\n0,1,\n3,1,alive\n6,1,dead\n")
      spec.labels.columns = ["frame": "hours"]
      for first in [nil, 1] {
        spec.labels.firstFrame = first
        let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
        #expect(
          error.description.contains("the column 'hours' has 0, 3, 6, and each film 3 frames: it is a time"), "\(error)"
        )
        #expect(error.description.contains("Number the frames 1, 2, 3"), "\(error)")
        #expect(!error.description.contains("firstFrame"), "\(error)")
      }
      // A column of that name which numbers frames is right; one number alone says nothing.
      spec.labels.firstFrame = nil
      try files.text("annotations.csv", "hours,track,label\n1,1,\n2,1,alive\n3,1,dead\n")
      var data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["A01/t0002/1", "A01/t0003/1"])
      #expect(!data.remarks.contains { $0.contains("unsure") }, "\(data.remarks)")
      try files.text("annotations.csv", "hours,track,label\n3,1,alive\n3,2,dead\n")
      data = try Dataset.open(spec)
      #expect(data.remarks.contains { $0.contains("the column 'hours' (3) is called as times are") }, "\(data.remarks)")
      // Tables of positions are read no otherwise.
      try files.text("tables/A01.csv", "min,track,x,y\n0,1,5,5\n30,1,5,5\n60,1,5,5\n")
      spec.cells.columns["frame"] = "min"
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.cells.columns.frame")
      #expect(error.description.contains("the column 'min' has 0, 30, 60, and each film 3 frames"), "\(error)")
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
