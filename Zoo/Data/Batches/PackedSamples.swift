import Foundation
import ZLib
import ZooFormat
import ZooImages

/// Decoded samples in one file on the disk, each found by its place: what random access to crops of large fields needs.
///
/// The file: a header of 64 bytes (``PackedSamples/Form``), the records one after the other, and for each record a word
/// that says whether it is there and its CRC-32. Numbers are little-endian. Safe to use from several threads.
package final class PackedSamples: Sendable {
  /// The sizes of a file, which follow from the data set.
  struct Form: Sendable, Hashable {
    /// Of what the samples are, 32 bytes.
    var key: [UInt8]
    /// Samples of the data set.
    var count: Int
    /// Values of a sample.
    var values: Int
    /// Bytes of a value: 1 and 2 for whole numbers without sign, 4 for floats.
    var width: Int

    static let magic = Array("ZOOPACK1".utf8)
    static let headerSize = 64

    var recordSize: Int { values * width }
    var byteCount: Int { offset(count) + count * 8 }

    /// Where a record begins.
    func offset(_ record: Int) -> Int { Self.headerSize + record * recordSize }

    var header: [UInt8] {
      var bytes = Self.magic + key
      for number in [count, values, width] {
        withUnsafeBytes(of: UInt64(clamping: number).littleEndian) { bytes += $0 }
      }
      return bytes
    }
  }

  private let form: Form
  private let file: FileReader
  /// Of each record whether it is there, and its checksum.
  private let marks: [UInt32]

  /// - Throws: ``ZooError`` if the file isn't of this form, or is cut short.
  init(_ path: String, _ form: Form) throws(ZooError) {
    file = try FileReader(path)
    self.form = form
    guard file.byteCount == form.byteCount, try file.bytes(at: 0, count: Form.headerSize) == form.header else {
      throw ZooError(.badInput, file: path, problem: "isn't what its name says")
    }
    let bytes = try file.bytes(at: Form.headerSize + form.count * form.recordSize, count: form.count * 8)
    marks = bytes.withUnsafeBytes { bytes in
      (0..<form.count * 2).map { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
    }
  }

  /// The values of a sample; `nil` if it isn't there or was damaged.
  func pixels(_ index: Int) -> PackedPixels? {
    guard marks[2 * index] == 1 else { return nil }
    let pixels: PackedPixels? =
      switch form.width {
      case 1: values(index, UInt8.self).map { .uint8($0) }
      case 2: values(index, UInt16.self).map { .uint16($0) }
      default: values(index, Float.self).map { .float32($0) }
      }
    return pixels
  }

  private func values<T>(_ index: Int, _: T.Type) -> [T]? {
    var isWhole = false
    let offset = Form.headerSize + index * form.recordSize
    let values = [T](unsafeUninitializedCapacity: form.values) { buffer, count in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      count = file.read(at: offset, into: bytes) / MemoryLayout<T>.stride
      isWhole = count == form.values && Self.checksum(UnsafeRawBufferPointer(bytes)) == marks[2 * index + 1]
    }
    return isWhole ? values : nil
  }

  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }
}

extension PackedPixels {
  /// The values in `width` bytes each; `nil` if they don't fit.
  func bytes(width: Int) -> [UInt8]? {
    switch (self, width) {
    case (.uint8(let values), 1): values
    case (.uint8(let values), 2): values.map(UInt16.init).withUnsafeBytes { Array($0) }
    case (.uint16(let values), 2): values.withUnsafeBytes { Array($0) }
    case (_, 4): values.withUnsafeBytes { Array($0) }
    default: nil
    }
  }
}
