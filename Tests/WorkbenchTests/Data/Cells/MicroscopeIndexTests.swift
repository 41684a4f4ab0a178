import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Channels that a microscope's files name")
struct MicroscopeIndexTests {
  /// Two plates of one field, of which the second numbers its two channels the other way round; pixels are 100 in light
  /// and 200 in red. One cell in each.
  private func spec(_ files: DataFiles, name: (_ plate: Int, _ place: Int) -> String, images: String) throws -> DataSpec
  {
    for plate in 1...2 {
      let order = plate == 1 ? [0, 1] : [1, 0]
      for (channel, place) in order.enumerated() {
        try files.image(name(plate, place), value: Float(100 + 100 * channel), width: 20, height: 16)
      }
      try files.text("cells/P\(plate).csv", "x,y,label\n5,6,alive\n14,9,dead\n")
    }
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .table
    (spec.cells.images, spec.cells.tables) = (images, "cells/{plate}.csv")
    spec.cells.columns = ["x": "x", "y": "y", "label": "label"]
    spec.cells.units = .pixel
    return spec
  }

  private func check(
    _ spec: DataSpec, light: String, red: String, said: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let named = try Dataset.open(spec)
    #expect(named.channels == [light, red], sourceLocation: sourceLocation)
    #expect(named.remarks.contains { $0.contains(said) }, "\(named.remarks)", sourceLocation: sourceLocation)
    for index in named.samples.indices {
      let pixels = try named.load(index)
      #expect(pixels[0] == 100 && pixels[16] == 200, "\(named.samples[index].id)", sourceLocation: sourceLocation)
    }
    // One order for both plates is refused with what the names most likely mean.
    var given = spec
    given.imageChannels = ["BF", "PI"]
    let error = try #require(throws: ZooError.self) { try Dataset.open(given) }.description
    #expect(
      error.contains("data.channelNames='{BF: [\"\(light)\"], PI: [\"\(red)\"]}'"), "\(error)",
      sourceLocation: sourceLocation)
    var meant = spec
    meant.channelNames = ["BF": [light], "PI": [red]]
    let data = try Dataset.open(meant)
    #expect(data.channels == ["BF", "PI"], sourceLocation: sourceLocation)
    #expect(try data.samples.indices.allSatisfy { try data.load($0)[16] == 200 }, sourceLocation: sourceLocation)
  }

  @Test("MetaXpress's .HTD, above the folders of time points, names the waves of each plate")
  func waves() throws {
    try DataFiles.with { files in
      let spec = try spec(
        files, name: { "P\($0)/TimePoint_1/a_B02_s1_w\($1 + 1).png" },
        images: "{plate}/TimePoint_1/a_{well}_s1_w{channel}.png")
      for plate in 1...2 {
        let names = plate == 1 ? ["TL-20", "Texas Red"] : ["Texas Red", "TL-20"]
        try files.text(
          "P\(plate)/a.HTD",
          "\"HTSInfoFile\", Version 1.0\r\n\"NWavelengths\", 2\r\n\"WaveName1\", \"\(names[0])\"\r\n\"WaveName2\", \"\(names[1])\"\r\n"
        )
      }
      try check(spec, light: "TL-20", red: "Texas Red", said: "(P1/a.HTD and 1 file more)")
      // Where numbers mean the same, names by number stand, and what the microscope says is told.
      try files.text("P2/a.HTD", "\"WaveName1\", \"TL-20\"\n\"WaveName2\", \"Texas Red\"\n")
      var given = spec
      given.imageChannels = ["BF", "PI"]
      let remarks = try Dataset.open(given).remarks
      #expect(
        remarks.contains { $0.contains("TL-20 is BF, Texas Red is PI, as data.imageChannels has it") }, "\(remarks)")
    }
    // A plate's list says nothing of another one in a folder below, and a wave may be spelled in two ways.
    try DataFiles.with { files in
      let spec = try spec(
        files, name: { "P\($0)/a_B02_s1_w\($1 + 1).png" }, images: "{plate}/a_{well}_s1_w{channel}.png")
      try files.text("P1.HTD", "\"WaveName1\", \"TL-20\"\n\"WaveName2\", \"Texas Red\"\n")
      var given = spec
      given.imageChannels = ["BF", "PI"]
      #expect(try Dataset.open(given).channels == ["BF", "PI"])
      for plate in 1...2 {
        try files.text(
          "P\(plate)/a.HTD", "\"WaveName1\", \"TL\(plate == 1 ? "-" : "")20\"\n\"WaveName2\", \"Texas Red\"\n")
      }
      #expect(try Dataset.open(given).channels == ["BF", "PI"])
    }
    #expect(MicroscopeIndex.wave("a_B02_s1_w2.TIF") == 2 && MicroscopeIndex.wave("a_B02_w12.tif") == 12)
    #expect(MicroscopeIndex.wave("a_B02_s1_w13F2504E0-4F89-41D3-9A0C-0305E82C3301.tif") == 1)
    #expect(MicroscopeIndex.wave("a_B02_s1_thumb_w1_x.tif") == nil)
  }

  @Test("Harmony's list of images does, by its images or by its flat fields, also where its end is missing")
  func harmony() throws {
    try DataFiles.with { files in
      let spec = try spec(
        files, name: { "P\($0)/Images/r02c03f01p01-ch\($1 + 1)sk1fk1fl1.png" },
        images: "{plate}/Images/r{row}c{col}f01p01-ch{channel}sk1fk1fl1.png")
      let images = [("1", "Brightfield"), ("2", "Alexa 568")].map {
        "<Image><URL>x.tiff</URL><ChannelID>\($0.0)</ChannelID><ChannelName>\($0.1)</ChannelName></Image>"
      }
      try files.text("P1/Images/Index.idx.xml", "<Data><Images>\(images.joined())</Images></Data>")
      let flat = [("1", "Alexa 568"), ("2", "Brightfield")].map {
        "<Entry ChannelID=\"\($0.0)\"><FlatfieldProfile>{Background: {Mean: 1}, ChannelName: \($0.1), Version: 1}</FlatfieldProfile></Entry>"
      }
      try files.text("P2/Images/Index.idx.xml", "<Data><Maps><Map>\(flat.joined())</Map></Maps><Images><Ima")
      try check(spec, light: "Brightfield", red: "Alexa 568", said: "P1/Images/Index.idx.xml")
    }
  }

  @Test("Micro-Manager's metadata.txt does, by numbers from 0")
  func manager() throws {
    try DataFiles.with { files in
      let spec = try spec(
        files, name: { "P\($0)/Pos0/img_channel00\($1)_position000_time000000000_z000.png" },
        images: "{plate}/Pos0/img_channel{channel}_position000_time000000000_z000.png")
      try files.text("P1/Pos0/metadata.txt", "{\"Summary\": {\"ChNames\": [\n \"TL\", \"mCherry\"], \"Frames\": 1}}")
      try files.text("P2/Pos0/metadata.txt", "{\"Summary\": {\"ChNames\": [\"mCherry\", \"TL\"]}}")
      try check(spec, light: "TL", red: "mCherry", said: "P1/Pos0/metadata.txt")
    }
  }
}
