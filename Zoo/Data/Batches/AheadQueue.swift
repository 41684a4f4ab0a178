import Foundation
import ZooFormat
import ZooRuntime

/// Values that are made ahead of their consumer on threads of their own, and given in the order of their numbers.
///
/// One consumer calls ``next()``; without a thread to be had it makes the values itself.
package final class AheadQueue<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let make: @Sendable (Int) throws(ZooError) -> Value
  private let end: Int
  private let ahead: Int
  private var finished: [Int: Result<Value, ZooError>] = [:]
  private var nextToMake: Int
  private var nextToGive: Int
  private var isClosed = false
  private var threads = 0
  private var secondsWaited = 0.0

  /// - Parameters:
  ///   - ahead: The most values that are finished or in work at a time.
  ///   - make: Called from several threads at once, once for each of `numbers`.
  package init(
    _ numbers: Range<Int>, threads: Int, ahead: Int, _ make: @escaping @Sendable (Int) throws(ZooError) -> Value
  ) {
    end = numbers.upperBound
    nextToMake = numbers.lowerBound
    nextToGive = numbers.lowerBound
    self.ahead = max(1, ahead)
    self.make = make
    for _ in 0..<max(1, min(threads, self.ahead)) {
      condition.withLock { self.threads += 1 }
      guard !WorkerThread.start({ [self] in work() }) else { continue }
      condition.withLock { self.threads -= 1 }
      break
    }
  }

  /// Seconds that ``next()`` has waited in all, the making of values by itself included.
  var waited: Double { condition.withLock { secondsWaited } }

  /// The next value, or `nil` after the last. Waits until it is made.
  /// - Throws: What making it met with, once: the queue is closed then; a usage error if it is closed.
  package func next() throws(ZooError) -> Value? {
    condition.lock()
    defer { condition.unlock() }
    guard nextToGive < end else { return nil }
    let start = ContinuousClock.now
    if threads == 0, !isClosed, finished[nextToGive] == nil {
      nextToMake = nextToGive + 1
      finished[nextToGive] = result(nextToGive)
    }
    while finished[nextToGive] == nil, !isClosed { condition.wait() }
    secondsWaited += (ContinuousClock.now - start) / .seconds(1)
    guard let result = finished.removeValue(forKey: nextToGive) else {
      throw ZooError(.usage, problem: "the loader is closed", expected: "no further calls of next()")
    }
    nextToGive += 1
    if case .failure = result { isClosed = true }
    condition.broadcast()
    return try result.get()
  }

  /// Stops the threads and returns when they have ended. Calling it twice does no harm.
  package func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
      while threads > 0 { condition.wait() }
      finished = [:]
    }
  }

  private func work() {
    while let number = take() {
      let made = result(number)
      condition.withLock {
        finished[number] = made
        condition.broadcast()
      }
    }
    condition.withLock {
      threads -= 1
      condition.broadcast()
    }
  }

  private func result(_ number: Int) -> Result<Value, ZooError> {
    do throws(ZooError) { return .success(try make(number)) } catch { return .failure(error) }
  }

  private func take() -> Int? {
    condition.withLock {
      while !isClosed, nextToMake < end, nextToMake - nextToGive >= ahead { condition.wait() }
      guard !isClosed, nextToMake < end else { return nil }
      nextToMake += 1
      return nextToMake - 1
    }
  }
}
