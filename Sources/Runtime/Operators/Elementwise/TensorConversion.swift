import ZooFormat
import ZooKernels

extension Tensor {
  /// The elements as another type, by the rules of `Cast`: itself if it is of that type already. O(elements).
  package func converted(to type: ElementType) throws(ZooError) -> Tensor {
    guard type != elementType else { return self }
    let storage = try TensorStorage(byteCount: elementCount * type.byteCount)
    _ = zoo_cast(elementType.rawValue, type.rawValue, self.storage.base, storage.base, elementCount)
    return try Tensor(TensorType(type, shape), storage: storage)
  }
}
