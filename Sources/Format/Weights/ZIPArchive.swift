/// A ZIP archive whose members are stored, not compressed, as PyTorch writes them. ZIP64 included.
///
/// Archives that two readers could understand in two ways are refused: members that stand twice (also under names that
/// differ in case, in Unicode's normal form or in how they spell the path), that overlap, or whose local header says
/// something else than the directory; bytes before the first member, between members, or behind the archive's end.
struct ZIPArchive {
  /// The members' bytes by name.
  private(set) var members: [String: UnsafeRawBufferPointer] = [:]

  /// Finds the members. O(members).
  /// - Throws: ``ZooError`` if the archive is damaged or has compressed or encrypted members.
  init(_ bytes: UnsafeRawBufferPointer, limits: LoadLimits) throws(ZooError) {
    let (directory, records) = try Self.directory(bytes)
    guard directory.count <= limits.structureBytes else {
      throw limits.exceeded("bytes of directory", found: "\(directory.count)", limit: "\(limits.structureBytes)")
    }
    var position = directory.lowerBound
    var spellings: Set<String> = []
    var places: [(range: Range<Int>, name: String)] = []
    while position < directory.upperBound {
      let entry = try Fields(bytes, position, 46, signature: 0x0201_4b50)
      let (nameCount, extraCount) = (entry.u16(28), entry.u16(30))
      let end = position + 46 + nameCount + extraCount + entry.u16(32)
      guard end <= directory.upperBound else { throw Self.damaged() }
      let name = try String(wire: UnsafeRawBufferPointer(rebasing: bytes[position + 46..<position + 46 + nameCount]))
      guard entry.u16(10) == 0, entry.u16(8) & 1 == 0 else {
        throw ZooError(.badInput, path: name, problem: "the member is compressed or encrypted", expected: "stored")
      }
      var sizes = Sizes(stored: entry.u32(20), original: entry.u32(24), offset: entry.u32(42))
      try sizes.widen(bytes, position + 46 + nameCount..<position + 46 + nameCount + extraCount)
      guard sizes.stored == sizes.original else { throw Self.damaged() }
      guard spellings.insert(Self.spelling(name)).inserted else {
        throw Self.ambiguous(name, "two members have this name, perhaps in another spelling")
      }
      let local = try Self.local(bytes, sizes, name: name)
      members[name] = UnsafeRawBufferPointer(rebasing: bytes[local.content])
      places.append((local.header.lowerBound..<local.content.upperBound, name))
      position = end
    }
    guard places.count == records else {
      throw Self.ambiguous(nil, "the directory lists \(places.count) members, its end says \(records)")
    }
    var end = 0
    for (range, name) in places.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard range.lowerBound >= end else { throw Self.ambiguous(name, "the member overlaps another") }
      end = range.upperBound
    }
    guard end <= directory.lowerBound else { throw Self.ambiguous(nil, "a member overlaps the directory") }
  }

  /// What names are compared by: two that some system would take for one file count as the same.
  private static func spelling(_ name: String) -> String {
    let parts = name.replacing("\\", with: "/").split(separator: "/").filter { $0 != "." }
    return parts.joined(separator: "/").lowercased()
  }

  /// Where the central directory stands, and how many members its end says that it has.
  private static func directory(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> (range: Range<Int>, count: Int) {
    guard bytes.count >= 22 else { throw damaged() }
    // The record stands at the end, before a comment of up to 64 KB.
    var position = bytes.count - 22
    let first = max(0, position - 0xffff)
    while position >= first, bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self) != 0x0605_4b50 {
      position -= 1
    }
    guard position >= first else { throw damaged() }
    let record = try Fields(bytes, position, 22, signature: 0x0605_4b50)
    guard position + 22 + record.u16(20) == bytes.count else {
      throw ambiguous(nil, "there are bytes behind the end of the archive")
    }
    var count = record.u16(10)
    var (size, offset) = (UInt64(record.u32(12)), UInt64(record.u32(16)))
    if size == 0xffff_ffff || offset == 0xffff_ffff || record.u16(10) == 0xffff {
      let locator = try Fields(bytes, position - 20, 20, signature: 0x0706_4b50)
      let wide = try Fields(bytes, Int(exactly: locator.u64(8)) ?? -1, 56, signature: 0x0606_4b50)
      (size, offset) = (wide.u64(40), wide.u64(48))
      count = Int(exactly: wide.u64(32)) ?? -1
    }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= UInt64(position) else { throw damaged() }
    return (Int(offset)..<Int(end), count)
  }

  /// A member's local header and the bytes that follow it.
  private static func local(
    _ bytes: UnsafeRawBufferPointer, _ sizes: Sizes, name: String
  ) throws(ZooError) -> (header: Range<Int>, content: Range<Int>) {
    guard let offset = Int(exactly: sizes.offset), let size = Int(exactly: sizes.stored) else { throw damaged() }
    let header = try Fields(bytes, offset, 30, signature: 0x0403_4b50)
    let start = offset + 30 + header.u16(26) + header.u16(28)
    guard start <= bytes.count, size <= bytes.count - start else { throw damaged() }
    let written = bytes[offset + 30..<offset + 30 + header.u16(26)]
    guard written.elementsEqual(name.utf8) else {
      throw ambiguous(name, "the member's own header has another name than the directory")
    }
    // Writers that stream leave sizes of 0 or 2³² − 1 here and say them behind the member, or in a field of 64 bits.
    let stated = header.u32(18)
    guard header.u16(8) == 0, stated == 0 || stated == 0xffff_ffff || UInt64(stated) == sizes.stored else {
      throw ambiguous(name, "the member's own header says another size or compression than the directory")
    }
    return (offset..<start, start..<start + size)
  }

  private static func ambiguous(_ name: String?, _ problem: String) -> ZooError {
    ZooError(
      .badInput, path: name, problem: "\(problem): the archive could be read in two ways",
      expected: "an archive as PyTorch writes it", remedy: "Save the weights again with torch.save")
  }

  private static func damaged() -> ZooError {
    ZooError(.badInput, problem: "the ZIP archive is damaged or cut short", remedy: "Get the file again")
  }

  /// Sizes of a member, 32 bits wide unless a field of its own has 64.
  private struct Sizes {
    var stored: UInt64
    var original: UInt64
    var offset: UInt64

    init(stored: UInt32, original: UInt32, offset: UInt32) {
      (self.stored, self.original, self.offset) = (UInt64(stored), UInt64(original), UInt64(offset))
    }

    mutating func widen(_ bytes: UnsafeRawBufferPointer, _ extra: Range<Int>) throws(ZooError) {
      var position = extra.lowerBound
      while position + 4 <= extra.upperBound {
        let kind = bytes.loadUnaligned(fromByteOffset: position, as: UInt16.self).littleEndian
        let count = Int(bytes.loadUnaligned(fromByteOffset: position + 2, as: UInt16.self).littleEndian)
        position += 4
        guard count <= extra.upperBound - position else { throw ZIPArchive.damaged() }
        if kind == 1 {
          var next = position
          for field in [\Sizes.original, \Sizes.stored, \Sizes.offset] where self[keyPath: field] == 0xffff_ffff {
            guard next + 8 <= position + count else { throw ZIPArchive.damaged() }
            self[keyPath: field] = bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self).littleEndian
            next += 8
          }
        }
        position += count
      }
    }
  }

  /// A record of fixed size, checked to lie in the archive.
  private struct Fields {
    private let bytes: UnsafeRawBufferPointer

    init(_ archive: UnsafeRawBufferPointer, _ position: Int, _ size: Int, signature: UInt32) throws(ZooError) {
      guard position >= 0, position <= archive.count, size <= archive.count - position else {
        throw ZIPArchive.damaged()
      }
      bytes = UnsafeRawBufferPointer(rebasing: archive[position..<position + size])
      guard u32(0) == signature else { throw ZIPArchive.damaged() }
    }

    func u16(_ offset: Int) -> Int { Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self).littleEndian) }
    func u32(_ offset: Int) -> UInt32 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian }
    func u64(_ offset: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian }
  }
}
