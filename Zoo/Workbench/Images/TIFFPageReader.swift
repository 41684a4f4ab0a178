import LibTIFF
import ZooFormat

/// Decodes the strips or tiles of the current directory.
struct TIFFPageReader {
  private let file: TIFFFile
  private let page: TIFFPage

  init(_ file: TIFFFile, _ page: TIFFPage) {
    self.file = file
    self.page = page
  }

  /// The samples of each channel.
  func planes() throws(ZooError) -> [[Float]] {
    var planes = [[Float]](repeating: [], count: page.samplesPerPixel)
    for sample in planes.indices { planes[sample] = [Float](repeating: 0, count: page.width * page.height) }
    let isTiled = TIFFIsTiled(file.handle) != 0
    let blockWidth = isTiled ? file.long(TIFFTAG_TILEWIDTH) : page.width
    let blockHeight =
      isTiled ? file.long(TIFFTAG_TILELENGTH) : min(max(file.long(TIFFTAG_ROWSPERSTRIP), 1), page.height)
    let samples = page.isPlanar ? 1 : page.samplesPerPixel
    let size = Int(isTiled ? TIFFTileSize(file.handle) : TIFFStripSize(file.handle))
    let (area, overflow) = blockWidth.multipliedReportingOverflow(by: blockHeight)
    // Tiles may be larger than a small image, but not without bound.
    let imageArea = max(page.width * page.height, 1 << 20)
    guard blockWidth > 0, blockHeight > 0, !overflow, area <= 4 * imageArea,
      size >= area * samples * page.sampleType.byteCount, size <= 64 * imageArea * samples
    else { throw ZooError(.badInput, problem: "the TIFF file has blocks of \(blockWidth)×\(blockHeight) pixels") }
    let across = (page.width + blockWidth - 1) / blockWidth
    let down = (page.height + blockHeight - 1) / blockHeight
    let count = across * down * (page.isPlanar ? page.samplesPerPixel : 1)
    let stored = isTiled ? TIFFNumberOfTiles(file.handle) : TIFFNumberOfStrips(file.handle)
    guard Int(stored) >= count else {
      throw ZooError(.badInput, problem: "the TIFF file has \(stored) blocks of samples", expected: "\(count)")
    }
    var buffer = [UInt8](repeating: 0, count: size)
    for block in 0..<count {
      let (plane, place) = block.quotientAndRemainder(dividingBy: across * down)
      let (row, column) = place.quotientAndRemainder(dividingBy: across)
      let (x, y) = (column * blockWidth, row * blockHeight)
      let (columns, rows) = (min(blockWidth, page.width - x), min(blockHeight, page.height - y))
      let got = buffer.withUnsafeMutableBytes { bytes in
        isTiled
          ? TIFFReadEncodedTile(file.handle, UInt32(block), bytes.baseAddress, tmsize_t(size))
          : TIFFReadEncodedStrip(file.handle, UInt32(block), bytes.baseAddress, tmsize_t(size))
      }
      guard Int(got) >= (isTiled ? area : columns * rows) * samples * page.sampleType.byteCount else {
        throw ZooError(
          .badInput, problem: "block \(block + 1) of \(count) of the TIFF file is broken or cut short")
      }
      for sample in 0..<samples {
        unpack(
          buffer, sample: sample, of: samples, blockWidth: blockWidth, columns: columns, rows: rows,
          into: &planes[page.isPlanar ? plane : sample], start: y * page.width + x)
      }
    }
    return planes
  }

  private func unpack(
    _ buffer: [UInt8], sample: Int, of samples: Int, blockWidth: Int, columns: Int, rows: Int,
    into plane: inout [Float], start: Int
  ) {
    func convert<T>(_: T.Type, _ float: (T) -> Float) {
      buffer.withUnsafeBytes { bytes in
        for row in 0..<rows {
          for column in 0..<columns {
            let index = (row * blockWidth + column) * samples + sample
            plane[start + row * page.width + column] =
              float(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self))
          }
        }
      }
    }
    switch page.sampleType {
    case .uint8: convert(UInt8.self) { Float($0) }
    case .int8: convert(Int8.self) { Float($0) }
    case .uint16: convert(UInt16.self) { Float($0) }
    case .int16: convert(Int16.self) { Float($0) }
    case .uint32: convert(UInt32.self) { Float($0) }
    case .int32: convert(Int32.self) { Float($0) }
    case .float32: convert(UInt32.self) { Float(bitPattern: $0) }
    }
  }
}
