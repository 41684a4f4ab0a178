import Foundation
import ZooFormat
import ZooImages

/// Writes a TIFF file of 16-bit planes one after the other, so that a film never is in memory as a whole.
///
/// Uncompressed, little-endian, one strip a plane. The file appears when ``finish()`` puts it in place.
final class TIFFPlaneStream {
  /// `nil` for a file that is put together in memory.
  private let file: AtomicFile?
  private var memory: [UInt8] = []
  private let width: Int
  private let height: Int
  private let pages: Int
  private let description: [UInt8]
  private let note: [UInt8]
  private var written = 0

  private static let fieldCount = 12

  /// - Parameters:
  ///   - path: `nil` for ``bytes`` alone.
  ///   - pages: How many planes will follow.
  ///   - description: The text of the first page, e.g. OME-XML or ImageJ's.
  init(
    _ path: String?, width: Int, height: Int, pages: Int, description: String, note: String
  ) throws(ZooError) {
    let size = pages * (width * height * 2 + 400)
    guard size < 1 << 32 else {
      throw ZooError(
        .usage, file: path, problem: "the film would take \(Figures.bytes(size))", expected: "less than 4 GiB a file",
        remedy: "Choose fewer frames or smaller fields")
    }
    self.width = width
    self.height = height
    self.pages = pages
    self.description = Array(description.utf8) + [0]
    self.note = Array(note.utf8) + [0]
    file = try path.map { path throws(ZooError) in try AtomicFile(path) }
    try put([0x49, 0x49, 42, 0] + Self.little(8 + pixelBytes, 4))
  }

  private var pixelBytes: Int { width * height * 2 + width * height * 2 % 2 }

  /// Adds the next plane; values are rounded and clamped to 16 bits.
  func add(_ plane: [Float]) throws(ZooError) {
    let bytes = [UInt8](unsafeUninitializedCapacity: pixelBytes) { buffer, count in
      for (index, value) in plane.enumerated() {
        let stored = UInt16(saturating: max(0, min(65535, value.rounded())))
        buffer[2 * index] = UInt8(stored & 255)
        buffer[2 * index + 1] = UInt8(stored >> 8)
      }
      count = pixelBytes
    }
    let start = file?.byteCount ?? memory.count
    try put(bytes)
    let texts = written == 0 ? description : []
    let directory = start + pixelBytes
    let extra = directory + 2 + 12 * Self.fieldCount + 4
    var fields: [UInt8] = Self.little(Self.fieldCount, 2)
    func field(_ tag: Int, _ kind: Int, _ count: Int, _ value: Int) {
      fields += Self.little(tag, 2) + Self.little(kind, 2) + Self.little(count, 4) + Self.little(value, 4)
    }
    field(254, 4, 1, 0)
    field(256, 4, 1, width)
    field(257, 4, 1, height)
    field(258, 3, 1, 16)
    field(259, 3, 1, 1)
    field(262, 3, 1, 1)
    // An empty text stands in its field.
    field(270, 2, max(1, texts.count), texts.isEmpty ? 0 : extra)
    field(273, 4, 1, start)
    field(277, 3, 1, 1)
    field(278, 4, 1, height)
    field(279, 4, 1, width * height * 2)
    field(305, 2, note.count, extra + texts.count)
    written += 1
    var tail = texts + note
    if tail.count % 2 == 1 { tail.append(0) }
    let next = written == pages ? 0 : extra + tail.count + pixelBytes
    try put(fields + Self.little(next, 4) + tail)
  }

  /// The bytes of a file in memory.
  var bytes: [UInt8] { memory }

  func finish() throws(ZooError) { try file?.commit() }

  private func put(_ bytes: [UInt8]) throws(ZooError) {
    if let file { try file.write(bytes) } else { memory += bytes }
  }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
