import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("What is doubtful in fields and tables though they can be read")
struct CellCautionTests {
  /// Fields of one picture a channel, on `plates`, with a table of two cells each.
  private static func write(
    _ files: DataFiles, plates: [String] = ["P1"], wells: [String] = ["B02", "B03"], channels: [String] = ["1"],
    header: String = "x,y,label"
  ) throws -> DataSpec {
    for (place, plate) in plates.enumerated() {
      for well in wells {
        for (channel, name) in channels.enumerated() {
          try files.image(
            "\(plate)/\(well)_c\(name).png", value: Float(20 + 40 * channel + 7 * place), width: 20, height: 16)
        }
        try files.text("\(plate)/\(well).csv", "\(header)\n5,6,alive\n14,9,dead\n")
      }
    }
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .table
    spec.cells.images = "{plate}/{well}_c{channel}.png"
    spec.cells.tables = "{plate}/{well}.csv"
    let names = header.split(separator: ",").map(String.init)
    spec.cells.columns = ["x": names[0], "y": names[1], "label": "label"]
    spec.cells.units = .pixel
    spec.imageChannels = channels.indices.map { ["DNA", "CE", "PI"][$0] }
    return spec
  }

  @Test(
    "the unit that names of columns have is read in all spellings",
    arguments: [
      ("X [um],Y [um],label", 1.25), ("X (µm),Y (µm),label", 1.25), ("pos_x_micron,pos_y_micron,label", 1.25),
      ("Xum,Yum,label", 1.25), ("x (px),y (px),label", 1), ("X_pixels,Y_pixels,label", 1),
    ])
  func units(header: String, factor: Double) throws {
    try DataFiles.with { files in
      var spec = try Self.write(files, header: header)
      spec.cells.units = .auto
      spec.cells.pixelSize = 0.8
      let data = try Dataset.open(spec)
      let first = try #require((data.source as? CellsSource)?.positions.first)
      #expect((first.x, first.y) == (5 * factor, 6 * factor))
      #expect(data.remarks.contains { $0.contains("as the header says") }, "\(data.remarks)")
      // What the spec says counts, and the contradiction is told.
      spec.cells.units = factor == 1 ? .micrometre : .pixel
      let told = try Dataset.open(spec).remarks
      #expect(told.contains { $0.contains("speak of \(factor == 1 ? "pixels" : "micrometres")") }, "\(told)")
    }
  }

