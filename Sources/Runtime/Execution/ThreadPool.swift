/// Workers that execute the parts of one operator side by side.
///
/// What is computed never depends on which worker computes it, nor on how many there are.
public final class ThreadPool: @unchecked Sendable {
  /// The number of workers, the caller included.
  public let count: Int

  public init(count: Int) { self.count = max(1, count) }

  /// Calls `body` once for each index in `0..<count`, on any worker and in any order, and returns when all are done.
  /// `worker` is in `0..<self.count`; two calls at the same time never have the same one.
  public func forEach(_ count: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
    for index in 0..<count { body(index, 0) }
  }

  /// Splits `0..<count` into chunks of at least `grain` elements, a multiple of 64 each, and calls `body` with each.
  ///
  /// For element-by-element work only: where the borders lie depends on the number of workers.
  public func forEachChunk(of count: Int, grain: Int = 16384, _ body: (Range<Int>) -> Void) {
    let pieces = max(1, min(self.count * 4, count / max(grain, 1)))
    let size = ((count + pieces - 1) / pieces + 63) / 64 * 64
    guard pieces > 1 else { return body(0..<count) }
    forEach((count + size - 1) / size) { index, _ in
      body(index * size..<min(count, (index + 1) * size))
    }
  }
}
