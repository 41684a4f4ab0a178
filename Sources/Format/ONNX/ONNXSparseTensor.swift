/// `SparseTensorProto`: the elements that aren't zero and where they stand.
extension ONNXTensorReader {
  /// The tensor in full, named as its elements are. O(elements of the full tensor), whose memory is charged to the budget
  /// before it is taken.
  ///
  /// Indices are positions in the flattened tensor [NNZ], or one coordinate for each dimension [NNZ, rank].
  /// - Throws: ``ZooError`` of kind `badInput` if an index lies outside or stands twice.
  func readSparse(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> (name: String, tensor: Tensor) {
    var values: (name: String, tensor: Tensor)?
    var indices: Tensor?
    var dims: [Int] = []
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: values = try read(field.bytes())
      case 2: indices = try read(field.bytes()).tensor
      case 3:
        try field.appendIntegers(to: &dims)
        guard dims.count <= 64 else {
          throw ZooError(.badInput, tensor: values?.name, problem: "has more than 64 dimensions")
        }
      default: break
      }
    }
    guard let (name, elements) = values else { throw ZooError(.badInput, problem: "a sparse tensor has no values") }
    func malformed(_ problem: String) -> ZooError {
      ZooError(.badInput, tensor: name, problem: "the sparse tensor \(problem)")
    }
    let type = try TensorType(elements.elementType, dims).validated(name)
    guard elements.type.rank == 1 else { throw malformed("has values of \(elements.type)") }
    let count = elements.elementCount
    try budget.spend(tensor: type)
    try budget.spend(dense: type)
    guard let positions = try Self.positions(indices, count: count, dims: dims) else {
      throw malformed("has indices of \(indices?.type.description ?? "nothing") for \(count) elements of \(type)")
    }
    let size = elements.elementType.byteCount
    var last = -1
    let isAscending = positions.allSatisfy { position in
      defer { last = position }
      return position > last
    }
    guard positions.allSatisfy({ (0..<type.elementCount).contains($0) }) else {
      throw malformed("has an index outside of \(type)")
    }
    guard isAscending || Set(positions).count == count else { throw malformed("has an index twice") }
    let tensor = try Tensor(type) { (target: UnsafeMutableRawBufferPointer) in
      elements.withUnsafeBytes { source in
        for (index, position) in positions.enumerated() {
          UnsafeMutableRawBufferPointer(rebasing: target[position * size..<(position + 1) * size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[index * size..<(index + 1) * size]))
        }
      }
    }
    return (name, tensor)
  }

  /// Where the elements stand in the flattened tensor; `nil` if the indices are of another kind or don't fit.
  private static func positions(_ indices: Tensor?, count: Int, dims: [Int]) throws(ZooError) -> [Int]? {
    guard let indices else { return count == 0 ? [] : nil }
    guard let numbers: [Int64] = indices.values() else { return nil }
    if indices.shape == [count] { return numbers.map(Int.init) }
    guard indices.shape == [count, dims.count] else { return nil }
    return (0..<count).map { element in
      var position = 0
      for (axis, size) in dims.enumerated() {
        let index = Int(numbers[element * dims.count + axis])
        guard (0..<size).contains(index) else { return -1 }
        position = position * size + index
      }
      return position
    }
  }
}
