import Synchronization
import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Workers that execute the parts of one operator side by side.
///
/// What is computed never depends on which worker computes it, nor on how many there are. A worker that has nothing to
/// do spins for some tens of microseconds, so that the next operator starts at once, and then sleeps.
public final class ThreadPool: Sendable {
  /// The number of workers, the caller included.
  public let count: Int
  private let crew: Crew

  /// Starts `count - 1` threads, or as many of them as the system has to give; they end when the pool is released.
  /// O(threads).
  ///
  /// There are never more of them than processors: threads that take turns on one keep each other waiting, and a worker that
  /// isn't there leaves its part to the others. Work is cut for `count` all the same.
  public convenience init(count: Int) { self.init(count: count, processors: Self.availableProcessors) }

  /// For tests: a pool on a machine of this number of processors.
  package init(count: Int, processors: Int) {
    self.count = max(1, min(count, 256))
    crew = Crew(helpers: max(1, min(self.count, processors)) - 1)
  }

  deinit { crew.dismiss() }

  /// The number of processors that this process may use: those of its affinity, or fewer if its control group has a quota
  /// of time, whose last part of a processor counts as one.
  public static let availableProcessors: Int = {
    let processors = Int(zoo_available_processors())
    guard let quota = ControlGroups().processors, quota < Double(processors) else { return processors }
    return max(1, Int(saturating: quota, .up))
  }()

  /// Calls `body` once for each index in `0..<count`, on any worker and in any order, and returns when all are done.
  ///
  /// Each worker begins with a part of its own, always the same of the same count, so that it finds in its caches what it
  /// made of that part of the batch before, and takes from the others' parts when its own is done. `backwards` lets each begin
  /// where it ends otherwise.
  ///
  /// `worker` is in `0..<self.count`; two calls at the same time never have the same one. If another thread is using
  /// the pool, the caller does all the work by itself. `body` must not call the pool again.
  ///
  /// O(count + workers) beside `body`, without taking memory. More than 2²⁹ − 1 indices are left to the caller alone.
  public func forEach(_ count: Int, backwards: Bool = false, _ body: (_ index: Int, _ worker: Int) -> Void) {
    guard count > 1, count <= OpenIndices.most, self.count > 1, crew.reserve() else {
      for index in 0..<max(count, 0) { body(index, 0) }
      return
    }
    crew.prepare(count, backwards: backwards)
    lendClosure(body, Unmanaged.passUnretained(crew).toOpaque()) { closure, crew in
      guard let crew else { return }
      Unmanaged<Crew>.fromOpaque(crew).takeUnretainedValue().perform(closure)
    }
  }

  /// Splits `0..<count` into chunks of at least `grain` elements, a multiple of 64 each, and calls `body` with each.
  ///
  /// For element-by-element work only: where the borders lie depends on the number of workers. At most four chunks for each
  /// of them: O(workers) beside `body`.
  public func forEachChunk(of count: Int, grain: Int = 16384, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let pieces = max(1, min(self.count * 4, count / max(grain, 1)))
    guard pieces > 1 else { return body(0..<count) }
    let size = ((count + pieces - 1) / pieces + 63) / 64 * 64
    forEach((count + size - 1) / size) { index, _ in
      body(index * size..<min(count, (index + 1) * size))
    }
  }
}

/// Calls `use` with the words of `body`, which stays where it is, on the caller's stack: `withoutActuallyEscaping` would
/// take memory for each operator.
@_silgen_name("zoo_closure_lend")
private func lendClosure(
  _ body: (Int, Int) -> Void, _ borrower: UnsafeMutableRawPointer,
  _ use: @convention(c) (zoo_closure, UnsafeMutableRawPointer?) -> Void)

/// What the caller and its helpers share; it outlives the pool until the last helper has gone.
// Unchecked for its pointers and for `body`, `count` and `backwards`. The one caller that has `reserved` the crew writes them before it
// gives out indices, and again when the last one is done; a helper reads `body` with an index of that job in its hand.
private final class Crew: @unchecked Sendable {
  /// The caller and the helpers that were wanted.
  private let workers: Int
  /// 1 while a caller uses the crew.
  private let reserved = Atomic<Int>(0)
  /// What is written while others watch, on lines of memory of their own: a line that two processors write goes back and
  /// forth between them. First the job's number, which grows by one with each job and which helpers watch; then how many
  /// indices aren't done; then an ``OpenIndices`` for each worker.
  private let shared: UnsafeMutableRawPointer
  private static let lineSize = 128
  private var body = zoo_closure()
  private var count = 0
  private var backwards = false
  private let sleeping = Atomic<Int>(0)
  private let dismissed = Atomic<Bool>(false)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>

  /// Turns of the waiting loop before a helper sleeps; a turn is a few nanoseconds.
  private static let patience = 20_000

  init(helpers: Int) {
    workers = helpers + 1
    let lines = workers + 2
    shared = .allocate(byteCount: lines * Self.lineSize, alignment: Self.lineSize)
    for line in 0..<lines {
      (shared + line * Self.lineSize).bindMemory(to: Atomic<UInt64>.self, capacity: 1).initialize(to: Atomic(0))
    }
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    for number in 0..<helpers {
      let thread = Helper(crew: self, worker: number + 1)
      guard WorkerThread.start({ thread.crew.serve(worker: thread.worker) }) else { break }
    }
  }

