import Foundation
import ZooFormat

/// Prepares batches ahead of the consumer on threads of its own.
///
/// Which batch comes when, and every bit in it, follow from seed, epoch and step: not from the number of threads, nor
/// from where the loader was started. One consumer calls ``next()``.
package final class BatchLoader: Sendable {
  package struct Options: Sendable {
    package var batch = 32
    /// Leaves out the last batch of an epoch if it isn't full, as training does.
    package var dropsLast = false
    package var order = SampleOrder.sequential
    package var augment: TrainSpec.Augment?
    /// How samples of a batch are mixed with each other, if they are.
    package var mixing: SampleMixing?
    /// What the positions of the samples' maps are to say, if they are what is learnt.
    package var targets: DenseTargets?
    /// Of the training samples; needed with `augment`.
    package var statistics: ChannelStatistics?
    /// Into how many parts of equal size each batch is cut, which are given one after the other.
    package var shards = 1
    /// Which of the parts are given.
    package var run = 0..<1
    package var seed: UInt64 = 1
    package var threads = 2
    /// The most batches that are finished or in work at a time.
    package var ahead = 3

    package init() {}
  }

  /// Batches in one epoch.
  package let stepsPerEpoch: Int
  private let batches: AheadQueue<Batch>

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
  package init(
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
    let first = epoch * stepsPerEpoch + step
    // The batches of all epochs, numbered through, and of each the parts that are given.
    let run = options.run
    let numbers = first * run.count..<max(first, end) * run.count
    batches = AheadQueue(numbers, threads: options.threads, ahead: options.ahead) {
      number throws(ZooError) in
      let (batch, part) = number.quotientAndRemainder(dividingBy: run.count)
      let (epoch, step) = batch.quotientAndRemainder(dividingBy: assembly.stepsPerEpoch)
      return try assembly.batch(epoch: epoch, step: step, shard: run.lowerBound + part)
    }
  }

  deinit { close() }

  /// The next batch, or `nil` after the last. Waits until it is ready.
  /// - Throws: The ``ZooError`` that making this batch met with, e.g. a broken image; the loader is closed then.
  package func next() throws(ZooError) -> Batch? { try batches.next() }

  /// Seconds that ``next()`` has waited in all.
  package var waited: Double { batches.waited }

  /// Stops the threads and returns when they have ended. Called by `deinit`; calling it twice does no harm.
  package func close() { batches.close() }
}
