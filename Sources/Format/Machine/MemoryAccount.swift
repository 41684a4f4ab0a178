import Synchronization

/// The memory that this process has said it will take at most, and what of it is taken.
///
/// Every reader and every executor asks here before it takes memory whose size a file or a setting decides. The limit is
/// what the machine leaves when it is first asked, or what ``declare(_:origin:)`` says.
public final class MemoryAccount: Sendable {
  /// The account of the whole process.
  public static let process = MemoryAccount()

  /// The account that is asked: that of the process, unless a test has put another in its place.
  @TaskLocal package static var current = MemoryAccount.process

  private struct Limit {
    var byteCount: Int
    var origin: String
  }
  private let limit: Mutex<Limit?>
  private let taken = Atomic<Int>(0)

  private init() { limit = Mutex(nil) }

  /// An account with a limit of its own.
  package init(_ byteCount: Int, origin: String) { limit = Mutex(Limit(byteCount: byteCount, origin: origin)) }

  /// Sets the limit; `origin` is what an error calls it, e.g. `--memory`.
  public func declare(_ byteCount: Int, origin: String) {
    limit.withLock { $0 = Limit(byteCount: max(0, byteCount), origin: origin) }
  }

  /// The most that may be taken, with who says so. By default nine tenths of what the machine leaves when this is first
  /// asked for: the rest is everybody else's. O(1), but for that first time, which reads what the system says of its memory.
  public var most: (byteCount: Int, origin: String) {
    limit.withLock { limit in
      if let limit { return (limit.byteCount, limit.origin) }
      let found = MachineMemory.available
      let made = Limit(
        byteCount: found.map { $0.byteCount / 10 * 9 } ?? LoadLimits.default.arenaBytes,
        origin: found?.origin ?? "the limit")
      limit = made
      return (made.byteCount, made.origin)
    }
  }

  /// Does what has to be done before a plan can be weighed against a limit as a whole, with a better message than that some
  /// part of it didn't fit: until then the process's own account holds.
  package static func whilePlanning<R>(_ body: () throws -> R) rethrows -> R {
    try $current.withValue(.process) { try body() }
  }

  /// What is taken now, in bytes.
  package var takenByteCount: Int { taken.load(ordering: .relaxed) }

  /// Refuses `byteCount` bytes for `what` (e.g. `an image of 3 × 4 pixels`) if they aren't left. For memory that is taken
  /// for a while; what stays is ``take(_:for:)``n.
  package func check(_ byteCount: Int, for what: @autoclosure () -> String) throws(ZooError) {
    // Nothing that small has ever exhausted a machine.
    if (0...1 << 16).contains(byteCount) { return }
    try refuse(byteCount, beside: takenByteCount, what)
  }

  /// Refuses `count` elements of `width` bytes each, however large the two are.
  package func check(_ count: Int, of width: Int, for what: @autoclosure () -> String) throws(ZooError) {
    let (product, overflow) = max(count, 0).multipliedReportingOverflow(by: max(width, 1))
    try check(overflow ? .max : product, for: what())
  }

  /// Counts `byteCount` bytes as taken until they are given back.
  /// - Throws: ``ZooError`` of kind `badInput` with the limit and who says so, if they aren't left.
  package func take(_ byteCount: Int, for what: @autoclosure () -> String) throws(ZooError) {
    let before = taken.wrappingAdd(byteCount, ordering: .relaxed).oldValue
    guard byteCount > 1 << 16 else { return }
    do throws(ZooError) { try refuse(byteCount, beside: before, what) } catch {
      giveBack(byteCount)
      throw error
    }
  }

  /// Counts what was checked before and is taken now.
  package func add(_ byteCount: Int) { taken.wrappingAdd(byteCount, ordering: .relaxed) }

  package func giveBack(_ byteCount: Int) { taken.wrappingSubtract(byteCount, ordering: .relaxed) }

  private func refuse(_ byteCount: Int, beside taken: Int, _ what: () -> String) throws(ZooError) {
    let (limit, origin) = most
    guard byteCount < 0 || byteCount > limit - min(max(taken, 0), limit) else { return }
    let beside = taken >= 1 << 20 ? ", beside the \(taken) that are taken" : ""
    throw ZooError(
      .badInput, problem: "\(what()) takes \(byteCount) bytes of memory\(beside)",
      expected: "at most \(limit) bytes, \(origin)",
      remedy: "Use something smaller, or allow more memory")
  }
}
