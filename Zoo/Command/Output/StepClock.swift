import Synchronization
import ZooWorkbench

/// Tells every few seconds how far a long step is and how long the rest will take.
final class StepClock: Sendable {
  private let noun: String
  private let write: @Sendable (String) -> Void
  private let start = ContinuousClock.now
  private let lastTold = Mutex(ContinuousClock.now)

  init(noun: String, write: @escaping @Sendable (String) -> Void) {
    self.noun = noun
    self.write = write
  }

  /// Safe to call from several threads.
  func reached(_ count: Int, of total: Int) {
    let now = ContinuousClock.now
    let isDue = lastTold.withLock { last in
      guard now - last > .seconds(5) else { return false }
      last = now
      return true
    }
    guard isDue, count > 0, count < total else { return }
    let seconds = (now - start) / .seconds(1)
    let rest = seconds / Double(count) * Double(total - count)
    write("\(count) of \(total) \(noun), \(Figures.duration(rest)) left\n")
  }
}
