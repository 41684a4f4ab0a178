import ZLib
import ZooFormat

/// Reads PNG files (ISO/IEC 15948) of every colour type, depth and interlacing.
///
/// Samples come out as they are stored: gamma and colour profiles are for displays, and measurements go without. That is
/// also why this isn't libpng, whose interface without `longjmp` converts by gamma. Fewer than 8 bits are scaled to the
/// full range of 8; palettes become colours.
struct PNGReader {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Signature and `IHDR`.
  static let headerByteCount = 33

  private(set) var layout: PNGLayout
  private var data: [ArraySlice<UInt8>] = []
  /// The pictures of an animation (APNG); empty for most files.
  private var animation: [PNGFrame] = []
  /// Red, green and blue of each palette entry.
  private var palette: [UInt8] = []
  /// From `eXIf`.
  private var orientation = ImageOrientation(1)
  /// Alpha of the first palette entries, from `tRNS`.
  private var paletteAlpha: [UInt8] = []

  /// Walks the chunks of a whole file; checks sizes, order and checksums.
  init(_ bytes: [UInt8]) throws(ZooError) {
    layout = try PNGLayout(bytes)
    var offset = Self.signature.count
    var ended = false
    while !ended {
      guard let length = Self.number(bytes, at: offset), bytes.count - offset >= 12,
        length <= bytes.count - offset - 12
      else { throw ZooError(.badInput, problem: "the PNG file is cut short", expected: "an IEND chunk at its end") }
      let name = bytes[offset + 4..<offset + 8]
      let content = bytes[offset + 8..<offset + 8 + length]
      let sum = bytes[offset + 4..<offset + 8 + length].withUnsafeBufferPointer {
        crc32(0, $0.baseAddress, UInt32($0.count))
      }
      guard Self.number(bytes, at: offset + 8 + length) == Int(sum) else {
        throw ZooError(.badInput, problem: "a checksum of the PNG file is wrong: the file is damaged")
      }
      switch String(decoding: name, as: UTF8.self) {
      case "IDAT":
        data.append(content)
        if !animation.isEmpty { animation[animation.count - 1].data.append(content) }
      case "fcTL": animation.append(try PNGFrame(content, canvas: layout))
      case "fdAT":
        guard !animation.isEmpty, content.count >= 4 else {
          throw ZooError(.badInput, problem: "the PNG file has data of a frame that it doesn't announce")
        }
        animation[animation.count - 1].data.append(content.dropFirst(4))
      case "PLTE": palette = Array(content)
      case "eXIf":
        orientation = ImageOrientation(exif: content)
        guard data.isEmpty || orientation.isUpright else {
          throw ZooError(
            .badInput, problem: "the PNG file says behind its pixels that it is to be turned",
            expected: "a picture that is stored upright", remedy: "Save it anew, e.g. magick FILE -auto-orient NEW.png")
        }
      case "tRNS" where layout.colour == .palette: paletteAlpha = Array(content)
      case "IEND": ended = true
      default: break
      }
      offset += 12 + length
    }
    guard !data.isEmpty else { throw ZooError(.badInput, problem: "the PNG file has no image data") }
    guard layout.colour != .palette || (!palette.isEmpty && palette.count % 3 == 0 && palette.count <= 768) else {
      throw ZooError(.badInput, problem: "the PNG file has no valid palette")
    }
    guard paletteAlpha.count <= palette.count / 3 else {
      throw ZooError(.badInput, problem: "the PNG file has more transparency entries than colours")
    }
  }

  /// What the start of a file tells; `nil` if the rest is needed, which is so with a palette, an animation and EXIF data.
  static func header(_ start: [UInt8]) throws(ZooError) -> ImageHeader? {
    let layout = try PNGLayout(start)
    guard layout.colour != .palette, !needsRest(start) else { return nil }
    return layout.header(channels: layout.colour.channels)
  }

  /// Whether `acTL` or `eXIf` may stand among the chunks before the image data, or that can't be told from `start`.
  private static func needsRest(_ start: [UInt8]) -> Bool {
    var offset = Self.headerByteCount
    while let length = number(start, at: offset), offset + 8 <= start.count {
      let name = start[offset + 4..<offset + 8]
      if name.elementsEqual("IDAT".utf8) { return false }
      if name.elementsEqual("acTL".utf8) || name.elementsEqual("eXIf".utf8) { return true }
      offset += 12 + length
    }
    return true
  }

  var header: ImageHeader { orientation.upright(stored) }

  private var stored: ImageHeader {
    var header = layout.header(
      channels: layout.colour == .palette ? (paletteAlpha.isEmpty ? 3 : 4) : layout.colour.channels)
    header.frames = max(animation.count, 1)
    return header
  }

