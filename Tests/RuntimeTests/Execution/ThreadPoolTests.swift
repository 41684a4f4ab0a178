import Synchronization
import Testing
import ZooRuntime

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8]) func everyIndexIsVisitedOnce(workers: Int) {
    let pool = ThreadPool(count: workers, processors: workers)
    for count in [0, 1, 2, 7, 1000] {
      let visits = (0..<count).map { _ in Counter() }
      pool.forEach(count) { index, worker in
        visits[index].add()
        #expect(worker >= 0 && worker < workers)
      }
      #expect(visits.allSatisfy { $0.value == 1 })
    }
  }

  @Test func chunksCoverTheRangeWithoutOverlap() {
    let pool = ThreadPool(count: 3)
    for count in [1, 63, 64, 65, 16_384, 100_003] {
      let visits = (0..<count).map { _ in Counter() }
      pool.forEachChunk(of: count, grain: 64) { range in for index in range { visits[index].add() } }
      #expect(visits.allSatisfy { $0.value == 1 })
    }
  }

  @Test func aWorkerIsNeverUsedTwiceAtATime() {
    let pool = ThreadPool(count: 4, processors: 4)
    let occupied = (0..<4).map { _ in Counter() }
    let clashes = Counter()
    for _ in 0..<200 {
      pool.forEach(64) { _, worker in
        if occupied[worker].add() != 0 { clashes.add() }
        occupied[worker].subtract()
      }
    }
    #expect(clashes.value == 0)
  }

  @Test("there are no more threads than processors, and all work is done", arguments: [1, 2, 3])
  func threadsAreNoMoreThanProcessors(processors: Int) {
    let pool = ThreadPool(count: 8, processors: processors)
    #expect(pool.count == 8)
    let visits = (0..<1000).map { _ in Counter() }
    let strangers = Counter()
    pool.forEach(1000) { index, worker in
      visits[index].add()
      if worker >= processors { strangers.add() }
    }
    #expect(visits.allSatisfy { $0.value == 1 })
    #expect(strangers.value == 0)
  }

  @Test func manyCallersShareOnePool() async {
    let pool = ThreadPool(count: 2)
    let total = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<100 { pool.forEach(10) { _, _ in total.add() } } }
      }
    }
    #expect(total.value == 8 * 100 * 10)
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    @discardableResult func add() -> Int { count.add(1, ordering: .sequentiallyConsistent).oldValue }
    func subtract() { count.subtract(1, ordering: .sequentiallyConsistent) }
  }
}
