import Foundation
import ZooPlugins

/// How fast the ranks that were launched together send each other messages, and how long they take to add up a model's gradient
/// with nothing else to do.
package struct ExchangeBenchmark: Sendable, Codable {
  package let ranks: Int
  /// How many of them share the first rank's machine.
  package let localRanks: Int
  /// Of a message of 8 bytes from one rank to another, half of the way there and back.
  package let latencySeconds: Double
  /// Of messages of 16 MB, one at a time.
  package let bytesPerSecond: Double
  /// Of what each shard gives: gradients, running statistics, the loss.
  package let gradientByteCount: Int
  /// Median of the time to add up the gradients of as many shards as ranks.
  package let secondsPerSum: Double
  /// What the slowest rank sends of it in a step, and receives.
  package var bytesPerRank: Int { 2 * gradientByteCount * (ranks - 1) / ranks }

  /// Measures for about `seconds`. All ranks call it; the first one's figures are those of all.
  /// - Throws: ``ZooError`` if there is one rank alone.
  package init(_ model: Model, ranks: Ranks, seconds: Double, threads: Int) throws {
    guard let transport = ranks.transport, ranks.count > 1 else {
      throw ZooError(
        .usage, problem: "there is nobody to exchange with",
        remedy: "Start several processes together: mpirun -np 2 zoo bench …")
    }
    (self.ranks, localRanks) = (ranks.count, ranks.localCount)
    let memory = try TensorStorage(byteCount: 16_000_000)
    let large = UnsafeMutableRawBufferPointer(start: memory.base, count: memory.byteCount)
    let small = UnsafeMutableRawBufferPointer(start: memory.base, count: 8)
    latencySeconds = try Self.median(seconds / 4) { try Self.there(small, transport) } / 2
    bytesPerSecond = Double(large.count) / (try Self.median(seconds / 4) { try Self.there(large, transport) } / 2)
    let parameters = model.graph.parameters().filter { $0.role != .constant }
    let values = parameters.compactMap { parameter in
      model.graph.initializers[parameter.name].map {
        ShardSums.Value(name: parameter.name, count: $0.elementCount, isMeanOfItems: parameter.isTrainable)
      }
    }
    let sums = try ShardSums(values, shards: ranks.count, ranks: ranks, threads: ThreadPool(count: threads))
    gradientByteCount = values.reduce(0) { $0 + $1.count * 4 }
    let source = try TensorStorage(byteCount: max(64, values.map { $0.count * 4 }.max() ?? 0))
    secondsPerSum = try Self.median(seconds / 2) {
      sums.begin(weights: [1], stops: false)
      for bucket in sums.buckets.indices {
        sums.add(bucket, of: 0, weight: 1) { _ in UnsafePointer(source.base.assumingMemoryBound(to: Float.self)) }
      }
      _ = try sums.finish()
      return true
    }
    _ = try ranks.exchange([])
  }

  /// The median of the seconds that `body` takes, where it says that it did something.
  private static func median(_ seconds: Double, _ body: () throws -> Bool) throws -> Double {
    // As often everywhere, whoever is faster.
    var times: [Double] = []
    for _ in 0..<rounds(seconds) {
      let start = monotonicNanoseconds()
      guard try body() else { continue }
      times.append(Double(monotonicNanoseconds() - start) / 1e9)
    }
    times = times.dropFirst(times.count / 10).sorted()
    return times.isEmpty ? 0 : times[times.count / 2]
  }

  private static func rounds(_ seconds: Double) -> Int { max(20, Int(saturating: seconds * 100)) }

  /// A message from rank 0 to rank 1 and back.
  private static func there(_ memory: UnsafeMutableRawBufferPointer, _ transport: any RankTransport) throws -> Bool {
    guard transport.rank < 2 else { return false }
    let piece = [RankPiece(peer: 1 - transport.rank, bytes: memory)]
    for isSent in transport.rank == 0 ? [true, false] : [false, true] {
      try transport.transfer(sending: isSent ? piece : [], receiving: isSent ? [] : piece, channel: .agreement)
    }
    return true
  }

  /// For people.
  package var text: String {
    let share = localRanks == ranks ? "on one machine" : "\(localRanks) of them on this machine"
    return """
      ranks: \(ranks), \(share)
      a message: \(Figures.fixed(latencySeconds * 1e6, 1)) µs, and \(Figures.fixed(bytesPerSecond / 1e9, 2)) GB/s
      the gradient: \(Figures.bytes(gradientByteCount)), of which each rank sends and receives \(Figures.bytes(bytesPerRank)) a step
      adding it up: \(Figures.fixed(secondsPerSum * 1e3, 2)) ms

      """
  }

  private enum CodingKeys: String, CodingKey {
    case ranks, localRanks, latencySeconds, bytesPerSecond, gradientByteCount, secondsPerSum
  }
}
