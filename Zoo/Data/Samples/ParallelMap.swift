import Foundation
import ZooFormat
import ZooRuntime

/// Independent work on several threads, with results in the order of the items.
package enum ParallelMap {
  /// The caller works too, so that all is done however few threads the system has to give.
  package static func map<Item: Sendable, Value: Sendable>(
    _ items: [Item], threads: Int, _ body: @Sendable (Item) throws(ZooError) -> Value
  ) -> [Result<Value, ZooError>] {
    withoutActuallyEscaping(body) { body in
      let work = Work(items, body)
      // Each helper holds `body` until it has said that it is done, which is waited for.
      for _ in 0..<max(0, min(threads, items.count) - 1) {
        work.helperStarts()
        guard WorkerThread.start({ work.help() }) else {
          work.helperEnds()
          break
        }
      }
      work.perform()
      return work.results()
    }
  }

  private final class Work<Item: Sendable, Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let items: [Item]
    private var body: (@Sendable (Item) throws(ZooError) -> Value)?
    private var values: [Result<Value, ZooError>?]
    private var next = 0
    private var helpers = 0

    init(_ items: [Item], _ body: @escaping @Sendable (Item) throws(ZooError) -> Value) {
      self.items = items
      self.body = body
      values = Array(repeating: nil, count: items.count)
    }

    func helperStarts() { condition.withLock { helpers += 1 } }

    func helperEnds() {
      condition.withLock {
        helpers -= 1
        condition.broadcast()
      }
    }

    func help() {
      perform()
      helperEnds()
    }

    func perform() {
      while let (index, body) = take() {
        let result: Result<Value, ZooError>
        do throws(ZooError) { result = .success(try body(items[index])) } catch { result = .failure(error) }
        condition.withLock { values[index] = result }
      }
    }

    private func take() -> (Int, @Sendable (Item) throws(ZooError) -> Value)? {
      condition.withLock {
        guard next < items.count, let body else { return nil }
        next += 1
        return (next - 1, body)
      }
    }

    /// Waits for the helpers and lets go of what they called.
    func results() -> [Result<Value, ZooError>] {
      condition.withLock {
        while helpers > 0 { condition.wait() }
        body = nil
        return values.compactMap { $0 }
      }
    }
  }
}
