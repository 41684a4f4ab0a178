/// How stored rows and columns are turned into those of a picture: the eight values of EXIF's and TIFF's orientation.
struct ImageOrientation: Hashable {
  /// 1 (as stored) to 8.
  private let value: Int

  /// Values that aren't defined count as 1.
  init(_ value: Int) { self.value = (1...8).contains(value) ? value : 1 }

  /// What the EXIF segment of a JPEG file says; 1 if there is none. O(segments before the image data).
  init(jpeg bytes: [UInt8]) { self.init(Self.exif(bytes) ?? 1) }

  /// What EXIF data say, which are a small TIFF file whose first directory has it; 1 if they don't.
  init(exif bytes: ArraySlice<UInt8>) {
    self.init(TIFFTags(TIFFBytes(Array(bytes))).flatMap { $0.numbers(274)?.first } ?? 1)
  }

  /// Whether nothing is turned.
  var isUpright: Bool { value == 1 }

  /// Whether rows become columns.
  var isTransposed: Bool { value > 4 }

  /// Where the pixel at `x`, `y` of the picture is stored in an image of `width` × `height`.
  func source(x: Int, y: Int, width: Int, height: Int) -> (x: Int, y: Int) {
    let (right, bottom) = (width - 1, height - 1)
    return switch value {
    case 2: (right - x, y)
    case 3: (right - x, bottom - y)
    case 4: (x, bottom - y)
    case 5: (y, x)
    case 6: (y, bottom - x)
    case 7: (right - y, bottom - x)
    case 8: (right - y, x)
    default: (x, y)
    }
  }

  /// `header` of the picture from that of what is stored.
  func upright(_ header: ImageHeader) -> ImageHeader {
    guard isTransposed else { return header }
    var turned = header
    (turned.width, turned.height) = (header.height, header.width)
    return turned
  }

  /// The planar samples of the picture from those that are stored in planes of `header`.
  func upright(_ samples: [Float], _ header: ImageHeader) -> [Float] {
    guard !isUpright else { return samples }
    let turned = upright(header)
    let plane = header.width * header.height
    var result = samples
    for start in stride(from: 0, to: samples.count, by: max(plane, 1)) {
      for y in 0..<turned.height {
        for x in 0..<turned.width {
          let from = source(x: x, y: y, width: header.width, height: header.height)
          result[start + y * turned.width + x] = samples[start + from.y * header.width + from.x]
        }
      }
    }
    return result
  }

  private static func exif(_ bytes: [UInt8]) -> Int? {
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
      let marker = bytes[offset + 1]
      // Bytes that fill up, and markers without content.
      if marker == 0xFF { offset += 1; continue }
      if (0xD0...0xD8).contains(marker) || marker == 1 { offset += 2; continue }
      // The image data, or the end.
      if marker == 0xDA || marker == 0xD9 { return nil }
      let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
      guard length >= 2, offset + 2 + length <= bytes.count else { return nil }
      let content = bytes[offset + 4..<offset + 2 + length]
      if marker == 0xE1, content.starts(with: Array("Exif\0\0".utf8)) {
        // A small TIFF file, whose first directory has it.
        let file = Array(content.dropFirst(6))
        return TIFFTags(TIFFBytes(file)).flatMap { $0.numbers(274)?.first }
      }
      offset += 2 + length
    }
    return nil
  }
}
