import ZooKernels

/// Copies images between [batch, channels, positions] and [batch, positions, channels].
struct ImageLayout: Sendable {
  let batch: Int
  let channels: Int
  let positions: Int

  /// Rows of one task's share of a transposition.
  private static let block = 512

  init(_ batch: Int, channels: Int, sizes: [Int]) {
    self.batch = batch
    self.channels = channels
    self.positions = sizes.reduce(1, *)
  }

  var count: Int { batch * channels * positions }

  func toChannelsLast(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ threads: ThreadPool) {
    forEachBlock(threads) { image, first, count in
      let offset = image * channels * positions
      zoo_transpose(
        Int64(channels), Int64(count), from + offset + first, positions, to + offset + first * channels, channels)
    }
  }

  func toChannelsFirst(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ threads: ThreadPool) {
    forEachBlock(threads) { image, first, count in
      let offset = image * channels * positions
      zoo_transpose(
        Int64(count), Int64(channels), from + offset + first * channels, channels, to + offset + first, positions)
    }
  }

  private func forEachBlock(_ threads: ThreadPool, _ body: (_ image: Int, _ first: Int, _ count: Int) -> Void) {
    let blocks = (positions + Self.block - 1) / Self.block
    threads.forEach(batch * blocks) { index, _ in
      let first = index % blocks * Self.block
      body(index / blocks, first, min(Self.block, positions - first))
    }
  }
}
