import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("A new spec of fields")
struct CellProbeTests {
  /// A film of two frames with a bright cell in one of them.
  private static func film(_ channels: [String]) throws -> [UInt8] {
    var samples = [Float](repeating: 100, count: 2 * channels.count * 144)
    for place in 0..<20 { samples[samples.count - 1 - place] = 3000 }
    return try TIFFWriter.encode(
      try Image(
        width: 12, height: 12, channels: channels.count, frames: 2, sampleType: .uint16, channelNames: channels,
        samples: samples), note: "")
  }

  @Test("without tables of cells says how they are made")
  func withoutTables() throws {
    try DataFiles.with { files in
      for frame in 0..<2 { try files.image("2024-05-03/A01-ST/Img_t000\(frame)_ch1.png", value: 7) }
      let error = try #require(#expect(throws: ZooError.self) { _ = try DataProbe(files.folder) })
      #expect(error.description.contains("zoo data cells \(files.folder) --channel DNA -o"), "\(error)")
    }
  }

  @Test("without labels takes propidium iodide, or says what they may come from")
  func withoutLabels() throws {
    for (channels, isLabelled) in [(["DNA", "PI"], true), (["DNA", "BF"], false)] {
      try DataFiles.with { files in
        for well in ["A01", "A02", "A03"] {
          try files.file("e1/\(well).ome.tif", Self.film(channels))
          try files.text("e1/\(well)_tracks.csv", "ID,T,Y,X\n1,0,3,3\n1,1,3,3\n2,0,9,9\n2,1,9,9\n")
        }
        var probe = try DataProbe(files.folder)
        #expect(probe.spec.source == .cells && probe.spec.labels.from == (isLabelled ? .pi : .table))
        #expect((probe.comments["labels"] != nil) == isLabelled)
        guard !isLabelled else { return }
        let error = try #require(#expect(throws: ZooError.self) { _ = try probe.open() })
        #expect(error.description.contains("annotations.csv (experiment,well,frame,track,label)"), "\(error)")
      }
    }
  }

  @Test("a table of places beside films in no known form is named with the keys that describe it")
  func unknownForm() throws {
    try DataFiles.with { files in
      try files.file("2024-05-03_B02.tif", Self.film(["DNA", "PI"]))
      try files.text("places.csv", "MOVIE,CELL,FRAME,X_UM,Y_UM\n2024-05-03_B02,1,1,3,3\n")
      let error = try #require(#expect(throws: ZooError.self) { _ = try DataProbe(files.folder) })
      #expect(error.description.contains("places.csv' with positions (X_UM, Y_UM)"), "\(error)")
      #expect(error.description.contains("data.cells.columns={x: X_UM, y: Y_UM"), "\(error)")
    }
  }

  @Test(
    "tables of CellProfiler in folders are found with both patterns, whatever key of cells is set",
    arguments: [false, true])
  func cellProfiler(hasPlate: Bool) throws {
    try DataFiles.with { files in
      for (plate, channels) in [("P1", ["DNA", "PI"]), ("P2", ["PI", "DNA"])] {
        var images = "ImageNumber,FileName_DNA,FileName_PI,PathName_DNA,PathName_PI,Metadata_Well,Metadata_Frame"
        images += hasPlate ? ",Metadata_Plate\n" : "\n"
        var nuclei = "ImageNumber,ObjectNumber,Location_Center_X,Location_Center_Y,Call\n"
        var number = 0
        for well in ["B02", "C07"] {
          for frame in 1...2 {
            number += 1
            for place in 1...2 {
              try files.image(
                "images/\(plate)/\(plate)_\(well)_t\(frame)_w\(place).png", value: Float(10 * place + frame), width: 12,
                height: 12)
            }
            let names = ["DNA", "PI"].map { channel in
              "\(plate)_\(well)_t\(frame)_w\(1 + (channels.firstIndex(of: channel) ?? 0)).png"
            }
            images +=
              "\(number),\(names[0]),\(names[1]),D:\\\(plate),D:\\\(plate),\(well),\(frame)\(hasPlate ? ",\(plate)" : "")\n"
            nuclei += "\(number),1,5,5,\(frame == 1 ? "alive" : "dead")\n"
          }
        }
        try files.text("export_\(plate)/Image.csv", images)
        try files.text("export_\(plate)/Nuclei.csv", nuclei)
        try files.text("export_\(plate)/Cells.csv", nuclei)
      }
      for keys in [
        ["data.cells.columns={label: Call}"], ["data.cells.columns={label: Call}", "data.cells.layout=cellprofiler"],
      ] {
        var probe = try DataProbe(files.folder, given: GivenData(keys))
        #expect(probe.spec.source == .cells && probe.spec.cells.layout == .cellprofiler)
        let plate = hasPlate ? "{plate}" : "P{plate}"
        #expect(probe.spec.cells.images == "images/\(plate)/\(plate)_{well}_t{frame}_w{channel}.png")
        #expect(probe.spec.cells.tables == "export_\(plate)/Nuclei.csv")
        #expect(probe.comments["cells"]?.contains { $0.contains("Cells.csv") } == true)
        let data = try probe.open()
        #expect(data.channels == ["DNA", "PI"] && data.samples.count == 8)
      }
    }
  }

