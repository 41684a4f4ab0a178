import ZLib
import ZooFormat

/// Writes PNG files: 8 or 16 bits; gray, gray with alpha, RGB or RGBA; not interlaced.
package enum PNGWriter {
  /// Encodes one frame. Samples are rounded and clamped to the range of the sample type.
  ///
  /// - Parameter text: Keywords and Latin-1 texts, stored as `tEXt` chunks, e.g. `["Comment": "simulated"]`.
  /// - Throws: ``ZooError`` if the image has several frames, more than four channels or another sample type.
  package static func encode(_ image: Image, text: KeyValuePairs<String, String> = [:]) throws(ZooError) -> [UInt8] {
    let colours: [Int: PNGLayout.Colour] = [1: .gray, 2: .grayAlpha, 3: .rgb, 4: .rgba]
    guard image.frames == 1, let colour = colours[image.channels],
      image.sampleType == .uint8 || image.sampleType == .uint16
    else {
      throw ZooError(
        .usage,
        problem: Figures.frames(image.frames, channels: image.channels)
          + " of \(image.sampleType) don't fit a PNG file",
        expected: "1 frame of 1 to 4 channels of uint8 or uint16")
    }
    let sampleBytes = image.sampleType.byteCount
    var rows: [UInt8] = []
    let plane = image.width * image.height
    rows.reserveCapacity(image.height * (1 + image.width * image.channels * sampleBytes))
    for y in 0..<image.height {
      rows.append(2)
      for x in 0..<image.width {
        for channel in 0..<image.channels {
          let at = channel * plane + y * image.width + x
          let value = stored(image.samples[at], image.sampleType)
          let above = y > 0 ? stored(image.samples[at - image.width], image.sampleType) : 0
          if sampleBytes == 2 { rows.append(UInt8(value >> 8) &- UInt8(above >> 8)) }
          rows.append(UInt8(value & 255) &- UInt8(above & 255))
        }
      }
    }
    var bytes = PNGReader.signature
    let depth = UInt8(8 * sampleBytes)
    append("IHDR", big(image.width) + big(image.height) + [depth, colour.rawValue, 0, 0, 0], to: &bytes)
    for (key, value) in text {
      append("tEXt", latin(key).prefix(79) + [0] + latin(value), to: &bytes)
    }
    append("IDAT", try Deflate.compress(rows), to: &bytes)
    append("IEND", [], to: &bytes)
    return bytes
  }

  private static func stored(_ sample: Float, _ type: SampleType) -> UInt16 {
    let range = type.range
    guard sample > range.lowerBound else { return 0 }
    return UInt16(saturating: min(sample, range.upperBound).rounded())
  }

  private static func latin(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { $0.value < 256 && $0.value > 0 ? UInt8($0.value) : 0x3F }
  }

  private static func big(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
  }

  private static func append(_ name: String, _ content: [UInt8], to bytes: inout [UInt8]) {
    let chunk = Array(name.utf8) + content
    bytes += big(content.count) + chunk + big(Int(crc32(0, chunk, UInt32(chunk.count))))
  }
}
