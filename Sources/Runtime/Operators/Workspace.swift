import Synchronization
import ZooFormat

/// Memory for kernels while a program is compiled.
///
/// A fault for each page of fresh memory takes longer than packing what goes there: packed constants are cut from large
/// pieces, and what is needed for a moment is handed from one node to the next.
public final class Workspace: Sendable {
  private struct Memory {
    var spare: [TensorStorage] = []
    var piece: TensorStorage?
    var used = 0
  }
  private let memory = Mutex(Memory())
  /// Whole huge pages; what isn't written to takes no room.
  private static let pieceByteCount = 32 << 20

  /// Without memory at first.
  public init() {}

  /// Memory that is kept, aligned to 64 bytes, with undefined content.
  /// - Throws: ``ZooError`` of kind `failed` if the system has no memory left.
  func keep(byteCount: Int) throws -> TensorStorage {
    try memory.withLock { memory in
      let size = (byteCount + 63) / 64 * 64
      if memory.piece == nil || memory.piece.map({ $0.byteCount - memory.used < size }) == true {
        memory.piece = try TensorStorage(uninitialized: max(size, Self.pieceByteCount))
        memory.used = 0
      }
      guard let piece = memory.piece else { return try TensorStorage(uninitialized: byteCount) }
      defer { memory.used += size }
      return TensorStorage(borrowing: piece.base + memory.used, byteCount: byteCount, owner: piece)
    }
  }

  /// Calls `body` with the elements of a tensor. Those that were deferred are written to memory of the workspace and
  /// forgotten afterwards.
  /// - Throws: ``ZooError`` of kind `failed` if the system has no memory left; and what `body` throws.
  func withElements<R>(of tensor: Tensor, _ body: (UnsafeMutableRawPointer) throws -> R) throws -> R {
    guard tensor.storage.isDeferred else { return try body(tensor.storage.base) }
    let size = tensor.type.byteCount
    let known = memory.withLock { memory in
      memory.spare.lastIndex { $0.byteCount >= size }.map { memory.spare.remove(at: $0) }
    }
    let buffer = try known ?? TensorStorage(uninitialized: max(size, Self.pieceByteCount))
    defer { memory.withLock { $0.spare.append(buffer) } }
    tensor.storage.copyElements(to: buffer.base)
    return try body(buffer.base)
  }
}