  @Test("a line of units below the header says the unit of positions")
  func unitLine() throws {
    try DataFiles.with { files in
      var spec = try Self.write(files)
      for plate in ["P1"] {
        for well in ["B02", "B03"] {
          try files.text("\(plate)/\(well).csv", "x,y,label\n[µm],[µm],\n4,4.8,alive\n11.2,7.2,dead\n")
        }
      }
      spec.cells.units = .auto
      spec.cells.pixelSize = 0.8
      let data = try Dataset.open(spec)
      let first = try #require((data.source as? CellsSource)?.positions.first)
      #expect((first.x, first.y) == (5, 6))
      #expect(data.remarks.contains { $0.contains("as the header says") }, "\(data.remarks)")
      spec.cells.units = .pixel
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error?.description.contains("the table says micrometre") == true, "\(error?.description ?? "")")
    }
  }

  @Test("pixels of another size in some folders, and positions that count from the corner or from 1")
  func scales() throws {
    try DataFiles.with { files in
      var spec = try Self.write(files, plates: ["P1", "P2"])
      spec.cells.units = .micrometre
      spec.cells.pixelSizes = ["P1/": 1, "P2/": 0.8]
      spec.cells.firstPixel = 0.5
      let places = try #require((Dataset.open(spec).source as? CellsSource)?.positions.map { ($0.x, $0.y) })
      #expect(places.contains { $0 == (4.5, 5.5) } && places.contains { $0 == (5 / 0.8 - 0.5, 7) })
      for (sizes, words) in [
        (["P1/": 1, "P3/": 0.8], "no image fits 'P3/'"),
        (["P1/": 1, "P*": 0.8], "'P*' and 'P1/' say different things of 'P1/B02_c1.png'"),
      ] {
        spec.cells.pixelSizes = sizes
        let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      }
    }
  }

  /// A film of three pictures, of 0, 10 and 20, beside which `cells.csv` is to lie.
  /// - Parameter frame: Its column of frames.
  private func film(_ files: DataFiles, frame: String) throws -> DataSpec {
    for frame in 0..<3 { try files.image("t\(frame).png", value: Float(10 * frame), width: 20, height: 16) }
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .table
    (spec.cells.images, spec.cells.tables) = ("t{frame}.png", "cells.csv")
    spec.cells.columns = ["x": "x", "y": "y", "frame": frame, "label": "label"]
    spec.cells.units = .pixel
    spec.imageChannels = ["BF"]
    return spec
  }

  @Test("times in the column of frames are put in order, if each frame has one")
  func times() throws {
    try DataFiles.with { files in
      let spec = try film(files, frame: "Zeit")
      try files.text("cells.csv", "x,y,Zeit,label\n5,6,1:00:00,a\n5,6,0:00:00,b\n5,6,0:30:00,a\n")
      let data = try Dataset.open(spec)
      #expect((data.source as? CellsSource)?.positions.map(\.frame).sorted() == [0, 1, 2])
      #expect(try data.samples.indices.map { try data.load($0)[0] }.sorted() == [0, 10, 20])
      #expect(data.remarks.contains { $0.contains("the times in 'Zeit' are put in order") }, "\(data.remarks)")
      try files.text("cells.csv", "x,y,Zeit,label\n5,6,1:00:00,a\n5,6,0:00:00,b\n")
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error?.description.contains("'Zeit' has 2 different times of") == true, "\(error?.description ?? "")")
    }
  }

  @Test("films that all go on behind their tables may begin before them")
  func shorterTables() throws {
    try DataFiles.with { files in
      var spec = try film(files, frame: "t")
      try files.text("cells.csv", "x,y,t,label\n5,6,0,a\n5,6,1,b\n")
      let told = try Dataset.open(spec).remarks
      #expect(told.contains { $0.hasPrefix("unsure: no table speaks of its film's last frame") }, "\(told)")
      spec.cells.firstFrame = -1
      let data = try Dataset.open(spec)
      #expect(try data.samples.indices.map { try data.load($0)[0] }.sorted() == [10, 20])
      #expect(!data.remarks.contains { $0.hasPrefix("unsure") }, "\(data.remarks)")
    }
  }

  @Test("names that only end as a unit does say nothing")
  func noUnits() {
    for name in ["x", "sum", "POSITION_X", "Location_Center_X", "maximum", "quantum_x"] {
      #expect(PositionUnit.named(name) == nil, "\(name)")
    }
  }

  @Test("rows and columns that are given as x and y are told with the settings")
  func axes() throws {
    try DataFiles.with { files in
      let turned = try Dataset.open(Self.write(files, header: "Row,Col,label")).remarks
      #expect(
        turned.contains { $0.contains("the other way round") && $0.contains("data.cells.columns.x=Col") }, "\(turned)")
      for header in ["Col,Row,label", "x,y,label", "row_x,row_y,label"] {
        let told = try Dataset.open(Self.write(files, header: header)).remarks
        #expect(!told.contains { $0.contains("the other way round") }, "\(told)")
      }
    }
  }

  @Test("a plate map, or a table that is joined, without the column of the plates is told where there are several")
  func plates() throws {
    try DataFiles.with { files in
      var spec = try Self.write(files, plates: ["P1", "P2", "P3"])
      try files.text("plate_map.csv", "well,drug\nB02,none\nB03,much\n")
      try files.text("dose.csv", "well,dose\nB02,0\nB03,7\n")
      func told() throws -> [String] { try Dataset.open(spec).remarks.filter { $0.contains("is taken for all") } }
      #expect(
        try told() == [
          "what plate_map.csv says of B02, B03 is taken for all 3 values of 'plate': it is joined by well alone, and has no column 'plate'"
        ])
      spec.join = ["dose.csv": ["well"]]
      #expect(try told().count == 2)
      try files.text(
        "plate_map.csv", "plate,well,drug\n" + ["P1", "P2", "P3"].map { "\($0),B02,n\n\($0),B03,m\n" }.joined())
      spec.join = [:]
      #expect(try told().isEmpty)
      spec.cells.plateMap = "dose.csv"
      spec.exclude = ["P2/", "P3/"]
      #expect(try told().isEmpty)
    }
  }

  @Test("channels by number are told with the files' numbers, and a number that lacks among them")
  func numbers() throws {
    try DataFiles.with { files in
      let gap = try Dataset.open(Self.write(files, channels: ["01", "02", "04"])).remarks
      #expect(gap.contains { $0.hasSuffix("channels 01 DNA, 02 CE, 04 PI (no 03)") }, "\(gap)")
      #expect(gap.contains { $0.contains("lack 03") && $0.contains("PI by 04") }, "\(gap)")
      #expect(ChannelNumbers.text(["w1", "w2"], ["BF", "PI"]) == "w1 BF, w2 PI")
      #expect(ChannelNumbers.gap(["w1", "w2"], ["BF", "PI"]) == nil)
      #expect(ChannelNumbers.gap(["BF", "PI"], ["a", "b"]) == nil)
    }
  }

  @Test("images that no pattern fits are counted, with examples")
  func unfit() throws {
    try DataFiles.with { files in
      let spec = try Self.write(files)
      #expect(try !Dataset.open(spec).remarks.contains { $0.contains("fit the pattern of the images") })
      for well in ["B02", "B03"] { try files.image("P1/\(well)_max_1.png", value: 3) }
      let told = try Dataset.open(spec).remarks
      #expect(
        told.contains("2 images don't fit the pattern of the images and aren't used, e.g. 'P1/B02_max_1.png'"),
        "\(told)")
    }
  }

  @Test(
    "plates that are left out for want of a channel are named where too few groups are left, and what isn't used isn't")
  func lost() throws {
    try DataFiles.with { files in
      var spec = try Self.write(files, plates: ["P1", "P3"], channels: ["1", "2"])
      _ = try Self.write(files, plates: ["P2"], channels: ["1"])
      spec.split.by = ["plate"]
      spec.cells.missingChannel = .drop
      spec.channels = ["DNA", "CE"]
      let data = try Dataset.open(spec)
      #expect(data.remarks.contains("plate 'P2' is left out as a whole for want of CE"), "\(data.remarks)")
      let error = try #require(throws: ZooError.self) { try data.split(spec.split) }
      #expect(
        error.description.contains("2 groups of plate; plate 'P2' is left out as a whole for want of CE"), "\(error)")
      spec.channels = ["DNA"]
      let told = try Dataset.open(spec).remarks
      #expect(told.contains("2 of 6 fields lack 'CE' in some frame, which isn't among data.channels"), "\(told)")
      #expect(!told.contains { $0.contains("left out") }, "\(told)")
    }
  }

  @Test("annotations that don't say their plate are told how they can, and can so")
  func parts() throws {
    try DataFiles.with { files in
      var spec = try Self.write(files, plates: ["P1", "P2"])
      spec.labels.from = .annotations
      spec.labels.columns = ["x": "x", "y": "y", "frame": "t"]
      let rows = [("P1", "B02"), ("P2", "B03")].map { "\($0.0),\($0.1),0,5,6,alive\n\($0.0),\($0.1),0,14,9,dead\n" }
        .joined()
      try files.text("annotations.csv", "Kammer,well,t,x,y,label\n" + rows)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("may mean any of 2 fields") && error.contains("data.labels.columns.plate"), "\(error)")
      #expect(error.contains("write {plate} into data.labels.file") && !error.contains("data.cells"), "\(error)")
      spec.labels.columns["plate"] = "Kammer"
      #expect(try Dataset.open(spec).samples.count == 4)
    }
  }

  @Test("tables of which some count from 1 and others from 0 are told once, with both numbers")
  func counts() throws {
    let films = [ClosedRange<Int>](repeating: 0...9, count: 8)
    let tables = (0..<8).map { $0 < 3 ? 1...10 : 0...9 }
    let error = try #require(throws: ZooError.self) {
      try FrameReconciliation.shift(tables: tables, files: films, names: (1...8).map { "S\($0)" }, given: nil)
    }
    #expect(
      error.problem.hasPrefix(
        "the 3 tables of 'S1', 'S2', 'S3' count from 1, the other 5 from 0, where films begin at 0"),
      "\(error)")
    #expect(error.remedy == "Number the frames of all tables alike: subtract 1 from those of 'S1', 'S2', 'S3'")
  }
}
