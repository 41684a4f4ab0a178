import Foundation
import Testing

@testable import ZooImages
@testable import ZooWorkbench

@Suite("JPEG")
struct JPEGTests {
  private static let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/jpeg").path ?? ""

  @Test(
    "samples and orientation are those that Pillow gives",
    arguments: (1...8).map { "turned-\($0)" } + ["progressive", "gray"])
  func samples(_ name: String) throws {
    let image = try ImageFile.read("\(Self.folder)/\(name).jpg")
    let expected = try ImageFile.read("\(Self.folder)/\(name).png")
    #expect(image == expected)
    #expect(try ImageFile.header("\(Self.folder)/\(name).jpg") == image.header)
  }

  @Test(
    "printing inks, a file that is cut short and one that is no JPEG inside are refused by errors that name the file")
  func refused() throws {
    let inks = try #require(throws: ZooError.self) { try ImageFile.read("\(Self.folder)/cmyk.jpg") }
    #expect(inks.description.contains("4 components") && inks.description.contains("magick"), "\(inks)")
    let bytes = try FileBytes.read("\(Self.folder)/progressive.jpg")
    for broken in [
      Array(bytes.prefix(bytes.count / 2)), Array(bytes.prefix(4)), Array(bytes.prefix(3)) + Array("text".utf8),
    ] {
      let error = try #require(throws: ZooError.self) { try ImageFile.decode(broken, name: "cell.jpg") }
      #expect(error.description.hasPrefix("cell.jpg: the JPEG file is damaged or cut short: "), "\(error)")
    }
  }

  @Test("a header that promises more than the file can hold is refused before memory is taken")
  func huge() throws {
    var bytes = try FileBytes.read("\(Self.folder)/gray.jpg")
    let frame = try #require(bytes.indices.dropLast(9).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x3F, 0xFF, 0x3F, 0xFF])
    let error = try #require(throws: ZooError.self) { try ImageFile.decode(bytes, name: "cell.jpg") }
    #expect(error.description.contains("is said to hold 268402689 samples"), "\(error)")
  }

  @Test("damage is refused or read, and never ends the process", arguments: ["gray", "progressive", "turned-6"])
  func damage(_ name: String) throws {
    let bytes = try FileBytes.read("\(Self.folder)/\(name).jpg")
    ImageFixtures.torment(bytes, file: name) { _ = try ImageFile.decode($0, name: name) }
  }
}

@Suite("Other formats")
struct ForeignFormatTests {
  @Test(
    "are known by their content, and refused by a message that names what converts them",
    arguments: [
      ("BM" + String(repeating: "\0", count: 40), "BMP", "magick"), ("GIF89a", "GIF", "magick"),
      ("RIFF....WEBP", "WebP", "magick"), ("ZISRAWFILE", "CZI", "bfconvert"), ("p\0\0\0", "LIF", "bfconvert"),
      ("PAR1", "Parquet", "tifffile"), ("P5\n3 2", "Netpbm", "magick"),
      ("version https://git-lfs.github.com/spec/v1", "Git LFS", "git lfs pull"),
      ("<!DOCTYPE html>", "web page", "itself"),
      ("....ftypavif", "AVIF", "magick"), ("whatever", "no image of a kind that is known", "bfconvert"),
      ("", "is empty", "again"),
    ])
  func refused(_ start: String, kind: String, remedy: String) throws {
    // Whatever the name.
    let error = try #require(throws: ZooError.self) { try ImageFile.decode(Array(start.utf8), name: "cell.tif") }
    let text = error.description
    #expect(text.hasPrefix("cell.tif: ") && text.contains(kind) && text.contains(remedy), "\(text)")
  }

  @Test("whose first bytes are no text")
  func bytes() throws {
    for (start, kind) in [
      ([0xDA, 0xCE, 0xBE, 0x0A], "ND2"), ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "HDF5"),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "NumPy"), ([0xD0, 0xCF, 0x11, 0xE0], "compound"),
    ] as [([UInt8], String)] {
      let error = try #require(throws: ZooError.self) { try ImageFile.decode(start, name: "cell.png") }
      #expect(error.description.contains(kind), "\(error)")
    }
  }

  @Test("folders that are images")
  func zarr() throws {
    try DataFiles.with { files in
      try files.text("cell.zarr/.zattrs", "{}")
      let error = try #require(throws: ZooError.self) { try ImageFile.read("\(files.folder)/cell.zarr") }
      #expect(error.description.contains("Zarr") && error.description.contains("whole fields"), "\(error)")
    }
  }
}
