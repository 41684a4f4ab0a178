import Testing
import ZooKernels
import ZooRuntime

@Suite struct MatrixTests {
  /// A product with batches that may be broadcast: shapes of a and b, and of the result.
  struct Product: CustomStringConvertible {
    var a: [Int]
    var b: [Int]
    var y: [Int]
    var description: String { "\(a) · \(b)" }
  }

  static let products: [Product] = [
    Product(a: [5, 7], b: [7, 3], y: [5, 3]),
    Product(a: [1, 1], b: [1, 1], y: [1, 1]),
    Product(a: [37, 401], b: [401, 65], y: [37, 65]),
    Product(a: [2, 3, 17], b: [17, 31], y: [2, 3, 31]),
    Product(a: [2, 3, 4, 5], b: [2, 3, 5, 6], y: [2, 3, 4, 6]),
    Product(a: [3, 1, 4, 5], b: [2, 5, 6], y: [3, 2, 4, 6]),
    Product(a: [4, 5], b: [3, 5, 2], y: [3, 4, 2]),
    Product(a: [9], b: [9], y: []),
    Product(a: [9], b: [2, 9, 4], y: [2, 4]),
    Product(a: [2, 4, 9], b: [9], y: [2, 4]),
    Product(a: [3, 0], b: [0, 2], y: [3, 2]),
  ]

  @Test("MatMul follows numpy on every instruction set, for any number of workers", arguments: products)
  func matMul(product: Product) throws {
    var numbers = TestNumbers(seed: 3)
    let a = try numbers.tensor(product.a)
    let b = try numbers.tensor(product.b)
    let expected = try Self.reference(a, b, product.y)
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        let one = try KernelRunner.run("MatMul", [a, b])
        #expect(relativeDifference(one, expected) < 1e-5, "\(String(cString: zoo_isa_name(isa))), \(product)")
        for workers in [2, 5] {
          let several = try KernelRunner.run("MatMul", [a, b], constants: workers == 5 ? [1] : [], workers: workers)
          #expect(relativeDifference(several, one) == 0, "\(workers) workers, \(product)")
        }
      }
    }
  }

  @Test(
    "Gemm transposes, scales and adds a broadcast matrix",
    arguments: [[], [1], [7], [1, 7], [5, 1], [5, 7]], [(false, false), (true, false), (false, true), (true, true)])
  func gemm(c: [Int], transposed: (Bool, Bool)) throws {
    var numbers = TestNumbers(seed: 5)
    let (rows, depth, columns) = (5, 19, 7)
    let a = try numbers.tensor(transposed.0 ? [depth, rows] : [rows, depth])
    let b = try numbers.tensor(transposed.1 ? [columns, depth] : [depth, columns])
    let addend = try numbers.tensor(c)
    let full = Array(repeating: 1, count: 2 - c.count) + c
    let (av, bv, cv) = (
      a.values(as: Float.self) ?? [], b.values(as: Float.self) ?? [], addend.values(as: Float.self) ?? []
    )
    var expected: [Float] = []
    for i in 0..<rows {
      for j in 0..<columns {
        var sum: Float = 0
        for p in 0..<depth {
          sum += av[transposed.0 ? p * rows + i : i * depth + p] * bv[transposed.1 ? j * depth + p : p * columns + j]
        }
        let offset = (full[0] == 1 ? 0 : i) * full[1] + (full[1] == 1 ? 0 : j)
        expected.append(0.5 * sum - 2 * cv[offset])
      }
    }
    let y = try KernelRunner.run(
      "Gemm", [a, b, addend],
      [
        "alpha": .float(0.5), "beta": .float(-2), "transA": .int(transposed.0 ? 1 : 0),
        "transB": .int(transposed.1 ? 1 : 0),
      ], workers: 2)
    #expect(relativeDifference(y, try Tensor(shape: [rows, columns], expected)) < 1e-5)
  }

  @Test("Matrices that don't fit are refused by name")
  func refusals() throws {
    let (a, b) = (
      try Tensor(shape: [2, 3], [Float](repeating: 0, count: 6)),
      try Tensor(shape: [4], [Float](repeating: 0, count: 4))
    )
    #expect(throws: ZooError.self) { try KernelRunner.run("MatMul", [a, b]) }
    #expect(throws: ZooError.self) { try KernelRunner.run("MatMul", [a, Tensor(Float(1))]) }
    #expect(throws: ZooError.self) { try KernelRunner.run("Gemm", [a, a]) }
    #expect(throws: ZooError.self) { try KernelRunner.run("Gemm", [a, a, b], ["transB": .int(1)]) }
  }

  /// The definition, for shapes whose result is known to be `shape`.
  private static func reference(_ a: Tensor, _ b: Tensor, _ shape: [Int]) throws -> Tensor {
    let aShape = a.shape.count == 1 ? [1] + a.shape : a.shape
    let bShape = b.shape.count == 1 ? b.shape + [1] : b.shape
    var full = shape
    if b.shape.count == 1 { full.append(1) }
    if a.shape.count == 1 { full.insert(1, at: full.count - 1) }
    let (av, bv) = (a.values(as: Float.self) ?? [], b.values(as: Float.self) ?? [])
    let (depth, columns) = (aShape[aShape.count - 1], bShape[bShape.count - 1])
    func offset(_ index: [Int], _ shape: [Int]) -> Int {
      let padding = index.count - shape.count
      return shape.indices.reduce(0) { $0 * shape[$1] + (shape[$1] == 1 ? 0 : index[$1 + padding]) }
    }
    var result: [Float] = []
    for flat in 0..<full.reduce(1, *) {
      var index = full
      var rest = flat
      for axis in full.indices.reversed() {
        index[axis] = rest % full[axis]
        rest /= full[axis]
      }
      let row = index[index.count - 2]
      let column = index[index.count - 1]
      let batch = Array(index.dropLast(2)) + [0, 0]
      let from = offset(batch, Array(aShape.dropLast(2)) + [1, 1]) * aShape[aShape.count - 2] * depth + row * depth
      let to = offset(batch, Array(bShape.dropLast(2)) + [1, 1]) * depth * columns + column
      var sum: Double = 0
      for p in 0..<depth { sum += Double(av[from + p] * bv[to + p * columns]) }
      result.append(Float(sum))
    }
    return try Tensor(shape: shape, result)
  }
}
