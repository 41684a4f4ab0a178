import JPEGDecoder
import ZooFormat

/// Reads JPEG files by libjpeg-turbo: gray and coloured ones of 8 bits, sequential and progressive, turned as their EXIF
/// data say.
///
/// JPEG loses what its tables call invisible; samples come out as the decoder of reference gives them (slow integer
/// transform, smooth upsampling of colour), without colour profiles.
enum JPEGReader {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// The most pixels that a byte can stand for: a block of 64 takes two bits at least.
  private static let largestRatio = 1024

  /// Sizes and names after turning. O(bytes before the image data).
  static func header(_ bytes: [UInt8]) throws(ZooError) -> ImageHeader {
    try Self.parts(bytes).header
  }

  /// Decodes the samples.
  /// - Throws: ``ZooError`` if the file is damaged or cut short, which libjpeg itself would fill up with gray.
  static func image(_ bytes: [UInt8]) throws(ZooError) -> Image {
    let (header, stored, orientation) = try parts(bytes)
    let count = try header.sampleCount()
    guard count / largestRatio <= bytes.count else {
      throw ZooError(.badInput, problem: "the JPEG file of \(bytes.count) bytes is said to hold \(count) samples")
    }
    var info = zoo_jpeg()
    var isWhole = false
    let packed = [UInt8](unsafeUninitializedCapacity: count) { samples, initialized in
      isWhole = zoo_jpeg_read(bytes, bytes.count, &info, samples.baseAddress, count) == 1
      initialized = isWhole ? count : 0
    }
    guard isWhole else { throw failure(info) }
    var samples = [Float](repeating: 0, count: count)
    let channels = header.channels
    for y in 0..<header.height {
      for x in 0..<header.width {
        let from = orientation.source(x: x, y: y, width: stored.width, height: stored.height)
        for channel in 0..<channels {
          samples[(channel * header.height + y) * header.width + x] =
            Float(packed[(from.y * stored.width + from.x) * channels + channel])
        }
      }
    }
    return try Image(
      width: header.width, height: header.height, channels: channels, sampleType: .uint8,
      channelNames: header.channelNames, samples: samples)
  }

  private static func parts(
    _ bytes: [UInt8]
  ) throws(ZooError) -> (header: ImageHeader, stored: (width: Int, height: Int), orientation: ImageOrientation) {
    var info = zoo_jpeg()
    guard zoo_jpeg_read(bytes, bytes.count, &info, nil, 0) == 1 else { throw failure(info) }
    guard info.is_supported != 0 else {
      throw ZooError(
        .badInput,
        problem:
          "the JPEG file has \(Figures.counted(Int(info.components), "component")) of printing inks or another kind",
        expected: "gray, or red, green and blue",
        remedy: "Convert it to gray or RGB, e.g. magick FILE -colorspace sRGB NEW.png")
    }
    let stored = (width: Int(info.width), height: Int(info.height))
    let orientation = ImageOrientation(jpeg: bytes)
    let channels = Int(info.components)
    let header = ImageHeader(
      width: orientation.isTransposed ? stored.height : stored.width,
      height: orientation.isTransposed ? stored.width : stored.height, channels: channels, sampleType: .uint8,
      channelNames: channels == 1 ? ["gray"] : ["red", "green", "blue"])
    _ = try header.sampleCount()
    return (header, stored, orientation)
  }

  private static func failure(_ info: zoo_jpeg) -> ZooError {
    let message = withUnsafeBytes(of: info.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return ZooError(
      .badInput, problem: "the JPEG file is damaged or cut short: \(message)", remedy: "Get the file again")
  }
}
