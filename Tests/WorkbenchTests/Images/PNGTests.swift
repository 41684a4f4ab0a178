import Testing
import ZooWorkbench

@testable import ZooImages

@Suite("PNG")
struct PNGTests {
  @Test(
    "every kind of PNG gives its stored samples, interlaced or not",
    arguments: [
      ("gray8", 1, 8), ("gray8-interlaced", 1, 8), ("gray16", 1, 16), ("grayalpha8", 2, 8), ("rgb8", 3, 8),
      ("rgb16-interlaced", 3, 16), ("rgba16", 4, 16),
    ])
  func samples(name: String, channels: Int, bits: Int) throws {
    let image = try ImageFile.read(ImageFixtures.path("\(name).png"))
    #expect(image.samples == ImageFixtures.pattern(channels: channels, bits: bits))
    #expect(image.sampleType == (bits == 16 ? .uint16 : .uint8))
    #expect(try ImageFile.header(ImageFixtures.path("\(name).png")).channels == channels)
  }

  /// CRC-32 as ISO/IEC 15948, annex D, has it.
  private static func checksum(_ bytes: [UInt8]) -> Int {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
    }
    return Int(~crc)
  }

  /// The rows 1 2 3 and 4 5 6 with a chunk of EXIF data, and what Pillow's `exif_transpose` makes of them.
  @Test(
    "a picture is turned as EXIF data before the pixels say",
    arguments: [
      (1, 3, [1, 2, 3, 4, 5, 6]), (2, 3, [3, 2, 1, 6, 5, 4]), (3, 3, [6, 5, 4, 3, 2, 1]), (4, 3, [4, 5, 6, 1, 2, 3]),
      (5, 2, [1, 4, 2, 5, 3, 6]), (6, 2, [4, 1, 5, 2, 6, 3]), (7, 2, [6, 3, 5, 2, 4, 1]), (8, 2, [3, 6, 2, 5, 1, 4]),
    ])
  func turned(orientation: UInt8, width: Int, samples: [Float]) throws {
    let stored = try PNGWriter.encode(
      Image(width: 3, height: 2, sampleType: .uint8, samples: [1, 2, 3, 4, 5, 6]))
    let exif: [UInt8] = [
      0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
    ]
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    let body = Array("eXIf".utf8) + exif
    let chunk = word(exif.count) + body + word(Self.checksum(body))
    let bytes = stored.prefix(33) + chunk + stored.dropFirst(33)
    let image = try ImageFile.decode(Array(bytes), name: "a.png")
    #expect(image.width == width && image.samples == samples)
    try DataFiles.with { files in
      try files.file("a.png", Array(bytes))
      #expect(try ImageFile.header(files.folder + "/a.png") == image.header)
    }
    let behind = Array(stored.dropLast(12)) + chunk + stored.suffix(12)
    if orientation == 1 {
      #expect(try ImageFile.decode(behind, name: "a.png").samples == samples)
    } else {
      #expect(throws: ZooError.self) { try ImageFile.decode(behind, name: "a.png") }
    }
  }

  @Test("16 bits stay as they are in spite of a gamma chunk")
  func gammaIsIgnored() throws {
    let image = try ImageFile.read(ImageFixtures.path("gray16-gamma-interlaced.png"))
    #expect(image.samples == ImageFixtures.pattern(channels: 1, bits: 16))
  }

  @Test("1, 2 and 4 bits are scaled to 8", arguments: [("gray1", 1), ("gray2-interlaced", 2), ("gray4", 4)])
  func fewBits(name: String, bits: Int) throws {
    let image = try ImageFile.read(ImageFixtures.path("\(name).png"))
    let scale = Float(255 / ((1 << bits) - 1))
    #expect(image.samples == ImageFixtures.pattern(channels: 1, bits: bits).map { $0 * scale })
  }

  @Test("a palette becomes colours and transparency")
  func palette() throws {
    let image = try ImageFile.read(ImageFixtures.path("palette4.png"))
    let entries = ImageFixtures.pattern(channels: 1, bits: 4).map { Int(saturating: $0) % 12 }
    #expect(image.channelNames == ["red", "green", "blue", "alpha"])
    let expected =
      entries.map { Float(10 * $0) } + entries.map { Float(255 - $0) } + entries.map { Float(3 * $0) }
      + entries.map { [0: Float(0), 1: 128][$0] ?? 255 }
    #expect(image.samples == expected)
  }

  @Test("what is written comes back", arguments: [(1, SampleType.uint8), (2, .uint16), (3, .uint8), (4, .uint16)])
  func roundTrip(channels: Int, type: SampleType) throws {
    let image = try Image(
      width: 13, height: 11, channels: channels, sampleType: type,
      samples: ImageFixtures.pattern(channels: channels, bits: 8 * type.byteCount))
    let bytes = try PNGWriter.encode(image, text: ["Comment": "simulated"])
    #expect(try ImageFile.decode(bytes, name: "image").samples == image.samples)
  }

  @Test("broken files are refused with an error that names the file")
  func broken() throws {
    let bytes = try PNGWriter.encode(Image(width: 3, height: 2, sampleType: .uint8, samples: [1, 2, 3, 4, 5, 6]))
    var flipped = bytes
    flipped[45] ^= 1
    for (damage, word) in [(Array(bytes.dropLast(13)), "cut short"), (flipped, "checksum"), ([], "empty")] {
      let error = try #require(throws: ZooError.self) { try ImageFile.decode(damage, name: "cell.png") }
      #expect(error.description.hasPrefix("cell.png: ") && error.description.contains(word), "\(error)")
    }
  }

  @Test("a header that promises more than the file can hold is refused before memory is taken")
  func bomb() throws {
    var bytes = try PNGWriter.encode(Image(width: 1, height: 1, sampleType: .uint8, samples: [0]))
    bytes.replaceSubrange(16..<24, with: [0, 0, 0x3F, 0xFF, 0, 0, 0x3F, 0xFF])
    #expect(throws: ZooError.self) { try ImageFile.decode(bytes, name: "bomb.png") }
    bytes.replaceSubrange(16..<24, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(throws: ZooError.self) { try ImageFile.decode(bytes, name: "bomb.png") }
  }

  @Test(
    "damage is refused by an error that names the file, and never by a trap",
    arguments: ["gray8-interlaced.png", "palette4.png", "rgba16.png"])
  func damage(name: String) throws {
    let bytes = try FileBytes.read(ImageFixtures.path(name))
    ImageFixtures.torment(bytes, file: name) { _ = try ImageFile.decode($0, name: name) }
  }

  @Test("the pictures of an animation are frames, as Pillow shows them", arguments: ["keep", "clear", "restore"])
  func animation(name: String) throws {
    let folder = ImageFixtures.folder + "/../apng"
    let film = try ImageFile.read("\(folder)/\(name).png")
    var expected: [Float] = []
    for frame in 0..<3 { expected += try ImageFile.read("\(folder)/\(name)-\(frame).png").samples }
    #expect(film.frames == 3 && film.channelNames.prefix(3) == ["red", "green", "blue"])
    let colours = (0..<3).flatMap { frame in
      film.samples[frame * film.channels * 63..<(frame * film.channels + 3) * 63]
    }
    #expect(colours == expected)
    #expect(try ImageFile.header("\(folder)/\(name).png") == film.header)
  }
}
