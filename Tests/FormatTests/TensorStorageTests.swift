import Synchronization
import Testing
import ZooFormat

/// Elements that are written when they are asked for.
@Suite struct TensorStorageTests {
  /// Counts how often a storage is filled.
  private final class Fills: Sendable {
    let count = Atomic<Int>(0)

    func storage() throws -> TensorStorage {
      try TensorStorage(byteCount: 64) { memory in
        self.count.add(1, ordering: .relaxed)
        memory.initializeMemory(as: UInt8.self, repeating: 7, count: 64)
      }
    }
  }

  @Test func deferredElementsAreWrittenOnceByWhoeverAsksFirst() async throws {
    let fills = Fills()
    let storage = try fills.storage()
    #expect(fills.count.load(ordering: .relaxed) == 0)
    await withTaskGroup(of: UInt8.self) { group in
      for _ in 0..<8 { group.addTask { storage.base.load(fromByteOffset: 63, as: UInt8.self) } }
      for await byte in group { #expect(byte == 7) }
    }
    #expect(fills.count.load(ordering: .relaxed) == 1)
  }

  @Test func deferredElementsCanGoElsewhere() throws {
    let fills = Fills()
    let storage = try fills.storage()
    let other = try TensorStorage(byteCount: 64)
    storage.copyElements(to: other.base)
    #expect(other.base.load(fromByteOffset: 63, as: UInt8.self) == 7)
    #expect(storage.base.load(fromByteOffset: 63, as: UInt8.self) == 7)
    #expect(fills.count.load(ordering: .relaxed) == 2)
    other.base.storeBytes(of: 0, toByteOffset: 63, as: UInt8.self)
    storage.copyElements(to: other.base)
    #expect(other.base.load(fromByteOffset: 63, as: UInt8.self) == 7)
    #expect(fills.count.load(ordering: .relaxed) == 2)
  }
}
