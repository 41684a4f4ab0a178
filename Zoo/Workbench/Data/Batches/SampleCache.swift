import Foundation
import ZooFormat

/// Keeps decoded samples in memory up to a limit, so that a small data set is decoded once.
///
/// Samples beyond the limit are decoded whenever they are asked for; nothing is thrown out, because an epoch comes by
/// every sample once and throwing out would throw out all. Safe to use from several threads.
public final class SampleCache: @unchecked Sendable {
  public let dataset: Dataset
  private let limit: Int
  private let lock = NSLock()
  private var stored: [Int: PackedPixels] = [:]
  private var bytes = 0

  /// - Parameter limit: Bytes of decoded pixels to keep; integers of up to 16 bits take their own size.
  public init(_ dataset: Dataset, limit: Int = 1 << 30) {
    self.dataset = dataset
    self.limit = limit
  }

  /// Bytes of the pixels that are kept.
  public var byteCount: Int { lock.withLock { bytes } }

  func pixels(_ index: Int) throws(ZooError) -> PackedPixels {
    if let found = lock.withLock({ stored[index] }) { return found }
    let pixels = PackedPixels(try dataset.load(index))
    lock.withLock {
      guard stored[index] == nil, bytes + pixels.byteCount <= limit else { return }
      stored[index] = pixels
      bytes += pixels.byteCount
    }
    return pixels
  }
}
