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
