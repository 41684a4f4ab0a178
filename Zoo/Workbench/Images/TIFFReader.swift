import Foundation
import LibTIFF
import ZooFormat

/// Reads TIFF files by libtiff: integers of 8, 16 and 32 bits and 32-bit floats, strips and tiles, contiguous and planar
/// samples, several pages, BigTIFF.
///
/// Samples come out as they are stored: a colour table is not applied, and an inverted gray scale is not turned around.
enum TIFFReader {
  /// The compressions that lose nothing. JPEG and its kin would give samples that no camera saw.
  private static let compressions: [Int: String] = [
    1: "none", 5: "LZW", 8: "deflate", 32946: "deflate", 32773: "PackBits", 34925: "LZMA", 50000: "Zstandard",
  ]
  private static let mostPages = 10_000

  static func image(_ bytes: [UInt8], pages meaning: ImageFile.Pages) throws(ZooError) -> Image {
    let file = try TIFFFile(bytes)
    let (pages, stack) = try survey(file, byteCount: bytes.count, meaning: meaning)
    let header = stack.header(of: pages[0])
    let plane = header.width * header.height
    var samples = [Float](repeating: 0, count: try header.sampleCount())
    for (index, page) in pages.enumerated() {
      try file.select(page.directory)
      let place = stack.place(ofPage: index)
      for (sample, values) in try TIFFPageReader(file, page).planes().enumerated() {
        let start = (place.frame * header.channels + place.channel * page.samplesPerPixel + sample) * plane
        samples.replaceSubrange(start..<start + plane, with: values)
      }
    }
    return try Image(
      width: header.width, height: header.height, channels: header.channels, frames: header.frames,
      sampleType: header.sampleType, channelNames: header.channelNames, samples: samples)
  }

  static func header(_ bytes: [UInt8], pages meaning: ImageFile.Pages) throws(ZooError) -> ImageHeader {
    let (pages, stack) = try survey(TIFFFile(bytes), byteCount: bytes.count, meaning: meaning)
    return stack.header(of: pages[0])
  }

  /// Reads and checks the directories of all pages without any samples.
  private static func survey(
    _ file: TIFFFile, byteCount: Int, meaning: ImageFile.Pages
  ) throws(ZooError) -> (pages: [TIFFPage], stack: TIFFStack) {
    var pages: [TIFFPage] = []
    var description = ""
    var directory = 0
    repeat {
      guard directory < mostPages else {
        throw ZooError(.badInput, problem: "the TIFF file has more than \(mostPages) pages")
      }
      let page = try TIFFPage(file, directory: directory)
      if page.directory == 0 { description = file.text(TIFFTAG_IMAGEDESCRIPTION) ?? "" }
      directory += 1
      // Thumbnails stand beside the images that they belong to.
      if page.isReduced { continue }
      guard compressions[page.compression] != nil, TIFFIsCODECConfigured(UInt16(page.compression)) != 0 else {
        throw ZooError(
          .badInput, problem: "the TIFF file is compressed by method \(page.compression)",
          expected: "a method that loses nothing: \(Set(compressions.values).sorted().joined(separator: ", "))")
      }
      if let first = pages.first, !page.matches(first) {
        throw ZooError(
          .badInput, problem: "page \(directory) of the TIFF file is \(page)", expected: "\(first), as the first page")
      }
      pages.append(page)
    } while try file.advance()
    guard let first = pages.first else {
      throw ZooError(.badInput, problem: "the TIFF file has no full-size image")
    }
    let stack = try TIFFStack(
      pages: pages.count, samplesPerPixel: first.samplesPerPixel, description: description, meaning: meaning)
    let size = try stack.header(of: first).sampleCount() * first.sampleType.byteCount
    // No method here expands by more than LZW: 12 bits for at most 4094 bytes.
    guard size / 2800 <= byteCount else {
      throw ZooError(.badInput, problem: "the TIFF file of \(byteCount) bytes is said to hold \(size)")
    }
    return (pages, stack)
  }
}

/// What one directory of a TIFF file says.
struct TIFFPage: CustomStringConvertible {
  let directory: Int
  let width: Int
  let height: Int
  let samplesPerPixel: Int
  let sampleType: SampleType
  let isPlanar: Bool
  let isReduced: Bool
  let isColour: Bool
  let compression: Int

  init(_ file: TIFFFile, directory: Int) throws(ZooError) {
    self.directory = directory
    let bits = file.short(TIFFTAG_BITSPERSAMPLE)
    let format = file.short(TIFFTAG_SAMPLEFORMAT)
    let types: [[Int]: SampleType] = [
      [8, 1]: .uint8, [8, 2]: .int8, [16, 1]: .uint16, [16, 2]: .int16, [32, 1]: .uint32, [32, 2]: .int32,
      [32, 3]: .float32,
    ]
    // Format 4 is “undefined”, which some writers put for plain integers.
    guard let type = types[[bits, format == 4 ? 1 : format]] else {
      throw ZooError(
        .badInput, problem: "the TIFF file has \(bits) bits a sample in format \(format)",
        expected: "integers of 8, 16 or 32 bits or 32-bit floats")
    }
    let photometric = file.short(TIFFTAG_PHOTOMETRIC)
    guard photometric <= 3 else {
      throw ZooError(
        .badInput, problem: "the TIFF file has photometric interpretation \(photometric)", expected: "gray or RGB")
    }
    sampleType = type
    width = file.long(TIFFTAG_IMAGEWIDTH)
    height = file.long(TIFFTAG_IMAGELENGTH)
    samplesPerPixel = file.short(TIFFTAG_SAMPLESPERPIXEL)
    isPlanar = file.short(TIFFTAG_PLANARCONFIG) == 2
    isReduced = file.long(TIFFTAG_SUBFILETYPE) & 1 != 0
    isColour = photometric == 2
    compression = file.short(TIFFTAG_COMPRESSION)
    _ = try ImageHeader(width: width, height: height, channels: samplesPerPixel, sampleType: type).sampleCount()
  }

  func matches(_ other: TIFFPage) -> Bool {
    width == other.width && height == other.height && samplesPerPixel == other.samplesPerPixel
      && sampleType == other.sampleType
  }

  var description: String { "\(width)×\(height) pixels of \(samplesPerPixel) \(sampleType) samples" }
}
