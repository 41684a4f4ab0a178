import ZooFormat

/// Unique: the different elements (or slices along an axis), where each is first, which one each element is, and how often.
///
/// How many there are depends on the values, so a graph with it is executed node by node.
enum UniqueOperators {
  static let definition = Operator(
    "Unique", inputs: 1...1, outputs: 1...4,
    types: { call in
      let x = try call.input(0)
      let groups = try Groups(call)
      var shape = x.shape
      if let axis = groups.axis { shape[axis] = groups.first.count } else { shape = [groups.first.count] }
      let found = TensorType(.int64, [groups.first.count])
      return [TensorType(x.elementType, shape), found, TensorType(.int64, [groups.inverse.count]), found]
    },
    gradient: { _, _ in [nil] },
    kernel: { request in
      let groups = try Groups(request.call)
      let outputs = (0..<4).map { request.call.hasOutput($0) }
      return Kernel { arguments in
        if outputs[0] {
          groups.copy(arguments.unsafeInput(0, as: UInt8.self), to: arguments.unsafeOutput(0, as: UInt8.self))
        }
        for (index, values) in [groups.first, groups.inverse, groups.counts].enumerated() where outputs[index + 1] {
          let y: UnsafeMutablePointer<Int64> = arguments.unsafeOutput(index + 1)
          for (position, value) in values.enumerated() { y[position] = Int64(value) }
        }
      }
    })

  private struct Groups: Sendable {
    let axis: Int?
    /// Where the first slice of each group is, the group of each slice, and the sizes of the groups.
    private(set) var first: [Int] = []
    private(set) var inverse: [Int] = []
    private(set) var counts: [Int] = []
    private let outer: Int
    private let size: Int
    private let bytes: Int

    init(_ call: OperatorCall) throws {
      let value = try call.constant(0)
      let x = value.type
      guard x.elementType.number != nil || x.elementType == .bool else { throw call.unsupported() }
      axis = try call.has("axis") ? call.axis(call.int("axis"), rank: x.rank) : nil
      outer = axis.map { x.shape[..<$0].reduce(1, *) } ?? 1
      size = axis.map { x.shape[$0] } ?? x.elementCount
      let inner = axis.map { x.shape[($0 + 1)...].reduce(1, *) } ?? 1
      bytes = inner * x.elementType.byteCount
      let order: [Int]
      switch x.elementType {
      case .float32: order = Self.order(value.values(as: Float.self) ?? [], outer, size, inner)
      case .float64: order = Self.order(value.values(as: Double.self) ?? [], outer, size, inner)
      case .uint64: order = Self.order(value.values(as: UInt64.self) ?? [], outer, size, inner)
      default: order = Self.order(value.integers() ?? [], outer, size, inner)
      }
      group(order, value)
      if try call.int("sorted", default: 1) == 0 { orderByFirst() }
    }

    /// Slices in ascending order, equal ones in the order in which they stand; NaN is larger than all.
    private static func order<T: Comparable>(_ x: [T], _ outer: Int, _ size: Int, _ inner: Int) -> [Int] {
      func isLess(_ a: T, _ b: T) -> Bool { a == a && b != b || a < b }
      return (0..<size).sorted { a, b in
        for block in 0..<outer {
          for i in 0..<inner {
            let (u, v) = (x[(block * size + a) * inner + i], x[(block * size + b) * inner + i])
            if isLess(u, v) { return true }
            if isLess(v, u) { return false }
          }
        }
        return a < b
      }
    }

    private mutating func group(_ order: [Int], _ value: Tensor) {
      inverse = [Int](repeating: 0, count: order.count)
      for (position, slice) in order.enumerated() {
        if position == 0 || !isEqual(slice, order[position - 1], value) {
          first.append(slice)
          counts.append(0)
        }
        inverse[slice] = first.count - 1
        counts[first.count - 1] += 1
      }
    }

    private func isEqual(_ a: Int, _ b: Int, _ value: Tensor) -> Bool {
      (0..<outer).allSatisfy { block in
        let (p, q) = (value.storage.base + (block * size + a) * bytes, value.storage.base + (block * size + b) * bytes)
        // Zeros of both signs are equal, although their bytes differ.
        switch value.elementType {
        case .float32:
          return (0..<bytes / 4).allSatisfy {
            p.load(fromByteOffset: $0 * 4, as: Float.self) == q.load(fromByteOffset: $0 * 4, as: Float.self)
          }
        case .float64:
          return (0..<bytes / 8).allSatisfy {
            p.load(fromByteOffset: $0 * 8, as: Double.self) == q.load(fromByteOffset: $0 * 8, as: Double.self)
          }
        default:
          return UnsafeRawBufferPointer(start: p, count: bytes).elementsEqual(
            UnsafeRawBufferPointer(start: q, count: bytes))
        }
      }
    }

    private mutating func orderByFirst() {
      let order = first.indices.sorted { first[$0] < first[$1] }
      var place = [Int](repeating: 0, count: order.count)
      for (new, old) in order.enumerated() { place[old] = new }
      first = order.map { first[$0] }
      counts = order.map { counts[$0] }
      inverse = inverse.map { place[$0] }
    }

    func copy(_ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer) {
      var y = y
      for block in 0..<outer {
        for slice in first {
          y.copyMemory(from: x + (block * size + slice) * bytes, byteCount: bytes)
          y += bytes
        }
      }
    }
  }
}
