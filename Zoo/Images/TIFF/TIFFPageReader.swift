import LibTIFF
import ZooFormat

/// Decodes the strips or tiles of the current directory.
struct TIFFPageReader {
  private let document: TIFFDocument
  private let page: TIFFPage
  private let sampleType: SampleType

  private var file: TIFFFile { document.file }

  init(_ document: TIFFDocument, _ page: TIFFPage) throws(ZooError) {
    self.document = document
    self.page = page
    sampleType = try page.sampleType
  }

  /// The samples of each channel of the page's own plane, or of the one that follows it as number `successor`.
  func planes(_ successor: Int = 0) throws(ZooError) -> [[Float]] {
    var planes = [[Float]](repeating: [], count: page.samplesPerPixel)
    for sample in planes.indices { planes[sample] = [Float](repeating: 0, count: page.width * page.height) }
    if successor > 0 {
      try follow(successor, &planes)
      return planes
    }
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
      size >= area * samples * sampleType.byteCount, size <= 64 * imageArea * samples
    else { throw ZooError(.badInput, problem: "the TIFF file has blocks of \(blockWidth)×\(blockHeight) pixels") }
    let across = (page.width + blockWidth - 1) / blockWidth
    let down = (page.height + blockHeight - 1) / blockHeight
    let count = across * down * (page.isPlanar ? page.samplesPerPixel : 1)
    let stored = isTiled ? TIFFNumberOfTiles(file.handle) : TIFFNumberOfStrips(file.handle)
    guard Int(stored) >= count else {
      throw ZooError(.badInput, problem: "the TIFF file has \(stored) blocks of samples", expected: "\(count)")
    }
    let tags = TIFFTags(document.bytes, directory: page.offset)
    let said = page.compression == 1 && !isTiled ? tags?.numbers(279) ?? [] : []
    var buffer = [UInt8](repeating: 0, count: size)
    for block in 0..<count {
      // A block that isn't there is one of zeros, as GDAL, Bio-Formats and tifffile have it.
      let (offset, length) = (
        TIFFGetStrileOffset(file.handle, UInt32(block)), TIFFGetStrileByteCount(file.handle, UInt32(block))
      )
      if length == 0 {
        guard lists(count) else { throw Self.unlisted }
        continue
      }
      let (plane, place) = block.quotientAndRemainder(dividingBy: across * down)
      let (row, column) = place.quotientAndRemainder(dividingBy: across)
      let (x, y) = (column * blockWidth, row * blockHeight)
      let (columns, rows) = (min(blockWidth, page.width - x), min(blockHeight, page.height - y))
      // libtiff mends a size that is too small; what it then reads mustn't be something else in the file.
      if block < said.count, said[block] < columns * rows * samples * sampleType.byteCount {
        let start = Int(clamping: offset)
        let (end, overflow) = start.addingReportingOverflow(columns * rows * samples * sampleType.byteCount)
        guard !overflow, end <= document.bytes.count, tags?.overlap(start..<end) == false else {
          throw ZooError(
            .badInput, problem: "block \(block + 1) of \(count) of the TIFF file has too few bytes",
            expected: "\(Figures.bytes(columns * rows * samples * sampleType.byteCount))",
            remedy: "Get the file again: it is cut short, or was written only in part")
        }
      }
      let got =
        offset < 8
        ? -1
        : buffer.withUnsafeMutableBytes { bytes in
          isTiled
            ? TIFFReadEncodedTile(file.handle, UInt32(block), bytes.baseAddress, tmsize_t(size))
            : TIFFReadEncodedStrip(file.handle, UInt32(block), bytes.baseAddress, tmsize_t(size))
        }
      guard Int(got) >= (isTiled ? area : columns * rows) * samples * sampleType.byteCount else {
        throw ZooError(
          .badInput, problem: "block \(block + 1) of \(count) of the TIFF file is broken or cut short")
      }
      for sample in 0..<samples {
        buffer.withUnsafeBytes { bytes in
          unpack(
            bytes, sample: sample, of: samples, blockWidth: blockWidth, columns: columns, rows: rows,
            into: &planes[page.isPlanar ? plane : sample], start: y * page.width + x)
        }
      }
    }
    return planes
  }

  /// Whether the directory has a place and a size for each of `blocks`, be they zero: an empty block is meant, one that
  /// isn't listed is damage.
  private func lists(_ blocks: Int) -> Bool {
    let tags = TIFFTags(document.bytes, directory: page.offset)
    return [(273, 324), (279, 325)].allSatisfy { (tags?.count($0) ?? tags?.count($1) ?? 0) >= blocks }
  }

  private static let unlisted = ZooError(
    .badInput, problem: "a page of the TIFF file lists fewer blocks of samples than it has",
    remedy: "Get the file again")