  @Test("channels are those of config.ini also where source and layout are given")
  func configuration() throws {
    try DataFiles.with { files in
      try files.text(
        "E/config.ini", "[Channels]\nbrightfield_channel = 1\ndead_nuclei_channel = 0\nfitc_channel = nan\n")
      try files.file("E/W1/100/movie/a.tif", Self.film(["c0", "c1"]))
      try files.text(
        "E/W1/100/output/tables/trajectories_targets.csv", "TRACK_ID,FRAME,POSITION_X,POSITION_Y,status\n1,0,5,5,0\n")
      let keys = ["data.source=cells", "data.cells.layout=celldetective", "data.cells.columns={label: status}"]
      let probe = try DataProbe(files.folder, given: GivenData(keys))
      #expect(probe.spec.imageChannels == ["dead_nuclei_channel", "brightfield_channel"])
      #expect(probe.spec.labels.from == .table)
    }
  }

  @Test("tables in Parquet files are named, and how they become CSV")
  func parquet() throws {
    try DataFiles.with { files in
      for frame in 1...2 { try files.image("P1/W0001F0001T000\(frame)Z001C1.tif", value: 7) }
      try files.text("tracks/P1/W0001F0001.parquet", "PAR1")
      let error = try #require(throws: ZooError.self) { try DataProbe(files.folder) }
      #expect(error.description.contains("'tracks/P1/W0001F0001.parquet'"), "\(error)")
      #expect(error.description.contains("pandas.read_parquet"), "\(error)")
    }
  }

  @Test("tables of positions in no known form are named, not passed over for a search of the cells")
  func unknownTables() throws {
    try DataFiles.with { files in
      for frame in 1...2 { try files.image("P1/W0001F0001T000\(frame)Z001C1.tif", value: 7) }
      try files.text("tracks/table of A.csv", "ID,T,Y,X\n1,0,3,4\n")
      let error = try #require(throws: ZooError.self) { try DataProbe(files.folder) }
      #expect(error.description.contains("'tracks/table of A.csv' with positions (X, Y)"), "\(error)")
      #expect(error.description.contains("data.cells.layout=table"), "\(error)")
    }
  }

  @Test("a name of an image means the file with the most of its path, with or without ending")
  func imagePaths() {
    var paths = ImagePaths<Int>(keepsEndings: false)
    for (number, path) in ["data/P1/A01.ome.tif", "data/P2/A01.ome.tif", "data/P2/A02.tif"].enumerated() {
      paths.add(path, number)
    }
    #expect(paths.candidates("P2/A01") == [1] && paths.candidates("c:\\old\\P1\\a01.OME.TIF") == [0])
    #expect(paths.candidates("A02.png") == [2] && paths.candidates("A01") == [0, 1] && paths.candidates("A03") == [])
    var exact = ImagePaths<Int>(keepsEndings: true)
    exact.add("images/a.png", 0)
    exact.add("images/a.tif", 1)
    #expect(exact.candidates("elsewhere/images/a.tif") == [1] && exact.candidates("a.jpg") == [])
  }

  @Test("positions in micrometres go by each film's own pixels; rows find films by name; labels may be of whole tracks")
  func scales() throws {
    try DataFiles.with { files in
      let attribute = "ID=\"Pixels:0\" DimensionOrder=\"XYCZT\""
      for (name, size) in [("2024-05-03_B02", "0.50"), ("2024-05-04_B02", "0.25")] {
        let stated = "PhysicalSizeX=\"\(size)\"".padding(toLength: attribute.count, withPad: " ", startingAt: 0)
        var bytes = try Self.film(["DNA", "PI"])
        let place = try #require(bytes.firstRange(of: Array(attribute.utf8)))
        bytes.replaceSubrange(place, with: Array(stated.utf8))
        try files.file("\(name).ome.tif", bytes)
      }
      try files.text(
        "places.csv",
        "MOVIE,CELL,FRAME,X_UM,Y_UM\n2024-05-03_B02,1,1,2,1\n2024-05-04_B02.ome.tif,1,1,2,1\n"
          + "2024-05-03_B02,1,2,2,1\n")
      try files.text("fate.csv", "MOVIE,CELL,FATE\n2024-05-03_B02,1,apoptosis\n2024-05-04_B02,1,survived\n")
      var spec = files.spec(.cells)
      spec.cells.layout = .table
      spec.cells.images = "{experiment}_{well}.ome.tif"
      spec.cells.tables = "places.csv"
      spec.cells.units = .micrometre
      spec.cells.columns = ["x": "X_UM", "y": "Y_UM", "frame": "FRAME", "track": "CELL", "image": "MOVIE"]
      spec.cells.firstFrame = 1
      spec.labels.from = .annotations
      spec.labels.file = "fate.csv"
      spec.labels.columns = ["label": "FATE", "track": "CELL", "image": "MOVIE"]
      let reading = try CellReading(spec, root: files.folder)
      #expect(reading.rows.map(\.x) == [4, 8, 4] && reading.rows.map(\.y) == [2, 4, 2])
      #expect(reading.findings.contains { $0.contains("0.25 (1 field), 0.5 (1 field) µm a pixel") })
      var rows = reading.rows
      var findings: [String] = []
      let planes = FieldPlanes(reading.images, limit: 1 << 20)
      try CellLabels(spec, reading: reading, planes: planes).apply(to: &rows, &findings)
      #expect(rows.map(\.label) == ["apoptosis", "survived", "apoptosis"])
      #expect(findings.contains { $0.contains("labels of 3 positions from fate.csv by track") }, "\(findings)")
      // One size for all isn't known, so nothing is said of the size of a crop.
      try files.text("places.csv", "MOVIE,CELL,FRAME,X_UM,Y_UM\nnowhere,1,1,2,1\n")
      let error = try #require(throws: ZooError.self) { try CellReading(spec, root: files.folder) }
      #expect(error.description.contains("there is no image 'nowhere'"), "\(error)")
    }
  }
}
