import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Annotations and their cells")
struct AnnotationJoinTests {
  /// Two wells of three frames. Objects are numbered anew in each frame, so that the number 1 is now one track, now the other;
  /// in the last frame 3 is in no track.
  private static func write(_ files: DataFiles) throws {
    for well in ["0305", "0312"] {
      for frame in 0..<3 {
        try files.image("\(well)-ST/Img_t000\(frame)_ch0.png", value: Float(frame), width: 20, height: 16)
        var nuclei = "nucleus_id,center_x,center_y\n1,5,5\n2,15,10\n"
        if frame == 2 { nuclei += "3,10,8\n" }
        try files.text("\(well)-ST/Img_t000\(frame)-nuc_quant.csv", nuclei)
      }
      try files.text(
        "\(well)-ST/tracks.csv",
        "track_index,time_point_index,nucleus_index\n1,0,1\n1,1,2\n1,2,1\n2,0,2\n2,1,1\n2,2,2\n")
    }
  }

  private static func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .shuttletracker
    spec.imageChannels = ["DNA"]
    spec.labels.from = .annotations
    spec.labels.columns = ["label": "state"]
    return spec
  }

  private static func labels(_ data: Dataset) -> [String: String] {
    Dictionary(uniqueKeysWithValues: data.samples.map { ($0.id, $0.label.map { data.classes[$0] } ?? "") })
  }

  @Test("are joined by the number of an object in its frame, which is refused as that of a track")
  func objects() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text(
        "annotations.csv",
        "well,nucleus_id,time_point_index,state\n0305,1,0,alive\n0305,1,1,dead\n0305,2,2,dead\n0312,2,0,alive\n")
      var spec = Self.spec(files)
      let right = [
        "0305/t0000/1": "alive", "0305/t0001/2": "dead", "0305/t0002/2": "dead", "0312/t0000/2": "alive",
      ]
      #expect(try Self.labels(Dataset.open(spec)) == right)
      spec.labels.columns["object"] = "nucleus_id"
      let data = try Dataset.open(spec)
      #expect(Self.labels(data) == right)
      #expect(data.remarks.contains { $0.contains("by object (nucleus_id) and frame") }, "\(data.remarks)")
      spec.labels.columns = ["label": "state", "track": "nucleus_id"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.path == "data.labels.columns.track")
      #expect(error.description.contains("data.labels.columns.object=nucleus_id"), "\(error)")
    }
  }

  @Test("are refused with both figures if they fit better as numbers of objects, whatever their column is called")
  func numbers() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text(
        "annotations.csv", "well,cell,time_point_index,state\n0305,1,0,alive\n0305,2,1,dead\n0305,3,2,dead\n")
      var spec = Self.spec(files)
      spec.labels.columns["track"] = "cell"
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("2 of 3 rows find a position by track and frame, 3 if"), "\(error)")
      spec.labels.by = .track
      #expect(try Dataset.open(spec).samples.map(\.id) == ["0305/t0000/1", "0305/t0001/2"])
    }
  }

  @Test("without a track mean the nearest position outside of tracks, if they have a place")
  func places() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text(
        "annotations.csv",
        "well,track,frame,x,y,state\n0305,1,0,5,5,alive\n0305,,2,11,8,dead\n0312,,2,,,dead\n0312,,1,5,5,dead\n")
      var spec = Self.spec(files)
      spec.cells.untracked = .keep
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["0305/t0000/1", "0305/t0002/u3"])
      #expect(data.remarks.contains { $0.contains("2 of 4 rows fit no position") }, "\(data.remarks)")
    }
  }

  @Test("outside of tracks are named, and are taken with untracked=keep")
  func outside() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text(
        "annotations.csv", "well,nucleus_id,time_point_index,state\n0305,1,0,alive\n0305,3,2,dead\n0312,9,1,dead\n")
      var spec = Self.spec(files)
      try files.text(
        "annotations.csv",
        "well,nucleus_id,time_point_index,state\n0305,1,0,alive\n0305,2,0,dead\n0305,3,2,dead\n0312,9,1,dead\n")
      var data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["0305/t0000/1", "0305/t0000/2"])
      let remark = data.remarks.first { $0.contains("fit no position") } ?? ""
      #expect(remark.contains("2 of 4 rows fit no position: line 4 (object '3' in frame 2 of 0305)"), "\(remark)")
      #expect(
        remark.contains("1 of these are positions outside of tracks, which data.cells.untracked=keep"), "\(remark)")
      spec.cells.untracked = .keep
      data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["0305/t0000/1", "0305/t0000/2", "0305/t0002/u3"])
    }
  }

  @Test("in a table for each field are found by the folders' own names")
  func patterns() throws {
    try DataFiles.with { files in
      try Self.write(files)
      for well in ["0305", "0312"] {
        try files.text(
          "annotations/\(well)-ST.csv",
          "nucleus_id,time_point_index,state\n1,0,\(well == "0305" ? "alive" : "dead")\n")
      }
      var spec = Self.spec(files)
      spec.labels.file = "annotations/{well}.csv"
      #expect(try Self.labels(Dataset.open(spec)) == ["0305/t0000/1": "alive", "0312/t0000/1": "dead"])
      spec.labels.file = "annotation/{well}.csv"
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("no table fits the pattern 'annotation/{well}.csv'"), "\(error)")
    }
  }

  @Test("of the whole track, or from one frame to another, leave positions outside of tracks alone")
  func intervals() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text(
        "Zählung.csv".decomposedStringWithCanonicalMapping,
        "Film;ID;von;bis;state\n305;1;;1;alive\n0305;1;2;;dead\n0312;2;1;1;dead\n0312;;0;2;alive\n")
      var spec = Self.spec(files)
      spec.cells.untracked = .keep
      spec.labels.file = "Zählung.csv".precomposedStringWithCanonicalMapping
      spec.labels.columns = ["label": "state", "well": "Film", "track": "ID", "first": "von", "last": "bis"]
      let data = try Dataset.open(spec)
      #expect(
        Self.labels(data) == [
          "0305/t0000/1": "alive", "0305/t0001/1": "alive", "0305/t0002/1": "dead", "0312/t0001/2": "dead",
        ])
      #expect(data.remarks.contains { $0.contains("line 5 (no track in frames 0…2 of 0312)") }, "\(data.remarks)")
      spec.labels.columns["field"] = "Film"
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("fields have no 'field': they are told apart by well"), "\(error)")
    }
  }

  @Test("that contradict each other are refused with the key that leaves them out")
  func contradictions() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.text(
        "annotations.csv", "well,track,first,last,state\n0305,1,0,1,alive\n0305,1,1,2,dead\n0312,1,0,0,alive\n")
      var spec = Self.spec(files)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.location.line == 3)
      #expect(error.description.contains("calls 'alive' in frame 1"), "\(error)")
      #expect(error.description.contains("data.accept=[contradictions]"), "\(error)")
      spec.accept = ["contradictions"]
      let data = try Dataset.open(spec)
      #expect(
        Self.labels(data) == ["0305/t0000/1": "alive", "0305/t0002/1": "dead", "0312/t0000/1": "alive"])
      #expect(data.remarks.contains { $0.contains("1 position left out: annotations give two labels") })
    }
  }

  @Test("of CellProfiler are found by the numbers of image and object of their own export")
  func cellProfiler() throws {
    try DataFiles.with { files in
      for plate in ["P1", "P2"] {
        var images = "ImageNumber,FileName_DNA,PathName_DNA,Metadata_Frame\n"
        for frame in 1...2 {
          try files.image("images/\(plate)/t\(frame).png", value: Float(frame), width: 20, height: 20)
          images += "\(frame),t\(frame).png,D:\\\(plate),\(frame)\n"
        }
        try files.text("export_\(plate)/Image.csv", images)
        try files.text(
          "export_\(plate)/Nuclei.csv",
          """
          ImageNumber,ObjectNumber,Location_Center_X,Location_Center_Y,TrackObjects_Label_25
          1,1,5,6,7
          1,2,12,8,nan
          2,1,12,9,2
          2,2,6,6,nan

          """)
      }
      try files.text(
        "calls.csv", "Plate,ImageNumber,ObjectNumber,Call\nP1,2,1,dead\nP2,1,1,alive\nP2,2,2,dead\n")
      var spec = files.spec(.cells)
      (spec.height, spec.width) = (4, 4)
      spec.cells.layout = .cellprofiler
      spec.cells.images = "images/{plate}/t{frame}.png"
      spec.cells.tables = "export_{plate}/Nuclei.csv"
      spec.cells.untracked = .keep
      spec.imageChannels = ["DNA"]
      spec.labels.from = .annotations
      spec.labels.file = "calls.csv"
      spec.labels.columns = ["label": "Call", "image": "ImageNumber", "object": "ObjectNumber"]
      // The object 2 of frame 2 is no track, and isn't taken for track 2, which stands beside it.
      let data = try Dataset.open(spec)
      #expect(
        Self.labels(data) == ["P1/t0002/2": "dead", "P2/t0001/7": "alive", "P2/t0002/u2": "dead"])
      let all = try Dataset.open(spec, for: .prediction).samples.map(\.id)
      #expect(Set(all).count == all.count && all.count == 8)
      try files.text("calls.csv", "ImageNumber,ObjectNumber,Call\n2,1,dead\n1,1,alive\n")
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("the image 2 is in 2 exports"), "\(error)")
      #expect(error.description.contains("plate"), "\(error)")
    }
  }
}
