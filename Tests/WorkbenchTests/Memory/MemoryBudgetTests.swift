import Testing
import ZooWorkbench

@Suite("Memory budgets")
struct MemoryBudgetTests {
  @Test(
    "are read as people write sizes",
    arguments: [
      ("2GB", 2_000_000_000), ("500 MB", 500_000_000), ("1.5g", 1_500_000_000), ("4GiB", 4 << 30), ("4096", 4096),
      ("8kB", 8000),
    ])
  func sizes(text: String, bytes: Int) {
    #expect(MemoryBudget(text, origin: "")?.byteCount == bytes)
  }

  @Test("refuse what is no size", arguments: ["", "GB", "-2GB", "0", "nan", "1e400GB", "infGB", "2 parsecs"])
  func nonsense(text: String) {
    #expect(MemoryBudget(text, origin: "") == nil)
  }

  @Test("refuse a batch with the largest that fits")
  func largest() throws {
    let budget = MemoryBudget(1000, origin: "--memory")
    try budget.check(batch: 9, byteCount: 990) { _ in 0 }
    do {
      try budget.check(batch: 32, byteCount: 90 + 32 * 100, path: "train.batch") { 90 + $0 * 100 }
      Issue.record("a batch of 3290 bytes fits into 1000")
    } catch let error as ZooError {
      let text = "\(error)"
      #expect(text.contains("train.batch") && text.contains("a batch of 32 takes 3.29 kB"), "\(text)")
      #expect(text.contains("--memory") && text.contains("at most 9"), "\(text)")
    }
  }

  @Test("say so when not even one item fits")
  func nothing() {
    let budget = MemoryBudget(10, origin: "--memory")
    #expect { try budget.check(batch: 2, byteCount: 100) { _ in 50 } } throws: {
      "\($0)".contains("smaller images")
    }
  }

  @Test("know what the machine has")
  func machine() {
    #expect(MemoryBudget.machine().byteCount > 1 << 20)
  }
}
