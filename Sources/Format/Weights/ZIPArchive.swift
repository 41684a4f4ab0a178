/// A ZIP archive whose members are stored, not compressed, as PyTorch writes them. ZIP64 included.
struct ZIPArchive {
  /// The members' bytes by name.
  private(set) var members: [String: UnsafeRawBufferPointer] = [:]

  /// Finds the members. O(members).
  /// - Throws: ``ZooError`` if the archive is damaged or has compressed or encrypted members.
  init(_ bytes: UnsafeRawBufferPointer, limits: LoadLimits) throws(ZooError) {
    let directory = try Self.directory(bytes)
    guard directory.count <= limits.structureBytes else {
      throw limits.exceeded("bytes of directory", found: "\(directory.count)", limit: "\(limits.structureBytes)")
    }
    var position = directory.lowerBound
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
      guard members.updateValue(try Self.content(bytes, sizes), forKey: name) == nil else {
        throw ZooError(.badInput, path: name, problem: "two members have this name")
      }
      position = end
    }
  }

  /// Where the central directory stands.
  private static func directory(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> Range<Int> {
    guard bytes.count >= 22 else { throw damaged() }
    // The record stands at the end, before a comment of up to 64 KB.
    var position = bytes.count - 22
    let first = max(0, position - 0xffff)
    while position >= first, bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self) != 0x0605_4b50 {
      position -= 1
    }
    guard position >= first else { throw damaged() }
    let record = try Fields(bytes, position, 22, signature: 0x0605_4b50)
    var (size, offset) = (UInt64(record.u32(12)), UInt64(record.u32(16)))
    if size == 0xffff_ffff || offset == 0xffff_ffff || record.u16(10) == 0xffff {
      let locator = try Fields(bytes, position - 20, 20, signature: 0x0706_4b50)
      let wide = try Fields(bytes, Int(exactly: locator.u64(8)) ?? -1, 56, signature: 0x0606_4b50)
      (size, offset) = (wide.u64(40), wide.u64(48))
    }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= UInt64(bytes.count) else { throw damaged() }
    return Int(offset)..<Int(end)
  }

  /// A member's bytes, which follow its local header.
  private static func content(_ bytes: UnsafeRawBufferPointer, _ sizes: Sizes) throws(ZooError)
    -> UnsafeRawBufferPointer
  {
    guard let offset = Int(exactly: sizes.offset), let size = Int(exactly: sizes.stored) else { throw damaged() }
    let header = try Fields(bytes, offset, 30, signature: 0x0403_4b50)
    let start = offset + 30 + header.u16(26) + header.u16(28)
    guard start <= bytes.count, size <= bytes.count - start else { throw damaged() }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])
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
