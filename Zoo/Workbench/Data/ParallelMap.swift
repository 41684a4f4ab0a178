import Foundation
import ZooFormat

/// Independent work on several threads, with results in the order of the items.
enum ParallelMap {
  static func map<Item: Sendable, Value: Sendable>(
    _ items: [Item], threads: Int, _ body: @Sendable (Item) throws(ZooError) -> Value
  ) -> [Result<Value, ZooError>] {
    let workers = max(1, min(threads, items.count))
    let slots = Slots<Value>(count: items.count)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for index in stride(from: worker, to: items.count, by: workers) {
        do throws(ZooError) {
          slots.set(index, .success(try body(items[index])))
        } catch {
          slots.set(index, .failure(error))
        }
      }
    }
    return slots.values
  }

  private final class Slots<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var results: [Result<Value, ZooError>?]

    init(count: Int) { results = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ result: Result<Value, ZooError>) { lock.withLock { results[index] = result } }

    var values: [Result<Value, ZooError>] { lock.withLock { results.compactMap { $0 } } }
  }
}
