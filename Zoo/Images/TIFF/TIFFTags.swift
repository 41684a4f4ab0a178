/// The tags of one directory of a TIFF file as they stand in its bytes: for makers' own tags, which libtiff doesn't
/// interpret, and whose counts and types often aren't what they should be.
struct TIFFTags {
  private struct Entry {
    let type: Int
    let count: Int
    /// Where the values are.
    let offset: Int
  }

  let isLittleEndian: Bool
  /// Where the directory stands.
  private let directory: Int
  private let bytes: TIFFBytes
  private var entries: [Int: Entry] = [:]

  /// Sizes of TIFF's types in bytes, by number.
  private static let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]

  /// Reads the directory at `directory`, or the first; `nil` if there is none. Entries that point out of the file are
  /// left out. O(entries).
  init?(_ bytes: TIFFBytes, directory: Int? = nil) {
    guard let head = bytes[0..<16], head[0] == head[1], head[0] == 0x49 || head[0] == 0x4D else { return nil }
    let isLittle = head[0] == 0x49
    isLittleEndian = isLittle
    self.bytes = bytes
    let isBig = head[isLittle ? 2 : 3] == 43
    func word(_ offset: Int, _ size: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - size else { return nil }
      return bytes[offset..<offset + size].flatMap { Self.number($0[...], isLittleEndian: isLittle) }
    }
    guard let first = directory ?? word(isBig ? 8 : 4, isBig ? 8 : 4), let count = word(first, isBig ? 8 : 2),
      count <= 4096
    else { return nil }
    let width = isBig ? 8 : 4
    let entrySize = isBig ? 20 : 12
    self.directory = first
    let firstEntry = first + (isBig ? 8 : 2)
    // All entries at once, as far as the file goes.
    let block = bytes[firstEntry..<max(firstEntry, min(bytes.count, firstEntry + count * entrySize))] ?? []
    func entry(_ offset: Int, _ size: Int) -> Int? {
      guard offset <= block.count - size else { return nil }
      return Self.number(block[offset..<offset + size], isLittleEndian: isLittle)
    }
    for index in 0..<count {
      let start = index * entrySize
      guard let tag = entry(start, 2), let type = entry(start + 2, 2), let values = entry(start + 4, width),
        Self.sizes.indices.contains(type)
      else { return }
      let (size, overflow) = values.multipliedReportingOverflow(by: Self.sizes[type])
      guard !overflow, size > 0 else { continue }
      let place = size <= width ? firstEntry + start + 4 + width : entry(start + 4 + width, width) ?? bytes.count
      guard place >= 0, place <= bytes.count, size <= bytes.count - place, entries[tag] == nil else { continue }
      entries[tag] = Entry(type: type, count: values, offset: place)
    }
  }

  /// Whether the directory or values of its tags stand within `range`.
  func overlap(_ range: Range<Int>) -> Bool {
    range.contains(directory)
      || entries.values.contains { range.overlaps($0.offset..<$0.offset + $0.count * Self.sizes[$0.type]) }
  }

  /// How many values a tag has; `nil` without it.
  func count(_ tag: Int) -> Int? { entries[tag]?.count }

  /// The values of a tag of whole numbers, at most a million; `nil` without it, or if it is of another type.
  func numbers(_ tag: Int) -> [Int]? {
    guard let entry = entries[tag], [1, 3, 4, 6, 7, 8, 9, 13, 16].contains(entry.type), entry.count <= 1 << 20 else {
      return nil
    }
    let size = Self.sizes[entry.type]
    return (0..<entry.count).compactMap { number(at: entry.offset + $0 * size, size: size) }
  }

  /// The bytes of a tag, and as many more of the file as are asked for: some makers count in units of their own.
  func content(_ tag: Int, byteCount: Int? = nil) -> ArraySlice<UInt8>? {
    guard let entry = entries[tag] else { return nil }
    let size = byteCount ?? entry.count * Self.sizes[entry.type]
    guard size >= 0, size <= bytes.count - entry.offset else { return nil }
    return bytes[entry.offset..<entry.offset + size].map { $0[...] }
  }

  /// The value of a tag that is a ratio of two numbers; `nil` without it, or if it isn't positive.
  func ratio(_ tag: Int) -> Double? {
    guard let entry = entries[tag], entry.type == 5, let above = number(at: entry.offset, size: 4),
      let below = number(at: entry.offset + 4, size: 4), above > 0, below > 0
    else { return nil }
    return Double(above) / Double(below)
  }

  func text(_ tag: Int) -> String? {
    content(tag).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// A number in the file's byte order without sign; `nil` past the end, or if it is more than 63 bits hold.
  func number(at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    return bytes[offset..<offset + size].flatMap { Self.number($0[...], isLittleEndian: isLittleEndian) }
  }

  static func number(_ bytes: ArraySlice<UInt8>, isLittleEndian: Bool) -> Int? {
    let value = (isLittleEndian ? Array(bytes.reversed()) : Array(bytes)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: value)
  }
}
