import Foundation
import ZooFormat

/// Mean and deviation of each channel over some samples: what the model's normalisation is made of.
public struct ChannelStatistics: Sendable, Hashable {
  public var mean: [Double]
  /// The deviation of the population; 1 for a channel that never changes, so that dividing by it is safe.
  public var deviation: [Double]
}

extension Dataset {
  /// Goes once through `indices`. The sums have a fixed order, so the bits don't depend on `threads`.
  /// - Throws: ``ZooError`` if a sample can't be loaded or has values that aren't finite.
  public func channelStatistics(
    of indices: [Int], cache: SampleCache, threads: Int = 2
  ) throws(ZooError) -> ChannelStatistics {
    guard !indices.isEmpty else {
      throw ZooError(.usage, problem: "no samples to take statistics of", expected: "at least one")
    }
    let results = ParallelMap.map(indices, threads: threads) { index throws(ZooError) in
      try moments(cache.pixels(index), index)
    }
    var sums = [Double](repeating: 0, count: channels.count)
    var squares = sums
    for result in results {
      let moments = try result.get()
      for channel in channels.indices {
        sums[channel] += moments[channel].sum
        squares[channel] += moments[channel].squares
      }
    }
    let count = Double(indices.count) * Double(sampleSize / max(channels.count, 1))
    let mean = sums.map { $0 / count }
    let deviation = zip(squares, mean).map { square, mean in
      let variance = square / count - mean * mean
      return variance > 1e-12 * max(1, mean * mean) ? variance.squareRoot() : 1
    }
    return ChannelStatistics(mean: mean, deviation: deviation)
  }

  private func moments(_ pixels: PackedPixels, _ index: Int) throws(ZooError) -> [(sum: Double, squares: Double)] {
    let plane = height * width
    var moments = [(sum: Double, squares: Double)](repeating: (0, 0), count: channels.count)
    func add<T: Pixel>(_ values: [T]) {
      values.withUnsafeBufferPointer { values in
        for start in stride(from: 0, to: values.count, by: plane) {
          var (sum, squares) = (0.0, 0.0)
          for i in start..<start + plane {
            let value = Double(values[i].float)
            sum += value
            squares += value * value
          }
          moments[start / plane % channels.count].sum += sum
          moments[start / plane % channels.count].squares += squares
        }
      }
    }
    switch pixels {
    case .uint8(let values): add(values)
    case .uint16(let values): add(values)
    case .float32(let values): add(values)
    }
    guard moments.allSatisfy({ $0.squares.isFinite }) else {
      throw ZooError(.badInput, file: samples[index].id, problem: "has values that aren't finite", expected: "numbers")
    }
    return moments
  }
}
