import Foundation
import ZooFormat

/// What each channel's pixels are over some samples: what the model's normalisation is made of, and the units in which
/// augmentation changes intensities.
package struct ChannelStatistics: Sendable, Hashable {
  package var mean: [Double]
  /// The deviation of the population; 1 for a channel that never changes, so that dividing by it is safe.
  package var deviation: [Double]
  /// Ends, percentiles, and the mean and deviation between these.
  package var values: [ChannelValues]
  /// The share of each channel's pixels that have its lowest value, and its highest.
  package var shareAtLowest: [Double]
  package var shareAtHighest: [Double]
  /// How many samples these figures are of.
  package var samples: Int
}

extension ChannelStatistics {
  /// As much as augmentation takes: what is known of the pixels of a run that is done.
  package init(values: [ChannelValues]) {
    self.init(
      mean: values.map { Double($0.mean) }, deviation: values.map { Double($0.deviation) }, values: values,
      shareAtLowest: [], shareAtHighest: [], samples: 0)
  }
}

extension Dataset {
  /// Goes once through `indices`. Sums have a fixed order, so the bits don't depend on `threads`. Percentiles are exact to
  /// 1/256 of their distance from a typical pixel.
  /// - Throws: One ``ZooError`` about all samples that can't be loaded or have values that aren't finite.
  package func channelStatistics(
    of indices: [Int], cache: SampleCache, threads: Int = 2
  ) throws(ZooError) -> ChannelStatistics {
    let measured = measuredChannels(of: indices, cache: cache, threads: threads)
    let (statistics, failures) = (measured.statistics, measured.failures)
    var problems = Problems()
    problems.add(failures.map(\.error))
    try problems.check()
    guard let statistics else {
      throw ZooError(.usage, problem: "no samples to take statistics of", expected: "at least one")
    }
    return statistics
  }

  /// What was found in the samples of a subset.
  struct MeasuredChannels: Sendable {
    /// Of the samples that can be loaded; `nil` if there is none.
    var statistics: ChannelStatistics?
    /// The samples that can't be.
    var failures: [(index: Int, error: ZooError)] = []
    /// Each sample that can be, channel by channel.
    var samples: [(index: Int, channels: [ChannelMoments])] = []
  }

  /// As ``channelStatistics(of:cache:threads:)`` of the samples that can be loaded, with those that can't.
  func measuredChannels(of indices: [Int], cache: SampleCache, threads: Int) -> MeasuredChannels {
    let plane = height * width
    var empty: [ChannelHistogram]?
    for index in indices where empty == nil {
      empty = (try? cache.pixels(index)).map { ChannelHistogram.of($0, plane: plane, channels: channels.count) }
    }
    // If there is nothing to count, the errors still have to be found.
    let start = empty ?? channels.map { _ in ChannelHistogram(origin: 0) }
    let count = max((indices.count + max(threads, 1) - 1) / max(threads, 1), 1)
    let chunks = stride(from: 0, to: indices.count, by: count).map { indices[$0..<min($0 + count, indices.count)] }
    let results = ParallelMap.map(chunks, threads: threads) { chunk throws(ZooError) in
      var part = ChannelPart(histograms: start)
      part.moments.reserveCapacity(chunk.count)
      for index in chunk {
        do throws(ZooError) {
          let pixels = try cache.pixels(index)
          let moments = ChannelMoments.of(pixels, plane: plane, channels: channels.count)
          guard moments.allSatisfy({ $0.squares.isFinite }) else {
            throw notFinite(index)
          }
          ChannelHistogram.add(pixels, plane: plane, to: &part.histograms)
          part.moments.append(moments)
          part.indices.append(index)
        } catch {
          part.failures.append((index, error))
        }
      }
      return part
    }
    var whole = ChannelPart(histograms: start)
    for case .success(let part) in results {
      for channel in channels.indices { whole.histograms[channel].add(part.histograms[channel]) }
      whole.moments += part.moments
      whole.indices += part.indices
      whole.failures += part.failures
    }
    let statistics =
      whole.moments.isEmpty
      ? nil
      : ChannelStatistics(
        whole.moments, whole.histograms, channels: channels.count, pixels: sampleSize / max(channels.count, 1))
    return MeasuredChannels(
      statistics: statistics, failures: whole.failures,
      samples: zip(whole.indices, whole.moments).map { (index: $0, channels: $1) })
  }
}

