import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// A film whose pixels say where they are: `frame · 5000 + channel · 1000 + y · 30 + x`.
private struct Film {
  static let (width, height, frames) = (20, 16, 6)

  static func value(_ frame: Int, _ channel: Int, _ x: Int, _ y: Int) -> Float {
    Float(frame * 5000 + channel * 1000 + y * 30 + x)
  }

  /// Files `A01/t0000_BF.png` …, numbered from `first`.
  static func write(
    _ files: DataFiles, first: Int = 0, except: (_ frame: Int, _ channel: Int) -> Bool = { _, _ in false }
  )
    throws
  {
    for frame in 0..<frames {
      for (channel, name) in ["BF", "PI"].enumerated() where !except(frame, channel) {
        let samples = (0..<height).flatMap { y in (0..<width).map { value(frame, channel, $0, y) } }
        let image = try Image(width: width, height: height, sampleType: .uint16, samples: samples)
        try files.file("A01/t000\(frame + first)_\(name).png", PNGWriter.encode(image))
      }
    }
  }

  /// A track with a gap at frame 2, and one that begins at 4.
  static let table = """
    when,lane,px,py,what
    0,7,5.4,6.5,calm
    1,7,6.0,7.0,calm
    3,7,9,9,dying
    4,7,18,14.2,dying
    5,7,19,15,dying
    4,8,1,1,calm
    5,8,2,2,calm

    """

  static func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.cells)
    spec.height = 6
    spec.width = 6
    spec.cells.layout = .table
    spec.cells.images = "{well}/t{frame:04}_{channel}.png"
    spec.cells.tables = "tables/{well}.csv"
    spec.cells.columns = ["x": "px", "y": "py", "frame": "when", "track": "lane", "label": "what"]
    spec.cells.units = .pixel
    return spec
  }

  /// The pixel of a film beyond whose border others are mirrored.
  static func reflected(_ frame: Int, _ channel: Int, _ x: Int, _ y: Int) -> Float {
    func mirror(_ i: Int, _ n: Int) -> Int { i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i }
    return value(frame, channel, mirror(x, width), mirror(y, height))
  }
}

@Suite("Windows of cells")
struct CellWindowTests {
  @Test("are the pixels around the position, mirrored or zero beyond the border, or left out")
  func borders() throws {
    try DataFiles.with { files in
      try Film.write(files)
      try files.text("tables/A01.csv", Film.table)
      for border in DataSpec.Cells.Border.allCases {
        var spec = Film.spec(files)
        spec.cells.border = border
        spec.cells.mask = true
        let data = try Dataset.open(spec)
        #expect(data.channels == ["BF", "PI", "mask"] && data.classes == ["calm", "dying"])
        // (5.4, 6.5) lies in pixel (5, 7); the crop's first is three before.
        let corners = [(2, 4, 0), (3, 4, 1), (6, 6, 3), (15, 11, 4), (-2, -2, 4), (16, 12, 5), (-1, -1, 5)]
        let kept = border == .drop ? Array(corners.prefix(3)) : corners
        #expect(data.samples.count == kept.count)
        for (sample, corner) in zip(data.samples.indices, kept) {
          let expected = (0..<3).flatMap { channel in
            (0..<36).map { place -> Float in
              let (x, y) = (corner.0 + place % 6, corner.1 + place / 6)
              let isInside = (0..<Film.width).contains(x) && (0..<Film.height).contains(y)
              if channel == 2 { return isInside ? 1 : 0 }
              return isInside || border == .reflect ? Film.reflected(corner.2, channel, x, y) : 0
            }
          }
          #expect(try data.load(sample) == expected, "\(border.rawValue) \(corner)")
        }
      }
    }
  }

