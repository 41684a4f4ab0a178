import ZooFormat

extension TensorType {
  /// Whether a result of this type is written past the caches: one so large that it would be evicted before the next
  /// operator reads it. Memory then needn't be read before it is written, which saves a third of the traffic.
  var isStreamed: Bool { byteCount >= 8 << 20 }
}
