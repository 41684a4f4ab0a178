/// ONNX packs elements of less than 8 bits: the first of a byte in its lowest bits.
extension TensorType {
  /// The bytes that the elements are packed into, as a type; the type itself if nothing is packed.
  var packed: TensorType {
    let bits = elementType.packedBitCount
    return bits < 8 ? TensorType(.uint8, [(elementCount * bits + 7) / 8]) : self
  }
}

extension Tensor {
  /// The elements that these bytes pack, a byte each; itself if the type isn't packed. O(elements).
  func unpacked(as type: TensorType) throws(ZooError) -> Tensor {
    let bits = type.elementType.packedBitCount
    guard bits < 8 else { return self }
    let isSigned = type.elementType == .int4 || type.elementType == .int2
    return try Tensor(type) { (target: UnsafeMutableRawBufferPointer) in
      withUnsafeBytes { source in
        for index in 0..<type.elementCount {
          let byte = source[index * bits / 8] >> UInt8(index * bits % 8)
          // Shifted up and down again, a signed number keeps its sign.
          let high = byte << UInt8(8 - bits)
          target[index] =
            isSigned ? UInt8(bitPattern: Int8(bitPattern: high) >> Int8(8 - bits)) : high >> UInt8(8 - bits)
        }
      }
    }
  }

  /// The bytes that ONNX packs the elements into; itself if the type isn't packed. O(elements).
  func packed() throws(ZooError) -> Tensor {
    elementType.packedBitCount < 8 ? try Tensor(shape: type.packed.shape, packedBytes) : self
  }

  /// The bytes of a packed type, as ONNX has them.
  var packedBytes: [UInt8] {
    let bits = elementType.packedBitCount
    var result = [UInt8](repeating: 0, count: type.packed.byteCount)
    withUnsafeBytes { source in
      for (index, byte) in source.enumerated() {
        result[index * bits / 8] |= (byte & UInt8((1 << bits) - 1)) << UInt8(index * bits % 8)
      }
    }
    return result
  }
}
