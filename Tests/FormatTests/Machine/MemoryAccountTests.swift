import Testing
import ZooFormat

@Suite("The account of memory") struct MemoryAccountTests {
  @Test("counts tensors while they live, and refuses what isn't left before it is taken")
  func tensors() throws {
    let account = MemoryAccount(10 << 20, origin: "--memory")
    try MemoryAccount.$current.withValue(account) {
      do {
        let first = try TensorStorage(byteCount: 6 << 20)
        let second = try TensorStorage(uninitialized: 1 << 20)
        #expect(account.takenByteCount == 7 << 20)
        let error = #expect(throws: ZooError.self) { try TensorStorage(byteCount: 4 << 20) }
        #expect(error?.kind == .badInput)
        #expect(
          error?.description.contains("at most 10485760 bytes, --memory") == true, "\(String(describing: error))")
        #expect(throws: ZooError.self) { try TensorStorage(uninitialized: 1 << 40) }
        withExtendedLifetime((first, second)) {}
      }
      #expect(account.takenByteCount == 0)
      _ = try TensorStorage(byteCount: 9 << 20)
    }
  }

  @Test("refuses sizes whose product no integer holds")
  func overflow() {
    let account = MemoryAccount(1 << 40, origin: "the limit")
    #expect(throws: ZooError.self) { try account.check(.max, of: 8, for: "a table") }
    #expect(throws: ZooError.self) { try account.check(-1, for: "a table") }
    #expect(throws: Never.self) { try account.check(1 << 30, of: 8, for: "a table") }
  }

  @Test("of the process is what the machine leaves") func machine() throws {
    let available = try #require(MachineMemory.available)
    #expect(available.byteCount > 1 << 20)
    #expect(MemoryAccount.process.most.byteCount > 1 << 20)
  }
}
