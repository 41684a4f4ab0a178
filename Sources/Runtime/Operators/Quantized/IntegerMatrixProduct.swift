import ZooFormat

/// MatMulInteger and QLinearMatMul: products of matrices of 8-bit numbers, with batches as in MatMul.
enum IntegerMatrixProduct {
  static let all: [Operator] = [matMulInteger, quantizedMatMul]

  /// Inputs: a, b, and their zero points (optional). The result is int32.
  private static let matMulInteger = Operator(
    "MatMulInteger", inputs: 2...4,
    types: { call in
      let plan = try Plan(call, a: (0, zero: 2), b: (1, zero: 3))
      return [TensorType(.int32, plan.shape)]
    },
    cost: { call, _ in (try? Plan(call, a: (0, zero: 2), b: (1, zero: 3)))?.geometry.operations ?? 0 },
    kernel: { request in
      let plan = try Plan(request.call, a: (0, zero: 2), b: (1, zero: 3))
      return Kernel(scratchByteCount: plan.scratchByteCount) { arguments in
        let y: UnsafeMutablePointer<Int32> = arguments.unsafeOutput(0)
        plan.run(arguments) { at, sum, _, _ in y[at] = sum }
      }
    })

  /// Inputs: a, scale, zero point, b, scale, zero point, the result's scale and zero point.
  private static let quantizedMatMul = Operator(
    "QLinearMatMul", inputs: 8...8,
    types: { call in
      let plan = try Plan(call, a: (0, zero: 2), b: (3, zero: 5))
      return [TensorType(try requantization(call, plan).type, plan.shape)]
    },
    cost: { call, _ in (try? Plan(call, a: (0, zero: 2), b: (3, zero: 5)))?.geometry.operations ?? 0 },
    kernel: { request in
      let plan = try Plan(request.call, a: (0, zero: 2), b: (3, zero: 5))
      let requantization = try requantization(request.call, plan)
      return Kernel(scratchByteCount: plan.scratchByteCount) { arguments in
        let y: UnsafeMutablePointer<UInt8> = arguments.unsafeOutput(0)
        let values = requantization.values(arguments)
        plan.run(arguments) { at, sum, row, column in y[at] = values.number(sum, row: row, column: column) }
      }
    })

  private static func requantization(_ call: OperatorCall, _ plan: Plan) throws -> Requantization {
    try Requantization(
      call, scales: (1, 4, 6), zero: 7, lines: (plan.geometry.a.rows, plan.geometry.b.columns))
  }

  private struct Plan: Sendable {
    let a: IntegerOperand
    let b: IntegerOperand
    let geometry: MatrixProductGeometry
    let shape: [Int]

    init(_ call: OperatorCall, a: (input: Int, zero: Int), b: (input: Int, zero: Int)) throws {
      let (p, q) = (try call.input(a.input).shape, try call.input(b.input).shape)
      guard p.count >= 1, q.count >= 1,
        let geometry = MatrixProductGeometry(
          aShape: p.count == 1 ? [1] + p : p, bShape: q.count == 1 ? q + [1] : q)
      else { throw call.error("shapes \(p) and \(q)", expected: "as many columns as rows, and batches that broadcast") }
      self.geometry = geometry
      self.a = try IntegerOperand(call, a.input, zero: a.zero, lines: geometry.a.rows)
      self.b = try IntegerOperand(call, b.input, zero: b.zero, lines: geometry.b.columns)
      shape = geometry.batch + (p.count > 1 ? [p[p.count - 2]] : []) + (q.count > 1 ? [q[q.count - 1]] : [])
    }

    private var leftCount: Int { geometry.aCount * geometry.a.rows * geometry.a.columns }
    private var rightCount: Int { geometry.bCount * geometry.b.rows * geometry.b.columns }
    var scratchByteCount: Int { (leftCount + rightCount) * 2 }

    /// Calls `body` with each place of the result, its sum, row and column.
    func run(
      _ arguments: borrowing KernelArguments, _ body: (_ at: Int, _ sum: Int32, _ row: Int, _ column: Int) -> Void
    ) {
      let left = arguments.unsafeScratch.assumingMemoryBound(to: Int16.self)
      let right = left + leftCount
      let (rows, depth, columns) = (geometry.a.rows, geometry.a.columns, geometry.b.columns)
      let (x, w) = (arguments.unsafeInput(a.input, as: UInt8.self), arguments.unsafeInput(b.input, as: UInt8.self))
      for row in 0..<geometry.aCount * rows {
        let zero = a.zero(arguments, row % max(rows, 1))
        for i in 0..<depth { left[row * depth + i] = a.value(x, row * depth + i) - zero }
      }
      // The right operand is turned, so that both lie in the order in which they are multiplied.
      for matrix in 0..<geometry.bCount {
        for column in 0..<columns {
          let zero = b.zero(arguments, column)
          let line = right + (matrix * columns + column) * depth
          for i in 0..<depth { line[i] = b.value(w, (matrix * depth + i) * columns + column) - zero }
        }
      }
      arguments.threads.forEach(geometry.terms.count * rows) { task, _ in
        let (matrix, row) = (task / rows, task % rows)
        for term in geometry.terms[matrix] {
          let from = left + (term.a * rows + row) * depth
          for column in 0..<columns {
            let sum = integerDot(from, right + (term.b * columns + column) * depth, depth)
            body(task * columns + column, sum, row, column)
          }
        }
      }
    }
  }
}