  /// Decodes the samples.
  func image() throws(ZooError) -> Image {
    let stored = stored
    var samples: [Float] = []
    if animation.isEmpty {
      samples = try decode(data, layout)
    } else {
      samples.reserveCapacity(try stored.sampleCount())
      var canvas = PNGCanvas(stored)
      for frame in animation {
        samples += try canvas.shown(frame, try decode(frame.data, frame.layout(layout)))
      }
    }
    let header = header
    return try Image(
      width: header.width, height: header.height, channels: header.channels, frames: header.frames,
      sampleType: header.sampleType, channelNames: header.channelNames, samples: orientation.upright(samples, stored))
  }

  /// The planar samples of one picture.
  private func decode(_ data: [ArraySlice<UInt8>], _ layout: PNGLayout) throws(ZooError) -> [Float] {
    let channels = stored.channels
    let plane = layout.width * layout.height
    var bytes = try Inflate.decompress(data, size: layout.filteredByteCount())
    var samples = [Float](repeating: 0, count: plane * channels)
    var offset = 0
    for pass in layout.passes {
      let rowBytes = layout.rowBytes(width: pass.width)
      try Self.unfilter(
        &bytes, at: offset, rows: pass.height, rowBytes: rowBytes, pixelBytes: max(1, layout.bitsPerPixel / 8))
      for row in 0..<pass.height {
        let start = offset + row * (rowBytes + 1) + 1
        let first = (pass.y + row * pass.stepY) * layout.width + pass.x
        try unpack(
          bytes, at: start, count: pass.width, into: &samples, first: first, step: pass.stepX, plane: plane)
      }
      offset += pass.height * (rowBytes + 1)
    }
    return samples
  }

  /// Undoes the filters of one pass in place.
  private static func unfilter(
    _ bytes: inout [UInt8], at offset: Int, rows: Int, rowBytes: Int, pixelBytes: Int
  ) throws(ZooError) {
    let known = bytes.withUnsafeMutableBufferPointer { all in
      for row in 0..<rows {
        let start = offset + row * (rowBytes + 1)
        let line = UnsafeMutableBufferPointer(rebasing: all[start + 1..<start + 1 + rowBytes])
        let above = row > 0 ? UnsafeMutableBufferPointer(rebasing: all[start - rowBytes..<start]) : nil
        guard PNGFilter.undo(all[start], line, above: above, pixelBytes: pixelBytes) else { return false }
      }
      return true
    }
    guard known else { throw ZooError(.badInput, problem: "the PNG file uses an unknown filter: the file is damaged") }
  }

  /// Spreads a row of interleaved samples over the planes.
  private func unpack(
    _ bytes: [UInt8], at start: Int, count: Int, into samples: inout [Float], first: Int, step: Int, plane: Int
  ) throws(ZooError) {
    let channels = layout.colour.channels
    switch (layout.colour, layout.depth) {
    case (.palette, let depth):
      for i in 0..<count {
        let entry = Self.packed(bytes, at: start, index: i, depth: depth)
        guard entry * 3 + 2 < palette.count else {
          throw ZooError(
            .badInput, problem: "a pixel has colour \(entry) of a palette of \(palette.count / 3)")
        }
        for channel in 0..<3 { samples[channel * plane + first + i * step] = Float(palette[entry * 3 + channel]) }
        if !paletteAlpha.isEmpty {
          samples[3 * plane + first + i * step] = entry < paletteAlpha.count ? Float(paletteAlpha[entry]) : 255
        }
      }
    case (_, 16):
      for i in 0..<count {
        for channel in 0..<channels {
          let at = start + (i * channels + channel) * 2
          samples[channel * plane + first + i * step] = Float(UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]))
        }
      }
    case (_, 8):
      for i in 0..<count {
        for channel in 0..<channels {
          samples[channel * plane + first + i * step] = Float(bytes[start + i * channels + channel])
        }
      }
    case (_, let depth):
      let scale = Float(255 / ((1 << depth) - 1))
      for i in 0..<count {
        samples[first + i * step] = Float(Self.packed(bytes, at: start, index: i, depth: depth)) * scale
      }
    }
  }

  private static func packed(_ bytes: [UInt8], at start: Int, index: Int, depth: Int) -> Int {
    let bit = index * depth
    return Int(bytes[start + bit / 8]) >> (8 - depth - bit % 8) & ((1 << depth) - 1)
  }

  /// A big-endian number of 32 bits, or `nil` past the end.
  static func number(_ bytes: [UInt8], at offset: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - 4 else { return nil }
    return bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}