  /// What was reckoned with them overflowed, and a name without a number stood for the first frame.
  @Test("of frames and positions that no film has are refused")
  func numbers() throws {
    for (digits, message) in [
      ("9223372036854775807", "the frame is '9223372036854775807'"),
      ("100000000000000000000", "the frame is '100000000000000000000'"), ("9999999999", "the frames run from 0 to"),
    ] {
      try DataFiles.with { files in
        try Film.write(files)
        try files.text("tables/A01.csv", Film.table)
        try files.file("A01/t\(digits)_BF.png", FileBytes.read("\(files.folder)/A01/t0000_BF.png"))
        let error = #expect(throws: ZooError.self) { try Dataset.open(Film.spec(files)) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
      }
    }
    try DataFiles.with { files in
      try Film.write(files)
      try files.text("tables/A01.csv", Film.table)
      var spec = Film.spec(files)
      spec.cells.units = .micrometre
      spec.cells.pixelSize = 1e-300
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error?.description.contains("the position is '5.4', '6.5'") == true, "\(error?.description ?? "")")
    }
  }

  @Test("follow their track, hold or bridge its gaps, and end as the film does")
  func time() throws {
    try DataFiles.with { files in
      try Film.write(files)
      try files.text("tables/A01.csv", Film.table)
      func windows(
        gaps: DataSpec.Cells.Gaps = .drop, ends: DataSpec.Cells.Ends = .drop, follow: Bool = true, before: Int? = nil,
        step: Int = 1
      ) throws -> [[(frame: Int, left: Int, top: Int)]] {
        var spec = Film.spec(files)
        spec.frames = 3
        spec.cells.gaps = gaps
        spec.cells.ends = ends
        spec.cells.follow = follow
        spec.cells.before = before
        spec.cells.step = step
        let data = try Dataset.open(spec, for: .prediction)
        return try data.samples.indices.map { index in
          let pixels = try data.load(index)
          return (0..<3).map { step in
            // The first pixel of a crop says where it was cut, unless it is mirrored.
            let value = Int(saturating: pixels[step * 72 + 3 * 6 + 3])
            if pixels[step * 72..<step * 72 + 36].allSatisfy({ $0 == 0 }) { return (-1, 0, 0) }
            return (value / 5000, value % 5000 % 30, value % 5000 / 30)
          }
        }
      }
      func show(_ windows: [[(frame: Int, left: Int, top: Int)]]) -> [String] {
        windows.map { $0.map { "\($0.frame):\($0.left),\($0.top)" }.joined(separator: " ") }
      }
      // By default a sample needs its whole window.
      #expect(try show(windows()) == ["3:9,9 4:18,14 5:19,15"])
      let held = try show(windows(gaps: .hold, ends: .nearest))
      #expect(
        held == [
          "0:5,7 0:5,7 1:6,7", "0:5,7 1:6,7 2:6,7", "2:6,7 3:9,9 4:18,14", "3:9,9 4:18,14 5:19,15",
          "3:1,1 4:1,1 5:2,2", "4:18,14 5:19,15 5:19,15", "4:1,1 5:2,2 5:2,2",
        ])
      let bridged = try show(windows(gaps: .interpolate, ends: .zero))
      // Between (6, 7) and (9, 9) lies (7.5, 8), which is in pixel 8.
      #expect(bridged[1] == "0:5,7 1:6,7 2:8,8" && bridged[0] == "-1:0,0 0:5,7 1:6,7")
      let fixed = try show(windows(follow: false, before: 0))
      #expect(fixed == ["0:5,7 1:5,7 2:5,7", "1:6,7 2:6,7 3:6,7", "3:9,9 4:9,9 5:9,9"])
      let stepped = try show(windows(gaps: .hold, step: 2))
      #expect(stepped == ["1:6,7 3:9,9 5:19,15"])
    }
  }

  @Test("are never cut from another frame than the table means")
  func firstFrames() throws {
    try DataFiles.with { files in
      // Files from 1 to 6, the table from 0 to 5: as many frames, so only one shift can be meant.
      try Film.write(files, first: 1)
      try files.text("tables/A01.csv", Film.table)
      let data = try Dataset.open(Film.spec(files))
      #expect(try data.load(0)[0] == Film.value(0, 0, 2, 4))
      #expect(data.remarks.contains { $0.contains("+1 on the tables' numbers") })
      // Without frame 0, the table may count from 0 or from 1.
      try files.text("tables/A01.csv", "when,lane,px,py,what\n2,7,9,9,calm\n3,7,9,9,dying\n")
      let error = #expect(throws: ZooError.self) { try Dataset.open(Film.spec(files)) }
      #expect(error?.location.path == "data.cells.firstFrame")
      var spec = Film.spec(files)
      for (first, frame) in [(0, 2), (1, 1), (2, 0)] {
        spec.cells.firstFrame = first
        #expect(try Dataset.open(spec).load(0)[0] == Film.value(frame, 0, 6, 6))
      }
      spec.cells.firstFrame = 4
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
    }
  }

  @Test("of frames that lack a channel are refused, zero with a mask, or left out")
  func missingChannels() throws {
    try DataFiles.with { files in
      try Film.write(files, except: { $0 == 3 && $1 == 1 })
      try files.text("tables/A01.csv", Film.table)
      var spec = Film.spec(files)
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(
        error?.location.path == "data.cells.missingChannel" && error?.problem.contains("no PI in frame 3") == true)
      spec.channels = ["BF"]
      #expect(try Dataset.open(spec).samples.count == 7)
      spec.channels = []
      spec.cells.missingChannel = .drop
      #expect(try Dataset.open(spec).samples.count == 6)
      spec.cells.missingChannel = .zero
      let data = try Dataset.open(spec)
      #expect(data.channels == ["BF", "PI", "PI mask"] && data.samples.count == 7)
      let pixels = try data.load(2)
      #expect(pixels[0] == Film.value(3, 0, 6, 6) && pixels[36..<108].allSatisfy { $0 == 0 })
      #expect(try data.load(1)[72..<108].allSatisfy { $0 == 1 })
    }
  }

  @Test("of tables that don't say their unit, or that speak of places outside, are refused")
  func units() throws {
    try DataFiles.with { files in
      try Film.write(files)
      try files.text("tables/A01.csv", Film.table)
      var spec = Film.spec(files)
      spec.cells.units = .auto
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      spec.cells.units = .micrometre
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error?.location.path == "data.cells.pixelSize")
      spec.cells.pixelSize = 2
      #expect(try Dataset.open(spec).load(2)[0] == Film.value(3, 0, 2, 2))
      spec.cells.pixelSize = 0.1
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      try files.text("tables/A01.csv", Film.table + "5,8,3,3,calm\n")
      spec.cells.units = .pixel
      let twice = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(twice?.problem.contains("two positions in frame 5") == true && twice?.location.line == 9)
    }
  }

  @Test("have labels from annotations by track or by place, and those of a plate map")
  func labels() throws {
    try DataFiles.with { files in
      try Film.write(files)
      try files.text("tables/A01.csv", Film.table)
      try files.text("plate_map.csv", "well,dose\na1,high\n")
      try files.text("by_track.csv", "well,frame,track,label\nA1,3,7.0,blebbing\nA1,4,7,calm\nA1,5,7,uncertain\n")
      try files.text("by_place.csv", "frame,x,y,class\n3,11,9,blebbing\n4,2,2,calm\n0,15,15,calm\n")
      var spec = Film.spec(files)
      spec.labels.from = .annotations
      spec.labels.file = "by_track.csv"
      var data = try Dataset.open(spec)
      #expect(data.samples.map { $0.label.map { data.classes[$0] } } == ["blebbing", "calm"])
      #expect(data.samples[0].groups == ["A01", "A01/7", "high"] && data.groupColumns == ["well", "track", "dose"])
      spec.labels.file = "by_place.csv"
      spec.labels.distance = 3
      data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["A01/t0003/7", "A01/t0004/8"])
      #expect(data.remarks.contains { $0.contains("1 of 3 rows fit no position") })
      spec.labels.distance = 1
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
    }
  }

  @Test("of one track, and those that overlap, stay on one side of any split")
  func straddling() throws {
    try DataFiles.with { files in
      try Film.write(files)
      // Tracks 1 and 2 overlap in frame 1, 2 and 3 in frame 4; 4 is by itself, and 5 is too, though near in another frame.
      try files.text(
        "tables/A01.csv",
        """
        when,lane,px,py,what
        0,1,3,3,a
        1,1,3,3,b
        1,2,7,5,a
        4,2,12,8,b
        4,3,16,12,a
        5,3,17,12,b
        2,4,4,12,a
        3,4,4,12,b
        0,5,10,11,a
        3,5,15,3,b

        """)
      var spec = Film.spec(files)
      spec.split.by = []
      let data = try Dataset.open(spec)
      let groups = data.splitGroups(of: Array(data.samples.indices), by: [])
      let tracks = groups.map { Set($0.map { data.samples[$0].groups[1] }).sorted() }
      #expect(
        Set(tracks) == [["A01/1", "A01/2", "A01/3"], ["A01/4"], ["A01/5"]])
      spec.split.by = ["track"]
      let again = try Dataset.open(spec)
      let column = try #require(again.groupColumns.firstIndex(of: "track"))
      #expect(again.splitGroups(of: Array(again.samples.indices), by: [column]).count == 3)
    }
  }
}
