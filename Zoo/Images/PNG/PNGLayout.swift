import ZooFormat

/// What a PNG file's `IHDR` says, checked, and what follows from it.
struct PNGLayout {
  enum Colour: UInt8 {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgba = 6

    /// Samples of one pixel in the stored data.
    var channels: Int {
      switch self {
      case .gray, .palette: 1
      case .grayAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }

    var depths: [Int] {
      switch self {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .rgb, .grayAlpha, .rgba: [8, 16]
      }
    }
  }

  /// The pixels of one pass of interlacing: every `stepX`-th from `x` in every `stepY`-th row from `y`.
  struct Pass {
    var x: Int
    var y: Int
    var stepX: Int
    var stepY: Int
    var width: Int
    var height: Int
  }

  let width: Int
  let height: Int
  let depth: Int
  let colour: Colour
  let isInterlaced: Bool

  init(_ start: [UInt8]) throws(ZooError) {
    guard start.count >= PNGReader.headerByteCount, start.starts(with: PNGReader.signature),
      PNGReader.number(start, at: 8) == 13, start[12..<16].elementsEqual("IHDR".utf8),
      let width = PNGReader.number(start, at: 16), let height = PNGReader.number(start, at: 20)
    else { throw ZooError(.badInput, problem: "the PNG file has no valid header") }
    guard let colour = Colour(rawValue: start[25]), colour.depths.contains(Int(start[24])), start[26] == 0,
      start[27] == 0, start[28] <= 1
    else {
      throw ZooError(
        .badInput,
        problem: "the PNG header says depth \(start[24]), colour type \(start[25]), interlacing \(start[28])",
        expected: "a combination that PNG allows")
    }
    self.width = width
    self.height = height
    self.depth = Int(start[24])
    self.colour = colour
    self.isInterlaced = start[28] == 1
    _ = try header(channels: 4).sampleCount()
  }

  /// The same kind of samples in other sizes, which are smaller.
  init(_ other: PNGLayout, width: Int, height: Int) {
    self.width = width
    self.height = height
    depth = other.depth
    colour = other.colour
    isInterlaced = other.isInterlaced
  }

  var bitsPerPixel: Int { depth * colour.channels }

  func header(channels: Int) -> ImageHeader {
    ImageHeader(
      width: width, height: height, channels: channels, sampleType: depth == 16 ? .uint16 : .uint8,
      channelNames: [[], ["gray"], ["gray", "alpha"], ["red", "green", "blue"], ["red", "green", "blue", "alpha"]][
        channels])
  }

  /// Bytes of a row without the one that names its filter.
  func rowBytes(width: Int) -> Int { (width * bitsPerPixel + 7) / 8 }

  /// The passes that have any pixels, in stored order: Adam7's, or one with all.
  var passes: [Pass] {
    let grid =
      isInterlaced
      ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      : [(0, 0, 1, 1)]
    return grid.compactMap { x, y, stepX, stepY in
      let pass = Pass(
        x: x, y: y, stepX: stepX, stepY: stepY, width: (width - x + stepX - 1) / stepX,
        height: (height - y + stepY - 1) / stepY)
      return pass.width > 0 && pass.height > 0 ? pass : nil
    }
  }

  /// The size of the decompressed data.
  func filteredByteCount() -> Int {
    passes.reduce(0) { $0 + $1.height * (rowBytes(width: $1.width) + 1) }
  }
}
