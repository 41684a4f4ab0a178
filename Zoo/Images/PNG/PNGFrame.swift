import ZooFormat

/// One picture of an animated PNG: a rectangle that is drawn into the one before (chunk `fcTL`).
struct PNGFrame {
  enum Disposal: UInt8 { case keep, clear, restore }

  let x: Int
  let y: Int
  let width: Int
  let height: Int
  let disposal: Disposal
  /// Whether transparent samples let the picture below shine through.
  let isBlended: Bool
  var data: [ArraySlice<UInt8>] = []

  /// - Throws: ``ZooError`` if the rectangle isn't within the canvas.
  init(_ chunk: ArraySlice<UInt8>, canvas: PNGLayout) throws(ZooError) {
    let bytes = Array(chunk)
    guard bytes.count == 26, let width = PNGReader.number(bytes, at: 4), let height = PNGReader.number(bytes, at: 8),
      let x = PNGReader.number(bytes, at: 12), let y = PNGReader.number(bytes, at: 16), width > 0, height > 0,
      x + width <= canvas.width, y + height <= canvas.height, let disposal = Disposal(rawValue: bytes[24]),
      bytes[25] <= 1
    else { throw ZooError(.badInput, problem: "the PNG file has a frame that isn't valid") }
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.disposal = disposal
    isBlended = bytes[25] == 1
  }

  /// How the rectangle is stored.
  func layout(_ canvas: PNGLayout) -> PNGLayout { PNGLayout(canvas, width: width, height: height) }
}

/// What an animation has drawn so far.
struct PNGCanvas {
  private let header: ImageHeader
  private var samples: [Float]

  init(_ header: ImageHeader) {
    self.header = header
    samples = [Float](repeating: 0, count: header.width * header.height * header.channels)
  }

  /// Draws the planar samples of a frame and disposes of them afterwards.
  /// - Returns: what is seen with the frame.
  /// - Throws: ``ZooError`` if the frame is to be mixed with what is below it: no camera saw that.
  mutating func shown(_ frame: PNGFrame, _ drawn: [Float]) throws(ZooError) -> [Float] {
    guard !frame.isBlended || !header.channelNames.contains("alpha") else {
      throw ZooError(
        .badInput, problem: "the animated PNG mixes its frames by transparency", expected: "frames of their own",
        remedy: "Save the frames as files of their own, or as pages of a TIFF")
    }
    let before = samples
    put(frame) { drawn[$0] }
    let seen = samples
    switch frame.disposal {
    case .keep: break
    case .clear: put(frame) { _ in 0 }
    case .restore: samples = before
    }
    return seen
  }

  private mutating func put(_ frame: PNGFrame, _ value: (Int) -> Float) {
    for channel in 0..<header.channels {
      for row in 0..<frame.height {
        for column in 0..<frame.width {
          let to = (channel * header.height + frame.y + row) * header.width + frame.x + column
          samples[to] = value((channel * frame.height + row) * frame.width + column)
        }
      }
    }
  }
}
