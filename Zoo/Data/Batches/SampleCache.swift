import Foundation
import ZooFormat

/// Keeps decoded samples, so that a data set is decoded once: in memory up to a limit, or all of them packed on the disk.
///
/// Samples beyond the limit are decoded whenever they are asked for; nothing is thrown out, because an epoch comes by
/// every sample once and throwing out would throw out all. The pixels are the same wherever they come from. Safe to use
/// from several threads.
package final class SampleCache: @unchecked Sendable {
  package let dataset: Dataset
  private let limit: Int
  private let packed: PackedSamples?
  private let lock = NSLock()
  private var stored: [Int: PackedPixels] = [:]
  private var bytes = 0

  /// - Parameter limit: Bytes of decoded pixels to keep; integers of up to 16 bits take their own size.
  package convenience init(_ dataset: Dataset, limit: Int = 1 << 30) { self.init(dataset, limit: limit, packed: nil) }

  /// - Parameter packed: Samples on the disk; then none are kept here, the system's own memory of files is as quick.
  package init(_ dataset: Dataset, limit: Int, packed: PackedSamples?) {
    self.dataset = dataset
    self.limit = packed == nil ? limit : 0
    self.packed = packed
  }

  /// Bytes of the pixels that are kept in memory.
  package var byteCount: Int { lock.withLock { bytes } }

  package func pixels(_ index: Int) throws(ZooError) -> PackedPixels {
    if let found = lock.withLock({ stored[index] }) { return found }
    if let found = packed?.pixels(index) { return found }
    let pixels = PackedPixels(try dataset.load(index))
    lock.withLock {
      guard stored[index] == nil, bytes + pixels.byteCount <= limit else { return }
      stored[index] = pixels
      bytes += pixels.byteCount
    }
    return pixels
  }
}
