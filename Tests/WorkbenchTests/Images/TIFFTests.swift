import Testing
import ZooWorkbench

@testable import ZooImages

@Suite("TIFF")
struct TIFFTests {
  @Test(
    "every kind of TIFF gives its stored samples",
    arguments: [
      ("gray8-lzw", 1, SampleType.uint8), ("gray8-packbits", 1, .uint8), ("gray16-big-endian", 1, .uint16),
      ("gray16-deflate", 1, .uint16), ("int16", 1, .int16), ("float32", 1, .float32),
      ("rgb16-contiguous", 3, .uint16), ("rgb16-planar-tiled-big", 3, .uint16),
    ])
  func samples(name: String, channels: Int, type: SampleType) throws {
    let image = try ImageFile.read(ImageFixtures.path("\(name).tif"))
    let stored = ImageFixtures.pattern(channels: channels, bits: type == .uint8 ? 8 : 16)
    let expected =
      switch type {
      case .int16: stored.map { $0 >= 32768 ? $0 - 65536 : $0 }
      case .float32: stored.map { $0 / 256 - 7 }
      default: stored
      }
    #expect(image.samples == expected)
    #expect(image.sampleType == type && image.channels == channels)
    #expect(try ImageFile.header(ImageFixtures.path("\(name).tif")) == image.header)
  }

  @Test("pages are channels or frames, as the caller says")
  func pages() throws {
    let expected = (0..<6).flatMap { ImageFixtures.pattern(channels: 1, bits: 16, page: $0) }
    let channels = try ImageFile.read(ImageFixtures.path("pages.tif"), ImageReading())
    #expect(channels.channels == 6 && channels.frames == 1 && channels.samples == expected)
    let frames = try ImageFile.read(ImageFixtures.path("pages.tif"), ImageReading(frames: 6))
    #expect(frames.channels == 1 && frames.frames == 6 && frames.samples == expected)
  }

  @Test("ImageJ's and OME's descriptions tell channels from frames, whatever order the pages have")
  func descriptions() throws {
    let imageJ = try ImageFile.read(ImageFixtures.path("imagej-3times-2channels.tif"))
    #expect(imageJ.channels == 2 && imageJ.frames == 3)
    #expect(imageJ.samples == (0..<6).flatMap { ImageFixtures.pattern(channels: 1, bits: 16, page: $0) })
    let ome = try ImageFile.read(ImageFixtures.path("ome-2channels-3times.ome.tif"))
    #expect(ome.channels == 2 && ome.frames == 3 && ome.channelNames == ["DNA", "BF & more"])
    // Stored channel by channel, delivered frame by frame.
    #expect(ome.samples == [0, 3, 1, 4, 2, 5].flatMap { ImageFixtures.pattern(channels: 1, bits: 16, page: $0) })
  }

  @Test("what is written comes back", arguments: [SampleType.uint8, .uint16, .float32])
  func roundTrip(type: SampleType) throws {
    let samples = (0..<6).flatMap { ImageFixtures.pattern(channels: 1, bits: type == .uint8 ? 8 : 16, page: $0) }
    let image = try Image(width: 13, height: 11, channels: 2, frames: 3, sampleType: type, samples: samples)
    let read = try ImageFile.decode(TIFFWriter.encode(image, note: "simulated"), name: "image")
    #expect(read.samples == image.samples && read.channels == 2 && read.frames == 3 && read.sampleType == type)
  }

  @Test("names of channels are written and come back, also ones that XML has to escape")
  func channelNames() throws {
    let names = ["BF", "\"<DNA> & more\"", "µ"]
    let samples = (0..<6).flatMap { ImageFixtures.pattern(channels: 1, bits: 16, page: $0) }
    let image = try Image(
      width: 13, height: 11, channels: 3, frames: 2, sampleType: .uint16, channelNames: names, samples: samples)
    let read = try ImageFile.decode(TIFFWriter.encode(image), name: "image")
    #expect(read.channelNames == names && read.channels == 3 && read.frames == 2)
    #expect(read.samples == image.samples)
  }

  @Test("a stack that lost its last pages isn't taken for a smaller one")
  func lostPages() throws {
    let bytes = try FileBytes.read(ImageFixtures.path("imagej-3times-2channels.tif"))
    // The directories of the second page and those after it are gone; the first page is whole.
    let error = try #require(throws: ZooError.self) {
      try ImageFile.decode(Array(bytes.prefix(2084)), name: "cell.tif")
    }
    #expect(error.description.hasPrefix("cell.tif: a page of the TIFF file can't be read"), "\(error)")
  }

  @Test("broken files are refused with an error that names the file")
  func broken() throws {
    let bytes = try FileBytes.read(ImageFixtures.path("gray16-deflate.tif"))
    let error = try #require(throws: ZooError.self) {
      try ImageFile.decode(Array(bytes.prefix(200)), name: "cell.tif")
    }
    #expect(error.description.hasPrefix("cell.tif: "), "\(error)")
    var huge = try TIFFWriter.encode(Image(width: 1, height: 1, sampleType: .uint8, samples: [7]))
    // Width and height become 65535.
    for tag: UInt8 in [0, 1] {
      let entry = try #require(
        huge.indices.dropLast(12).first { huge[$0...].starts(with: [tag, 1, 4, 0, 1, 0, 0, 0]) })
      huge.replaceSubrange(entry + 8..<entry + 10, with: [0xFF, 0xFF])
    }
    #expect(throws: ZooError.self) { try ImageFile.decode(huge, name: "huge.tif") }
  }

  @Test(
    "damage is refused by an error that names the file, and never by a trap",
    arguments: ["gray8-lzw.tif", "rgb16-planar-tiled-big.tif", "imagej-3times-2channels.tif", "gray16-deflate.tif"])
  func damage(name: String) throws {
    let bytes = try FileBytes.read(ImageFixtures.path(name))
    ImageFixtures.torment(bytes, file: name) { _ = try ImageFile.decode($0, name: name) }
  }
}
