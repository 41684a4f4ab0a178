#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif
import ProtobufC

/// Memory for what protobuf-c parses: taken in blocks within a budget, given back all at once.
final class ParseArena {
  private var blocks: [UnsafeMutableRawPointer] = []
  private var unused = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var budget: Int
  private(set) var isExhausted = false

  init(byteCount: Int) { budget = byteCount }

  deinit { for block in blocks { free(block) } }

  /// An allocator for protobuf-c, valid while `body` runs.
  func withAllocator<R, E: Error>(_ body: (inout ProtobufCAllocator) throws(E) -> R) throws(E) -> R {
    var allocator = ProtobufCAllocator(
      alloc: { data, size in
        guard let data else { return nil }
        return Unmanaged<ParseArena>.fromOpaque(data).takeUnretainedValue().allocate(size)
      },
      free: { _, _ in },
      allocator_data: Unmanaged.passUnretained(self).toOpaque())
    defer { withExtendedLifetime(self) {} }
    return try body(&allocator)
  }

  private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size <= budget else {
      isExhausted = true
      return nil
    }
    let rounded = max((size + 15) / 16 * 16, 16)
    budget -= min(rounded, budget)
    if rounded > unused.count {
      let blockSize = max(rounded, 1 << 16)
      guard let block = malloc(blockSize) else {
        isExhausted = true
        return nil
      }
      blocks.append(block)
      unused = UnsafeMutableRawBufferPointer(start: block, count: blockSize)
    }
    let result = unused.baseAddress
    unused = UnsafeMutableRawBufferPointer(rebasing: unused[rounded...])
    return result
  }
}