  deinit {
    shared.deallocate()
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(wake)
    mutex.deallocate()
    wake.deallocate()
  }

  private func line(_ number: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    (shared + number * Self.lineSize).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  private var job: UnsafeMutablePointer<Atomic<UInt64>> { line(0) }
  /// Indices whose work isn't done. The caller waits for work, not for helpers: one that the system lets wait for a
  /// processor holds up nobody.
  private var unfinished: UnsafeMutablePointer<Atomic<UInt64>> { line(1) }
  private func part(of worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> { line(2 + worker) }

  func reserve() -> Bool {
    reserved.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged
  }

  /// Says how many indices the next job has. The caller has reserved the crew.
  func prepare(_ count: Int, backwards: Bool) { (self.count, self.backwards) = (count, backwards) }

  /// Performs a job on the crew, which the caller has reserved and prepared, and frees the crew.
  func perform(_ body: zoo_closure) {
    self.body = body
    let number = job.pointee.load(ordering: .relaxed) + 1
    unfinished.pointee.store(UInt64(count), ordering: .relaxed)
    for worker in 0..<workers {
      let range = count * worker / workers..<count * (worker + 1) / workers
      let open = OpenIndices(job: number, backwards: backwards, range)
      part(of: worker).pointee.store(open.word, ordering: .releasing)
    }
    job.pointee.store(number, ordering: .sequentiallyConsistent)
    if sleeping.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
    work(worker: 0, job: number)
    var turns = 0
    while unfinished.pointee.load(ordering: .acquiring) > 0 {
      turns += 1
      if turns > 2_000 { sched_yield() } else { zoo_spin_hint() }
    }
    self.body = zoo_closure()
    reserved.store(0, ordering: .releasing)
  }

  func dismiss() {
    dismissed.store(true, ordering: .sequentiallyConsistent)
    job.pointee.add(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  func serve(worker: Int) {
    var seen: UInt64 = 0
    while true {
      seen = awaitJob(after: seen)
      if dismissed.load(ordering: .sequentiallyConsistent) { return }
      work(worker: worker, job: seen)
    }
  }

  /// Does what is left of a job, which may be over by now: first of the worker's own part, then of the others'.
  private func work(worker: Int, job: UInt64) {
    var done: UInt64 = 0
    for turn in 0..<workers {
      let owner = (worker + turn) % workers
      // Parts are taken from their outer ends by their owners and from the inner ones by others: neighbours meet.
      while let index = takeIndex(of: owner, job, fromEnd: (owner % 2 == 1) == (turn == 0)) {
        zoo_closure_call(body, index, worker)
        done += 1
      }
    }
    // Nobody could end the job before, so all of it was of one job.
    if done > 0 { unfinished.pointee.subtract(done, ordering: .releasing) }
  }

  private func takeIndex(of owner: Int, _ job: UInt64, fromEnd: Bool) -> Int? {
    let part = part(of: owner)
    var current = OpenIndices(word: part.pointee.load(ordering: .relaxed))
    while let (index, rest) = current.taking(job, fromEnd: fromEnd) {
      let (isTaken, found) = part.pointee.weakCompareExchange(
        expected: current.word, desired: rest.word, ordering: .acquiring)
      // The job can't end before this index is done.
      if isTaken { return index }
      current = OpenIndices(word: found)
    }
    return nil
  }

  private func awaitJob(after seen: UInt64) -> UInt64 {
    for _ in 0..<Self.patience {
      let current = job.pointee.load(ordering: .acquiring)
      if current != seen { return current }
      zoo_spin_hint()
    }
    pthread_mutex_lock(mutex)
    sleeping.add(1, ordering: .sequentiallyConsistent)
    while job.pointee.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
    sleeping.subtract(1, ordering: .sequentiallyConsistent)
    let current = job.pointee.load(ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return current
  }
}

/// The indices of a worker's part that nobody has taken yet, the direction, and the last digits of the job's number, in one
/// word: a helper that was late for one job finds nothing to take in the next unawares.
private struct OpenIndices {
  var word: UInt64

  /// The most indices of a job.
  static let most = (1 << bits) - 1
  private static let bits = 29
  private static let backwards: UInt64 = 1 << 58
  private static let jobAt = 59

  init(word: UInt64) { self.word = word }

  init(job: UInt64, backwards: Bool, _ range: Range<Int>) {
    word = job << Self.jobAt | (backwards ? Self.backwards : 0)
    word |= UInt64(range.upperBound) << Self.bits | UInt64(range.lowerBound)
  }

  /// An index from one of the ends (from the other, if the job goes backwards), and what is left without it.
  func taking(_ job: UInt64, fromEnd: Bool) -> (index: Int, rest: OpenIndices)? {
    let first = Int(truncatingIfNeeded: word) & Self.most, last = Int(truncatingIfNeeded: word >> Self.bits) & Self.most
    let isOfThisJob = word >> Self.jobAt == (job << Self.jobAt) >> Self.jobAt
    guard isOfThisJob, first < last else { return nil }
    return fromEnd != (word & Self.backwards != 0)
      ? (last - 1, OpenIndices(word: word - (1 << Self.bits))) : (first, OpenIndices(word: word + 1))
  }
}

private struct Helper: Sendable {
  let crew: Crew
  let worker: Int
}