  /// Bytes of samples in the blocks that the file has.
  func storedByteCount() throws(ZooError) -> Int {
    try file.select(page.directory)
    let isTiled = TIFFIsTiled(file.handle) != 0
    let blocks = isTiled ? TIFFNumberOfTiles(file.handle) : TIFFNumberOfStrips(file.handle)
    let size = Int(isTiled ? TIFFTileSize(file.handle) : TIFFStripSize(file.handle))
    guard lists(Int(blocks)) else { throw Self.unlisted }
    let present = (0..<blocks).count { TIFFGetStrileByteCount(file.handle, $0) > 0 }
    return present.multipliedReportingOverflow(by: size).overflow ? .max : present * size
  }

  /// Whether `count` planes stand one after the other in the file, the first where the directory has it.
  /// - Throws: ``ZooError`` if they are compressed or tiled, or the file ends before they do.
  static func checkSuccessors(_ document: TIFFDocument, _ page: TIFFPage, count: Int) throws(ZooError) {
    try document.file.select(page.directory)
    let handle = document.file.handle
    guard page.compression == 1, TIFFIsTiled(handle) == 0 else {
      throw ZooError(
        .badInput, problem: "the TIFF file is said to hold \(count) planes, but has one page",
        expected: "a page for each", remedy: "Write the file again whole")
    }
    let start = Int(exactly: TIFFGetStrileOffset(handle, 0)) ?? .max
    var end = start
    for strip in 0..<TIFFNumberOfStrips(handle) {
      guard Int(exactly: TIFFGetStrileOffset(handle, strip)) == end,
        let length = Int(exactly: TIFFGetStrileByteCount(handle, strip)), length <= document.bytes.count
      else {
        throw ZooError(
          .badInput,
          problem:
            "the TIFF file is said to hold \(count) planes, but has one page in strips that don't follow each other",
          remedy: "Write the file again with a page for each plane")
      }
      end += length
      // ImageJ may say the size of all planes for the first.
      if end > document.bytes.count { end = document.bytes.count }
    }
    let plane = try size(page)
    let (all, overflow) = plane.multipliedReportingOverflow(by: count)
    // The planes end where the file does, or where something else stands in it.
    let fits = !overflow && start <= document.bytes.count && all <= document.bytes.count - start
    guard fits, TIFFTags(document.bytes, directory: page.offset)?.overlap(start..<start + all) == false else {
      throw ZooError(
        .badInput, problem: "the TIFF file is said to hold \(count) planes, but hasn't room for them",
        expected: "\(Figures.bytes(plane)) for each from byte \(start) on",
        remedy: "Get the file again: it is cut short, or was written only in part")
    }
  }

  /// Bytes of a plane that isn't compressed.
  private static func size(_ page: TIFFPage) throws(ZooError) -> Int {
    page.width * page.height * page.samplesPerPixel * (try page.sampleType.byteCount)
  }

  /// Reads a plane that has no directory of its own. That it is there was checked.
  private func follow(_ successor: Int, _ planes: inout [[Float]]) throws(ZooError) {
    let size = try Self.size(page)
    let start = Int(TIFFGetStrileOffset(file.handle, 0)) + successor * size
    guard start >= 0, size <= document.bytes.count - start else {
      throw ZooError(.badInput, problem: "plane \(successor + 1) of the TIFF file is cut short")
    }
    guard var bytes = document.bytes[start..<start + size] else {
      throw ZooError(.badInput, problem: "plane \(successor + 1) of the TIFF file can't be read")
    }
    if TIFFIsByteSwapped(file.handle) != 0 {
      switch sampleType.byteCount {
      case 2: bytes.withUnsafeMutableBytes { for i in stride(from: 0, to: $0.count - 1, by: 2) { $0.swapAt(i, i + 1) } }
      case 4:
        bytes.withUnsafeMutableBytes {
          for i in stride(from: 0, to: $0.count - 3, by: 4) {
            $0.swapAt(i, i + 3)
            $0.swapAt(i + 1, i + 2)
          }
        }
      default: break
      }
    }
    let samples = page.isPlanar ? 1 : page.samplesPerPixel
    let planeSize = size / page.samplesPerPixel
    for index in planes.indices {
      bytes.withUnsafeBytes { all in
        unpack(
          UnsafeRawBufferPointer(rebasing: page.isPlanar ? all[index * planeSize..<(index + 1) * planeSize] : all[...]),
          sample: page.isPlanar ? 0 : index, of: samples, blockWidth: page.width, columns: page.width,
          rows: page.height,
          into: &planes[index], start: 0)
      }
    }
  }

  private func unpack(
    _ bytes: UnsafeRawBufferPointer, sample: Int, of samples: Int, blockWidth: Int, columns: Int, rows: Int,
    into plane: inout [Float], start: Int
  ) {
    func convert<T>(_: T.Type, _ float: (T) -> Float) {
      for row in 0..<rows {
        for column in 0..<columns {
          let index = (row * blockWidth + column) * samples + sample
          plane[start + row * page.width + column] =
            float(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self))
        }
      }
    }
    switch sampleType {
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
