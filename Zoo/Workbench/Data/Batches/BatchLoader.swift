import Foundation
import ZooFormat

/// Prepares batches ahead of the consumer on threads of its own.
///
/// Which batch comes when, and every bit in it, follow from seed, epoch and step: not from the number of threads, nor
/// from where the loader was started. One consumer calls ``next()``.
public final class BatchLoader: Sendable {
  public struct Options: Sendable {
    public var batch = 32
    /// Leaves out the last batch of an epoch if it isn't full, as training does.
    public var dropsLast = false
    public var order = SampleOrder.sequential
    public var augment: TrainSpec.Augment?
    /// How samples of a batch are mixed with each other, if they are.
    var mixing: SampleMixing?
    /// Of the training samples; needed with `augment`.
    public var statistics: ChannelStatistics?
    public var seed: UInt64 = 1
    public var threads = 2
    /// The most batches that are finished or in work at a time.
    public var ahead = 3

    public init() {}
  }

  /// Batches in one epoch.
  public let stepsPerEpoch: Int
  private let state: LoaderState

  /// Starts loading.
  ///
  /// - Parameters:
  ///   - cache: Decoded samples, shared by all loaders of the data set.
  ///   - indices: The samples of an epoch, as indices into the data set.
  ///   - epoch: The epoch of the first batch.
  ///   - step: The step of the first batch in its epoch, for a run that goes on.
  ///   - lastEpoch: The epoch after whose last batch ``next()`` returns `nil`.
  /// - Throws: ``ZooError`` if the batch is larger than the number of samples and incomplete batches are left out, or an
  ///   augmentation doesn't fit the data.
  public init(
    _ cache: SampleCache, indices: [Int], options: Options, epoch: Int = 0, step: Int = 0, lastEpoch: Int = 0
  ) throws(ZooError) {
    let assembly = try BatchAssembly(cache, indices: indices, options: options)
    stepsPerEpoch = assembly.stepsPerEpoch
    guard epoch >= 0, step >= 0, step <= stepsPerEpoch, lastEpoch < 1 << 32 else {
      throw ZooError(.usage, problem: "no batches from step \(step) of epoch \(epoch) to epoch \(lastEpoch)")
    }
    let (end, overflow) = (lastEpoch + 1).multipliedReportingOverflow(by: stepsPerEpoch)
    guard !overflow, epoch <= lastEpoch + 1 else {
      throw ZooError(.usage, problem: "epoch \(epoch) comes after the last, \(lastEpoch)")
    }
    let ahead = max(1, options.ahead)
    state = LoaderState(
      jobs: epoch * stepsPerEpoch + step..<max(epoch * stepsPerEpoch + step, end), ahead: ahead, assembly: assembly)
    for _ in 0..<max(1, min(options.threads, ahead)) {
      guard state.startThread() else { break }
    }
  }

  deinit { close() }

  /// The next batch, or `nil` after the last. Waits until it is ready.
  /// - Throws: The ``ZooError`` that making this batch met with, e.g. a broken image; the loader is closed then.
  public func next() throws(ZooError) -> Batch? { try state.next() }

  /// Seconds that ``next()`` has waited in all.
  public var waited: Double { state.waited }

  /// Stops the threads and returns when they have ended. Called by `deinit`; calling it twice does no harm.
  public func close() { state.close() }
}

/// What consumer and threads share. Jobs are the batches of all epochs, numbered through.
private final class LoaderState: @unchecked Sendable {
  private let condition = NSCondition()
  private let assembly: BatchAssembly
  private let jobs: Range<Int>
  private let ahead: Int
  private var finished: [Int: Result<Batch, ZooError>] = [:]
  private var nextToMake: Int
  private var nextToGive: Int
  private var isClosed = false
  private var threads = 0
  private var secondsWaited = 0.0

  init(jobs: Range<Int>, ahead: Int, assembly: BatchAssembly) {
    self.jobs = jobs
    self.ahead = ahead
    self.assembly = assembly
    nextToMake = jobs.lowerBound
    nextToGive = jobs.lowerBound
  }

  var waited: Double { condition.withLock { secondsWaited } }

  /// Returns `false` if the system has no thread left. Without any, ``next()`` makes the batches itself.
  func startThread() -> Bool {
    condition.withLock { threads += 1 }
    if WorkerThread.start({ [self] in work() }) { return true }
    condition.withLock { threads -= 1 }
    return false
  }

  func next() throws(ZooError) -> Batch? {
    condition.lock()
    defer { condition.unlock() }
    guard nextToGive < jobs.upperBound else { return nil }
    let start = ContinuousClock.now
    if threads == 0, !isClosed, finished[nextToGive] == nil {
      nextToMake = nextToGive + 1
      finished[nextToGive] = make(nextToGive)
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

  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
      while threads > 0 { condition.wait() }
      finished = [:]
    }
  }

  private func work() {
    while let job = takeJob() {
      let result = make(job)
      condition.withLock {
        finished[job] = result
        condition.broadcast()
      }
    }
    condition.withLock {
      threads -= 1
      condition.broadcast()
    }
  }

  private func make(_ job: Int) -> Result<Batch, ZooError> {
    do throws(ZooError) {
      let (epoch, step) = job.quotientAndRemainder(dividingBy: assembly.stepsPerEpoch)
      return .success(try assembly.batch(epoch: epoch, step: step))
    } catch {
      return .failure(error)
    }
  }

  private func takeJob() -> Int? {
    condition.withLock {
      while !isClosed, nextToMake < jobs.upperBound, nextToMake - nextToGive >= ahead { condition.wait() }
      guard !isClosed, nextToMake < jobs.upperBound else { return nil }
      nextToMake += 1
      return nextToMake - 1
    }
  }
}
