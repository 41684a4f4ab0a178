import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Channels that CellProfiler's tables name")
struct StatedChannelTests {
  /// Two plates of two files a well, of which the second numbers its channels the other way round; pixels are 100 in BF
  /// and 200 in DNA.
  private static func write(_ files: DataFiles, isSwapped: Bool = true, names: [String] = ["BF", "DNA"]) throws {
    for plate in 1...2 {
      var images = "ImageNumber,FileName_\(names[0]),PathName_\(names[0]),FileName_\(names[1]),PathName_\(names[1])\n"
      for (number, well) in ["B02", "B03"].enumerated() {
        let order = plate == 2 && isSwapped ? [1, 0] : [0, 1]
        for (channel, place) in order.enumerated() {
          let image = try Image(
            width: 20, height: 20, sampleType: .uint8,
            samples: [Float](repeating: Float(100 + 100 * channel), count: 400))
          try files.file("Plate_\(plate)/ch0\(place)/\(well)_ch0\(place).png", PNGWriter.encode(image))
        }
        images += "\(number + 1)"
        for place in order { images += ",\(well)_ch0\(place).png,D:\\Plate_\(plate)\\ch0\(place)" }
        images += "\n"
      }
      try files.text("out_\(plate)/Image.csv", images)
      try files.text(
        "out_\(plate)/Nuclei.csv",
        "ImageNumber,ObjectNumber,Location_Center_X,Location_Center_Y,Class\n1,1,8,8,a\n2,1,9,9,b\n")
    }
  }

  private static func spec(_ files: DataFiles, _ imageChannels: [String] = []) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.imageChannels = imageChannels
    spec.cells.layout = .cellprofiler
    spec.cells.images = "Plate_{plate}/ch{channel}/{well}_ch{channel}.png"
    spec.cells.tables = "out_{plate}/Nuclei.csv"
    spec.cells.columns = ["label": "Class"]
    return spec
  }

  @Test("count file by file where plates number channels differently, and names by number are refused with both")
  func swapped() throws {
    try DataFiles.with { files in
      try Self.write(files)
      let data = try Dataset.open(Self.spec(files))
      #expect(data.channels == ["BF", "DNA"] && data.samples.count == 4)
      for index in data.samples.indices {
        let pixels = try data.load(index)
        #expect(pixels[0] == 100 && pixels[16] == 200, "\(data.samples[index].id)")
      }
      #expect(
        data.remarks.contains { $0.contains("for '00' is BF in 2 files") && $0.contains("DNA in 2 files") },
        "\(data.remarks)")
      let error = try #require(throws: ZooError.self) { try Dataset.open(Self.spec(files, ["BF", "DNA"])) }
      #expect(error.location.path == "data.imageChannels")
      #expect(
        error.description.contains("files with '00' are BF") && error.description.contains("DNA in 2 files"), "\(error)"
      )
      #expect(error.description.contains("Remove data.imageChannels"), "\(error)")
    }
  }

  @Test("may have other names for the same, but not each other's")
  func renamed() throws {
    try DataFiles.with { files in
      try Self.write(files, isSwapped: false)
      // Words that say the same, or something else of the same files.
      #expect(try Dataset.open(Self.spec(files, ["brightfield", "nuclei"])).channels == ["brightfield", "nuclei"])
      #expect(try Dataset.open(Self.spec(files)).channels == ["BF", "DNA"])
      let error = try #require(throws: ZooError.self) { try Dataset.open(Self.spec(files, ["DNA", "BF"])) }
      #expect(error.description.contains("are DNA") && error.description.contains("BF in 4 files"), "\(error)")
    }
  }

  @Test("are those of a file's own plate, also where a file of that name is lost")
  func lost() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try FileManager.default.removeItem(atPath: files.folder + "/Plate_2/ch00/B03_ch00.png")
      var spec = Self.spec(files)
      spec.cells.missingChannel = .drop
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id).sorted() == ["1/B02/t0000/1", "1/B03/t0000/1", "2/B02/t0000/1"])
      for index in data.samples.indices { #expect(try data.load(index)[0] == 100) }
    }
  }

  @Test("a file that no table names is refused where its number may mean two channels")
  func unnamed() throws {
    try DataFiles.with { files in
      try Self.write(files)
      try files.image("Plate_2/ch00/C02_ch00.png", value: 1, width: 20, height: 20)
      let error = try #require(throws: ZooError.self) { try Dataset.open(Self.spec(files)) }
      #expect(
        error.description.contains("C02_ch00.png") && error.description.contains("isn't in CellProfiler's"), "\(error)")
    }
  }
}
