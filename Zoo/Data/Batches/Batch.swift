import Foundation
import ZooFormat

/// Samples side by side, ready for a training step.
///
/// The memory of `pixels` goes back to the loader when the batch and every copy of the tensor are gone.
package struct Batch: Sendable {
  package let epoch: Int
  /// The batch's place in its epoch, from 0.
  package let step: Int
  /// The samples' indices in the data set.
  package let indices: [Int]
  /// `float32[B, C, H, W]` or `float32[B, T, C, H, W]`, unscaled.
  package let pixels: Tensor
  /// `int64[B]`; -1 where a sample has no class.
  package let labels: Tensor
  /// `float32[B]`, how much each counts in the loss; `nil` if all count alike.
  package var weights: Tensor?
  /// What each position of the samples' maps is to say; `nil` if the samples' own labels are what is learnt.
  package var positions: Positions?
  /// What else the samples are made of; `nil` if they aren't mixed.
  package var mixed: Mixed?

  /// Labels of the positions of maps, sample after sample and row after row.
  package struct Positions: Sendable {
    /// `int64[B · positions]`; -100 where a position doesn't count.
    package let labels: Tensor
    /// `float32[B · positions]`; `nil` if all count alike.
    package let weights: Tensor?
  }

  /// The other part of mixed samples.
  package struct Mixed: Sendable {
    /// `int64[B]`, the labels of the samples that were mixed in.
    package let labels: Tensor
    /// `float32[]`, the share of the samples' own labels.
    package let ownShare: Tensor
    /// `float32[B]`, how much those that were mixed in count; `nil` if all count alike.
    package let weights: Tensor?
  }
}

/// Memory for batches of one size, used again and again.
package final class BatchMemory: @unchecked Sendable {
  private let byteCount: Int
  private let lock = NSLock()
  private var free: [TensorStorage] = []

  package init(byteCount: Int) { self.byteCount = byteCount }

  package func take() throws(ZooError) -> BatchBuffer {
    if let storage = lock.withLock({ free.popLast() }) { return BatchBuffer(storage, of: self) }
    return BatchBuffer(try TensorStorage(byteCount: byteCount), of: self)
  }

  fileprivate func giveBack(_ storage: TensorStorage) { lock.withLock { free.append(storage) } }
}

/// One batch's memory; when nobody refers to it any more, it can be used for another batch.
package final class BatchBuffer {
  let storage: TensorStorage
  private let memory: BatchMemory

  init(_ storage: TensorStorage, of memory: BatchMemory) {
    self.storage = storage
    self.memory = memory
  }

  deinit { memory.giveBack(storage) }

  package var floats: UnsafeMutablePointer<Float> { storage.base.assumingMemoryBound(to: Float.self) }

  /// The first elements as a tensor that keeps the buffer from being used again.
  package func tensor(_ shape: [Int]) throws(ZooError) -> Tensor {
    try Tensor(
      TensorType(.float32, shape),
      storage: TensorStorage(borrowing: storage.base, byteCount: storage.byteCount, owner: self))
  }
}
