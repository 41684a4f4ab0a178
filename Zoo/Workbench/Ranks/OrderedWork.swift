import Foundation
import ZooPlugins

/// Work that is done one piece after the other beside whoever gives it, on a thread of its own; by the giver, if the system has
/// no thread.
final class OrderedWork: Sendable {
  private let state = State()

  /// What the giver and the thread share; it outlives the giver until the thread has gone.
  private final class State: @unchecked Sendable {
    let condition = NSCondition()
    var pieces: [@Sendable () -> Void] = []
    /// Pieces that were given and aren't done.
    var open = 0
    var isEnded = false
    var hasThread = false

    func serve() {
      condition.lock()
      while true {
        while pieces.isEmpty, !isEnded { condition.wait() }
        guard !pieces.isEmpty else { break }
        let piece = pieces.removeFirst()
        condition.unlock()
        piece()
        condition.lock()
        open -= 1
        condition.broadcast()
      }
      condition.unlock()
    }
  }

  init() {
    let state = state
    state.hasThread = WorkerThread.start { state.serve() }
  }

  deinit {
    state.condition.withLock {
      state.isEnded = true
      state.condition.broadcast()
    }
  }

  func add(_ piece: @escaping @Sendable () -> Void) {
    guard state.hasThread else { return piece() }
    state.condition.withLock {
      state.pieces.append(piece)
      state.open += 1
      state.condition.broadcast()
    }
  }

  /// Returns when all that was given is done.
  func wait() { state.condition.withLock { while state.open > 0 { state.condition.wait() } } }
}
