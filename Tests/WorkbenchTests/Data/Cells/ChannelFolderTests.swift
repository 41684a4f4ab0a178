import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Channels in folders beside each other")
struct ChannelFolderTests {
  private static let side = 24

  private static func image(_ value: Float, _ type: SampleType = .uint16) throws -> [UInt8] {
    let samples = (0..<side * side).map { value + Float($0 % 3) }
    return try TIFFWriter.encode(
      Image(width: side, height: side, sampleType: type, channelNames: [], samples: samples), note: "")
  }

  /// Two films of two frames with label images, in the names of the Cell Tracking Challenge, and two more channels.
  private static func write(_ files: DataFiles, _ type: SampleType = .uint8) throws {
    for (film, first) in [("01", Float(20)), ("02", 60)] {
      for frame in 0..<2 {
        for (folder, value, type) in [
          ("", first, SampleType.uint16), ("_PI", first + 10, .uint16), ("_DPC", first + 20, type),
        ] {
          try files.file("\(film)\(folder)/t00\(frame).tif", image(value, type))
        }
        var mask = [Float](repeating: 0, count: side * side)
        for (label, place) in [(1, 5 * side + 5), (2, 15 * side + 16)] { mask[place] = Float(label) }
        try files.file(
          "\(film)_RES/mask00\(frame).tif",
          TIFFWriter.encode(Image(width: side, height: side, sampleType: .uint8, samples: mask), note: ""))
      }
    }
    let rows = ["01", "02"].flatMap { film in ["\(film),1,calm", "\(film),2,dying"] }
    try files.text("annotations.csv", "field,track,label\n\(rows.joined(separator: "\n"))\n")
  }

  private static let images = [
    "DNA": "{field}/t{frame}.tif", "PI": "{field}_PI/t{frame}.tif", "DPC": "{field}_DPC/t{frame}.tif",
  ]

  private static func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (3, 3)
    spec.labels.from = .annotations
    return spec
  }

  @Test("are read by a pattern each, in the order of data.imageChannels, each with samples of its own type")
  func patterns() throws {
    try DataFiles.with { files in
      try Self.write(files)
      var spec = Self.spec(files)
      spec.cells.channelImages = Self.images
      var data = try Dataset.open(spec)
      #expect(data.channels == ["DNA", "DPC", "PI"] && data.samples.count == 8)
      #expect(Set(data.samples.map { $0.groups[0] }) == ["01", "02"])
      #expect(data.sampleType == .uint16)
      #expect(
        data.remarks.contains("samples of uint16 in DNA, PI, of uint8 in DPC: each channel is measured by itself"))
      // The last pixel of each crop, whose column is the seventh of its row.
      let values = try data.load(0)
      #expect([values[8], values[17], values[26]].map { ($0 / 10).rounded(.down) } == [2, 4, 3])
      spec.imageChannels = ["PI", "DNA", "DPC"]
      data = try Dataset.open(spec)
      #expect(data.channels == ["PI", "DNA", "DPC"])
      #expect(try (30...32).contains(data.load(0)[0]))
      spec.imageChannels = ["PI", "DNA"]
      let other = #expect(throws: ZooError.self) { _ = try Dataset.open(spec) }
      #expect(other?.description.contains("names PI, DNA, but data.cells.channelImages DNA, DPC, PI") == true)
    }
  }

  @Test("a file of another type than its channel's others is refused by name; patterns must have the same parts")
  func refusals() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.file("02_PI/t001.tif", Self.image(70, .uint8))
      var spec = Self.spec(files)
      spec.cells.channelImages = Self.images
      let data = try Dataset.open(spec)
      let wrong = #expect(throws: ZooError.self) { for index in data.samples.indices { _ = try data.load(index) } }
      #expect(wrong?.description.contains("02_PI/t001.tif") == true)
      #expect(wrong?.description.contains("of uint8; expected 24×24 of uint16") == true)
      for (pattern, expected) in [
        ("{well}_PI/t{frame}.tif", "has the parts well, frame, but DNA field, frame"),
        ("{field}_{channel}/t{frame}.tif", "has a part {channel}"), ("{field}_GFP/t{frame}.tif", "no file fits"),
        ("{field}/t{frame}.tif", "fits the patterns of several channels"),
      ] {
        spec.cells.channelImages["PI"] = pattern
        let error = #expect(throws: ZooError.self) { _ = try Dataset.open(spec) }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
      }
    }
  }

  @Test("are named by whoever opens the data, with the setting, and taken by a new spec")
  func found() throws {
    try DataFiles.with { files in
      try Self.write(files)
      let data = try Dataset.open(Self.spec(files))
      let remark = data.remarks.first { $0.contains("beside those of the images") }
      #expect(remark?.contains("(01_DPC, 01_PI, 02_DPC, 02_PI)") == true, "\(data.remarks)")
      #expect(
        remark?.contains(
          "data.cells.channelImages={\"gray\": \"{field:02}/t{frame:03}.tif\", \"DPC\": \"{field:02}_DPC/t{frame:03}.tif\", \"PI\": \"{field:02}_PI/t{frame:03}.tif\"}"
        ) == true, "\(remark ?? "")")
      let text = try SpecSkeleton(summary: "", root: files.folder).text
      #expect(text.contains("channels: [\"DPC\", \"PI\", \"channel1\"]"), "\(text)")
      #expect(text.contains("Unsure: folders beside each other hold files of the same names"), "\(text)")
      #expect(!text.contains("onError"), "\(text)")
      let given = try SpecSkeleton(
        summary: "", root: files.folder, overrides: ["data.cells.images={field:02}/t{frame:03}.tif"])
      #expect(given.text.contains("aren't used (01_DPC"), "\(given.text)")
    }
  }

  @Test("a new spec leaves nothing out where no image of a class can be decoded, and says why")
  func nothingDecodes() throws {
    try DataFiles.with { files in
      for (name, label) in [("a", "calm"), ("b", "dying")] {
        for number in 0..<3 { try files.image("\(label)/\(name)\(number).png", value: Float(number + 1), width: 6) }
      }
      for number in 0..<3 {
        let path = files.folder + "/dying/b\(number).png"
        var bytes = try FileBytes.read(path)
        // Whole headers, broken pixels.
        for place in bytes.count - 24..<bytes.count - 12 { bytes[place] ^= 0x5A }
        try files.file("dying/b\(number).png", bytes)
      }
      let error = #expect(throws: ZooError.self) { _ = try SpecSkeleton(summary: "", root: files.folder) }
      #expect(
        error?.description.contains("none of 3 images of the class 'dying' can be decoded") == true,
        "\(error?.description ?? "")")
    }
  }
}
