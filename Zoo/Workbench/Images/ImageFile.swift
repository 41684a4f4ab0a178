import Foundation
import ZooFormat

/// Reads images of any supported format; the first bytes tell which, never the name.
public enum ImageFile {
  /// File name extensions that a folder of images is searched for.
  public static let extensions: Set<String> = ["png", "tif", "tiff"]

  /// What the pages of a TIFF file are, when the file itself doesn't say.
  public enum Pages: Sendable { case channels, frames }

  /// Reads a PNG or TIFF file.
  /// - Throws: ``ZooError`` naming the file if it can't be read, isn't an image or is broken.
  public static func read(_ path: String, pages: Pages = .channels) throws(ZooError) -> Image {
    try decode(try FileBytes.read(path), pages: pages, name: path)
  }

  /// Decodes the bytes of a PNG or TIFF file; `name` is what errors call it.
  public static func decode(_ bytes: [UInt8], pages: Pages = .channels, name: String) throws(ZooError) -> Image {
    do throws(ZooError) {
      switch try format(of: bytes) {
      case .png: return try PNGReader(bytes).image()
      case .tiff: return try TIFFReader.image(bytes, pages: pages)
      }
    } catch {
      throw error.at(file: name)
    }
  }

  /// Reads sizes and sample type without decoding samples. A PNG costs one small read; a TIFF is read whole.
  public static func header(_ path: String, pages: Pages = .channels) throws(ZooError) -> ImageHeader {
    do throws(ZooError) {
      let start = try FileBytes.read(path, prefix: PNGReader.headerByteCount)
      switch try format(of: start) {
      case .png:
        if let header = try PNGReader.header(start) { return header }
        return try PNGReader(FileBytes.read(path)).header
      case .tiff: return try TIFFReader.header(FileBytes.read(path), pages: pages)
      }
    } catch {
      throw error.at(file: path)
    }
  }

  private enum Format { case png, tiff }

  private static func format(of bytes: [UInt8]) throws(ZooError) -> Format {
    if bytes.starts(with: PNGReader.signature) { return .png }
    let tiffStarts: [[UInt8]] = [
      [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43],
    ]
    if tiffStarts.contains(where: { bytes.starts(with: $0) }) { return .tiff }
    throw ZooError(
      .badInput, problem: bytes.isEmpty ? "the file is empty" : "the file is neither PNG nor TIFF",
      expected: "a PNG or TIFF image")
  }
}
