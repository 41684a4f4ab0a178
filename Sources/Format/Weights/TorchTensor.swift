/// A storage that a `.pth` file's program names.
struct TorchStorage: Hashable {
  let key: String
  /// `nil` for bytes whose type the tensor says.
  let elementType: ElementType?

  /// From the persistent identifier: `("storage", type, key, device, count)`.
  init(_ identifier: PickleValue, _ machine: PickleMachine) throws(ZooError) {
    guard case .tuple(let position) = identifier, machine.containers[position].count >= 3,
      case .string("storage") = machine.containers[position][0],
      case .global(let type) = machine.containers[position][1],
      case .string(let key) = machine.containers[position][2]
    else { throw machine.malformed("names a storage in an unusual way") }
    self.key = key
    elementType = Self.types[type]
    guard elementType != nil || Self.untyped.contains(type) else {
      throw ZooError(.badInput, problem: "a storage is of type '\(type)', which is not supported")
    }
  }

  private static let untyped = ["torch.storage.UntypedStorage", "torch.UntypedStorage"]

  private static let types: [String: ElementType] = [
    "torch.FloatStorage": .float32, "torch.DoubleStorage": .float64, "torch.HalfStorage": .float16,
    "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
    "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8, "torch.BoolStorage": .bool,
  ]
}

/// A tensor as a view of a storage.
struct TorchView: Hashable {
  let storage: TorchStorage
  let type: TensorType
  /// In elements.
  let offset: Int
  let strides: [Int]

  /// From the arguments of `_rebuild_tensor_v2`: storage, offset, size, stride and what doesn't matter here; of
  /// `_rebuild_tensor_v3`, the element type stands in the seventh place.
  init(_ arguments: [PickleValue], _ machine: PickleMachine) throws(ZooError) {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1],
      let shape = Self.integers(arguments[2], machine), let strides = Self.integers(arguments[3], machine),
      shape.count == strides.count, offset >= 0
    else { throw machine.malformed("makes a tensor in an unusual way") }
    var elementType = storage.elementType
    if elementType == nil, arguments.count >= 7, case .global(let name) = arguments[6] {
      elementType = Self.types[name]
    }
    guard let elementType else { throw machine.malformed("makes a tensor of an element type that is not supported") }
    self.storage = storage
    self.offset = offset
    self.strides = strides
    type = try TensorType(elementType, shape).validated("tensor of storage \(storage.key)")
  }

  private static func integers(_ value: PickleValue, _ machine: PickleMachine) -> [Int]? {
    // No tensor has more dimensions; a long tuple could be named again and again.
    guard case .tuple(let position) = value, machine.containers[position].count <= 64 else { return nil }
    var integers: [Int] = []
    for item in machine.containers[position] {
      guard case .int(let integer) = item else { return nil }
      integers.append(integer)
    }
    return integers
  }

  private static let types: [String: ElementType] = [
    "torch.float32": .float32, "torch.float64": .float64, "torch.float16": .float16, "torch.bfloat16": .bfloat16,
    "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16, "torch.int8": .int8, "torch.uint8": .uint8,
    "torch.uint16": .uint16, "torch.uint32": .uint32, "torch.uint64": .uint64, "torch.bool": .bool,
  ]
}

/// Copies views out of their storages into tensors of their own, row-major.
struct TorchMaterializer {
  let archive: ZIPArchive
  let root: String
  /// How many bytes may be made: views can overlap, so a small file could ask for any number.
  var budget: Int
  let limits: LoadLimits
  private var made: [TorchView: Tensor] = [:]

  init(archive: ZIPArchive, root: String, budget: Int, limits: LoadLimits) {
    self.archive = archive
    self.root = root
    self.budget = budget
    self.limits = limits
  }

  mutating func tensor(_ view: TorchView, _ name: String) throws(ZooError) -> Tensor {
    if let tensor = made[view] { return tensor }
    guard let bytes = archive.members["\(root)data/\(view.storage.key)"] else {
      throw ZooError(.badInput, tensor: name, problem: "its storage '\(view.storage.key)' is not in the archive")
    }
    guard made.count < limits.tensors, view.type.byteCount <= budget else {
      throw ZooError(
        .badInput, tensor: name, problem: "the tensors take much more memory than the file has bytes",
        expected: "tensors that don't overlap")
    }
    budget -= view.type.byteCount
    try check(view, storageCount: bytes.count / view.type.elementType.byteCount, name)
    let tensor = try Tensor(view.type) { (target: UnsafeMutableRawBufferPointer) in
      Self.copy(view, from: bytes, to: target)
    }.checkingElements(name)
    made[view] = tensor
    return tensor
  }

  /// All elements lie in the storage.
  private func check(_ view: TorchView, storageCount: Int, _ name: String) throws(ZooError) {
    guard view.type.elementCount > 0 else { return }
    var last = view.offset
    for (size, stride) in zip(view.type.shape, view.strides) {
      let (span, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow2) = last.addingReportingOverflow(span)
      guard stride >= 0, !overflow, !overflow2 else {
        throw ZooError(.badInput, tensor: name, problem: "has the strides \(view.strides)")
      }
      last = sum
    }
    guard last < storageCount else {
      throw ZooError(
        .badInput, tensor: name, problem: "has elements up to \(last) of a storage with \(storageCount)")
    }
  }

  /// Copies row by row; a row whose elements stand side by side at once.
  private static func copy(
    _ view: TorchView, from bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
  ) {
    let size = view.type.elementType.byteCount
    guard view.type.elementCount > 0, let source = bytes.baseAddress, let result = target.baseAddress else { return }
    let (columns, columnStride) = (view.type.shape.last ?? 1, view.strides.last ?? 1)
    let outer = view.type.shape.dropLast()
    var index = [Int](repeating: 0, count: outer.count)
    var row = view.offset
    for position in 0..<view.type.elementCount / columns {
      let destination = result + position * columns * size
      if columnStride == 1 {
        destination.copyMemory(from: source + row * size, byteCount: columns * size)
      } else {
        for column in 0..<columns {
          (destination + column * size).copyMemory(from: source + (row + column * columnStride) * size, byteCount: size)
        }
      }
      for axis in outer.indices.reversed() {
        index[axis] += 1
        row += view.strides[axis]
        if index[axis] < outer[axis] { break }
        row -= index[axis] * view.strides[axis]
        index[axis] = 0
      }
    }
  }
}