extension ChannelStatistics {
  /// - Parameter pixels: of one channel in one sample.
  fileprivate init(_ moments: [[ChannelMoments]], _ histograms: [ChannelHistogram], channels: Int, pixels: Int) {
    self.init(
      mean: [], deviation: [], values: [], shareAtLowest: [], shareAtHighest: [],
      samples: moments.count)
    let count = Double(moments.count) * Double(pixels)
    for channel in 0..<channels {
      let all = moments.map { $0[channel] }
      let mean = all.reduce(0) { $0 + $1.sum } / count
      let variance = all.reduce(0) { $0 + $1.squares } / count - mean * mean
      let isChanging = variance > 1e-12 * max(1, mean * mean)
      self.mean.append(mean)
      deviation.append(isChanging ? variance.squareRoot() : 1)
      let lowest = all.reduce(Float.infinity) { min($0, $1.lowest) }
      let highest = all.reduce(-Float.infinity) { max($0, $1.highest) }
      shareAtLowest.append(Double(all.reduce(0) { $0 + ($1.lowest == lowest ? $1.atLowest : 0) }) / count)
      shareAtHighest.append(Double(all.reduce(0) { $0 + ($1.highest == highest ? $1.atHighest : 0) }) / count)
      var values = histograms[channel].values(within: lowest...highest)
      if values.deviation == 0, isChanging {
        // What there is stands in less than a thousandth of the pixels.
        values.mean = Float(mean)
        values.deviation = Float(variance.squareRoot())
      }
      values.dimmest = all.reduce(Float.infinity) { min($0, $1.highest) }
      self.values.append(values)
    }
  }
}

/// What one thread has found.
private struct ChannelPart: Sendable {
  var histograms: [ChannelHistogram]
  /// Of each sample.
  var moments: [[ChannelMoments]] = []
  /// Which samples these are.
  var indices: [Int] = []
  var failures: [(index: Int, error: ZooError)] = []
}

/// One channel of one sample.
struct ChannelMoments: Sendable {
  var sum = 0.0
  var squares = 0.0
  var lowest = Float.infinity
  var highest = -Float.infinity
  /// Pixels that have the value.
  var atLowest = 0
  var atHighest = 0
  /// Frames whose plane is of one value, a bit for each; the last stands for all from the 64th on.
  var constantFrames: UInt64 = 0

  static func of(_ pixels: PackedPixels, plane: Int, channels: Int) -> [ChannelMoments] {
    var moments = [ChannelMoments](repeating: ChannelMoments(), count: channels)
    pixels.forEachPlane(of: plane) { index, plane in moments[index % channels].add(plane, frame: index / channels) }
    return moments
  }

  private mutating func add(_ plane: UnsafeBufferPointer<Float>, frame: Int) {
    var (sum, squares) = (0.0, 0.0)
    var (low, high) = (Float.infinity, -Float.infinity)
    var (atLow, atHigh) = (0, 0)
    for value in plane {
      sum += Double(value)
      squares += Double(value) * Double(value)
      if value < low { (low, atLow) = (value, 0) }
      if value > high { (high, atHigh) = (value, 0) }
      if value == low { atLow += 1 }
      if value == high { atHigh += 1 }
    }
    if low == high { constantFrames |= 1 << UInt64(min(frame, 63)) }
    if low < lowest { (lowest, atLowest) = (low, 0) }
    if high > highest { (highest, atHighest) = (high, 0) }
    if low == lowest { atLowest += atLow }
    if high == highest { atHighest += atHigh }
    self.sum += sum
    self.squares += squares
  }
}
