import ZooHeader
import ZooRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Tensors as C sees them: names and shapes are copies that live as long as this does; elements are lent.
final class CTensors: @unchecked Sendable {
  // Never changed after `init`, so that any number of threads may read.
  private let tensors: [zoo_tensor]

  struct Description {
    var name: String
    var type: ElementType?
    /// −1 where a size is open.
    var shape: [Int]
    var data: UnsafeRawPointer?
  }

  init(_ descriptions: [Description]) {
    tensors = descriptions.map { description in
      let shape = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, description.shape.count))
      for (index, size) in description.shape.enumerated() { shape[index] = Int64(size) }
      return zoo_tensor(
        name: UnsafePointer(strdup(description.name)), type: description.type?.rawValue ?? 0,
        rank: Int32(clamping: description.shape.count), shape: shape, data: description.data)
    }
  }

  deinit {
    for tensor in tensors {
      free(UnsafeMutablePointer(mutating: tensor.name))
      tensor.shape?.deallocate()
    }
  }

  var count: Int { tensors.count }

  subscript(index: Int) -> zoo_tensor {
    tensors.indices.contains(index) ? tensors[index] : zoo_tensor(name: nil, type: 0, rank: 0, shape: nil, data: nil)
  }
}

/// Texts as C sees them, which live as long as this does.
final class CTexts: @unchecked Sendable {
  // Never changed after `init`, so that any number of threads may read.
  private let texts: [UnsafeMutablePointer<CChar>?]

  init(_ texts: [String]) { self.texts = texts.map { strdup($0) } }

  deinit { for text in texts { free(text) } }

  var count: Int { texts.count }

  subscript(index: Int) -> UnsafePointer<CChar>? { texts.indices.contains(index) ? UnsafePointer(texts[index]) : nil }
}
