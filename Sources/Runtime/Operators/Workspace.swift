import Synchronization
import ZooFormat

/// Memory for kernels while a program is compiled.
///
/// A fault for each page of fresh memory takes longer than packing what goes there: packed constants are cut from large
/// pieces, and what is needed for a moment is handed from one node to the next.
public final class Workspace: Sendable {
  /// What was cut from a piece: it counts, and keeps the piece.
  private final class Share {
    private let piece: TensorStorage
    private let account = MemoryAccount.current
    private let byteCount: Int

    init(of piece: TensorStorage, byteCount: Int) throws(ZooError) {
      try account.take(byteCount, for: "packed weights")
      self.piece = piece
      self.byteCount = byteCount
    }

    deinit { account.giveBack(byteCount) }
  }

  private struct Memory {
    var spare: [TensorStorage] = []
    var piece: TensorStorage?
    var used = 0
    var kept = 0
    var moment = 0
  }
  private let memory = Mutex(Memory())
  /// What is cut from; pages that nobody writes to take no room.
  private let pieceByteCount: Int

  /// Without memory at first. For a single kernel, nothing more than it asks for is taken. O(1).
  public init(pieceByteCount: Int = 0) { self.pieceByteCount = pieceByteCount }

  /// Bytes of all that is kept.
  var keptByteCount: Int { memory.withLock(\.kept) }

  /// The most that one node has needed for a moment, in bytes.
  var momentByteCount: Int { memory.withLock(\.moment) }

  /// Gives back what was needed for a moment.
  func forgetSpare() { memory.withLock { $0.spare = [] } }

  /// Memory that is kept, aligned to 64 bytes, with undefined content.
  /// - Throws: `ZooError` of kind `failed` if the system has no memory left.
  func keep(byteCount: Int) throws -> TensorStorage {
    try memory.withLock { memory in
      let size = (byteCount + 63) / 64 * 64
      memory.kept += size
      if memory.piece == nil || memory.piece.map({ $0.byteCount - memory.used < size }) == true {
        memory.piece = try TensorStorage(uncounted: max(size, pieceByteCount))
        memory.used = 0
      }
      guard let piece = memory.piece else { return try TensorStorage(uninitialized: byteCount) }
      let share = try Share(of: piece, byteCount: size)
      defer { memory.used += size }
      return TensorStorage(borrowing: piece.base + memory.used, byteCount: byteCount, owner: share)
    }
  }

  /// Calls `body` with the elements of a tensor. Those that were deferred are written to memory of the workspace
  /// alone.
  /// - Throws: `ZooError` of kind `failed` if the system has no memory left; and what `body` throws.
  func withElements<R>(of tensor: Tensor, _ body: (UnsafeMutableRawPointer) throws -> R) throws -> R {
    guard tensor.storage.isDeferred else { return try body(tensor.storage.base) }
    let size = tensor.storage.byteCount
    let known = memory.withLock { memory in
      memory.moment = max(memory.moment, size)
      return memory.spare.lastIndex { $0.byteCount >= size }.map { memory.spare.remove(at: $0) }
    }
    try MemoryAccount.current.check(size, for: "the weights of one operator")
    let buffer = try known ?? TensorStorage(uncounted: max(size, pieceByteCount))
    defer { memory.withLock { $0.spare.append(buffer) } }
    tensor.storage.copyElements(to: buffer.base)
    return try body(buffer.base)
  }
}
