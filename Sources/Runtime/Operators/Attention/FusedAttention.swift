import ZooFormat
import ZooKernels

/// softmax(Q · K + bias) · V for each head, made by a compiler pass of two products and the softmax between them: the
/// scores of a few rows at a time stay near the core, and Q, K and V are read where they lie in what they are parts of.
///
/// Inputs: the tensors that hold Q, K and V (which may be one), optionally a bias for the scores and a second one, of shape
/// [period, heads or 1, rows, keys] where the period divides the batch: windows of many images take turns, as Swin's masks of
/// shifted windows do (Liu et al. 2021), whose shape may begin with one more 1. Attributes: `sizes` [batch, heads, rows, keys, depth, columns of V]; `query`, `key`
/// and `value`: where the first element is and how far it is to the next batch, head, row and column of Q [rows, depth], K
/// [depth, keys] and V [keys, columns]; `scale`, by which scores are multiplied before the bias; `packed`: 1 if the result
/// is [batch, rows, heads, columns], else [batch, heads, rows, columns].
enum FusedAttention {
  static let definition = Operator(
    "FusedAttention", domain: "zoo", inputs: 3...5,
    types: { call in
      let geometry = try Geometry(call)
      return [TensorType(.float32, geometry.outputShape)]
    },
    cost: { call, _ in
      guard let g = try? Geometry(call) else { return 0 }
      return 2 &* g.batch &* g.heads &* g.rows &* g.keys &* (g.depth + g.columns)
    },
    kernel: kernel)

  /// A matrix for each batch and head within a tensor.
  private struct Place: Sendable {
    let start: Int
    let batch: Int
    let head: Int
    let row: Int
    let column: Int

    /// - Parameter rows, columns: of the matrix.
    init(_ call: OperatorCall, _ name: String, input: Int, counts: [Int]) throws {
      guard let numbers = try call.ints(name), numbers.count == 5, numbers.allSatisfy({ (0..<1 << 36).contains($0) }),
        zip(counts, numbers.dropFirst()).allSatisfy({ $0 == 1 || $1 > 0 })
      else { throw call.error("no place for \(name)") }
      (start, batch, head, row, column) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
      let last = zip(counts, numbers.dropFirst()).reduce(start) { $0 + ($1.0 - 1) * $1.1 }
      guard last < (try call.input(input)).elementCount else { throw call.error("\(name) leaves input \(input)") }
    }
  }

  /// What is added to scores: a matrix for each head, or one for all, of each batch in turn.
  private struct Addend: Sendable {
    let period, batch, head: Int

    /// - Parameter sizes: the operator's.
    init?(_ call: OperatorCall, input: Int, _ sizes: [Int]) throws {
      guard var shape = call.optionalInput(input)?.shape else { return nil }
      if shape.count == 5, shape[0] == 1 { shape.removeFirst() }
      guard shape.count == 4, shape[0] > 0, sizes[0] % shape[0] == 0, [1, sizes[1]].contains(shape[1]),
        shape[2...] == sizes[2...3]
      else { throw call.error("bias of shape \(shape)", expected: "what broadcasts to the scores") }
      let matrix = sizes[2] * sizes[3]
      (period, batch, head) = (shape[0], shape[1] * matrix, shape[1] == 1 ? 0 : matrix)
    }

    func start(batch index: Int, head number: Int) -> Int { index % period * batch + number * head }
  }

  private struct Geometry: Sendable {
    let batch, heads, rows, keys, depth, columns: Int
    let query, key, value: Place
    let scale: Float
    let isPacked: Bool
    let bias: Addend?
    let mask: Addend?

    init(_ call: OperatorCall) throws {
      guard let sizes = try call.ints("sizes"), sizes.count == 6, sizes.allSatisfy({ (1..<1 << 24).contains($0) })
      else {
        throw call.error("no sizes")
      }
      (batch, heads, rows, keys, depth, columns) = (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5])
      for index in call.inputs.indices where call.hasInput(index) {
        guard try call.input(index).elementType == .float32 else { throw call.unsupported(index) }
      }
      query = try Place(call, "query", input: 0, counts: [batch, heads, rows, depth])
      key = try Place(call, "key", input: 1, counts: [batch, heads, depth, keys])
      value = try Place(call, "value", input: 2, counts: [batch, heads, keys, columns])
      guard query.column == 1 || query.row == 1 else { throw call.error("rows of Q that aren't next to each other") }
      scale = try call.float("scale", default: 1)
      isPacked = try call.int("packed", default: 0) != 0
      bias = try Addend(call, input: 3, sizes)
      mask = try Addend(call, input: 4, sizes)
    }

    var outputShape: [Int] {
      isPacked ? [batch, rows, heads, columns] : [batch, heads, rows, columns]
    }
    var outputRow: Int { isPacked ? heads * columns : columns }
    func output(_ batch: Int, _ head: Int, row: Int) -> Int {
      isPacked
        ? ((batch * rows + row) * heads + head) * columns : ((batch * heads + head) * rows + row) * columns
    }
  }

  /// Rows whose scores are there at a time.
  private static let most = 56

  private static let kernel: Operator.KernelRule = { request in
    let g = try Geometry(request.call)
    let isa = InstructionSet.current
    let keyCount = Int(zoo_gemm_packed_count(isa, Int64(g.depth), Int64(g.keys)))
    let valueCount = Int(zoo_gemm_packed_count(isa, Int64(g.keys), Int64(g.columns)))
    let nr = Int(zoo_gemm_nr(isa))
    let (keyPanels, valuePanels) = (Int64((g.keys + nr - 1) / nr), Int64((g.columns + nr - 1) / nr))
    let width = (g.keys + 15) / 16 * 16
    var layout = KernelScratch()
    let keys = layout.reserve(floats: keyCount)
    let values = layout.reserve(floats: valueCount)
    let scores = layout.reserve(floats: most * width)
    let each = layout.byteCount / 4

    // Heads are enough work for all; few of them are cut, at the price of packing keys and values for each part.
    let matrices = g.batch * g.heads
    let wanted = request.workers == 1 ? 1 : (2 * request.workers + matrices - 1) / matrices
    let rowsEach = max(14, ((g.rows + wanted - 1) / wanted + 13) / 14 * 14)
    let parts = (g.rows + rowsEach - 1) / rowsEach
    return Kernel(scratchByteCount: each * 4 * request.workers) { arguments in
      let query: UnsafePointer<Float> = arguments.unsafeInput(0)
      let key: UnsafePointer<Float> = arguments.unsafeInput(1)
      let value: UnsafePointer<Float> = arguments.unsafeInput(2)
      let bias: UnsafePointer<Float>? = g.bias == nil ? nil : arguments.unsafeInput(3)
      let mask: UnsafePointer<Float>? = g.mask == nil ? nil : arguments.unsafeInput(4)
      let result: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
      let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      arguments.threads.forEach(matrices * parts) { task, worker in
        let base = scratch + worker * each
        let (matrix, part) = (task / parts, task % parts)
        let (batch, head) = (matrix / g.heads, matrix % g.heads)
        func start(_ place: Place) -> Int { place.start + batch * place.batch + head * place.head }
        zoo_gemm_pack(
          isa, Int64(g.depth), Int64(g.keys), key + start(g.key), g.key.row, g.key.column, base + keys, 0, keyPanels)
        if g.scale != 1 { for index in keys..<keys + keyCount { base[index] *= g.scale } }
        zoo_gemm_pack(
          isa, Int64(g.keys), Int64(g.columns), value + start(g.value), g.value.row, g.value.column, base + values, 0,
          valuePanels)
        let last = min(g.rows, (part + 1) * rowsEach)
        for first in stride(from: part * rowsEach, to: last, by: most) {
          let rows = min(most, last - first)
          var epilogue = zoo_epilogue()
          if let bias, let addend = g.bias {
            epilogue.residual = UnsafeRawPointer(bias + addend.start(batch: batch, head: head) + first * g.keys)
            epilogue.residual_stride = g.keys
          }
          let byColumns = g.query.column != 1
          withUnsafePointer(to: epilogue) { epilogue in
            zoo_gemm(
              isa, Int64(rows), Int64(g.keys), Int64(g.depth), query + start(g.query) + first * g.query.row,
              byColumns ? g.query.column : g.query.row, byColumns, base + keys, base + scores, width, false, epilogue,
              0,
              keyPanels)
          }
          for row in 0..<rows {
            let line = base + scores + row * width
            if let mask, let addend = g.mask {
              let values = mask + addend.start(batch: batch, head: head) + (first + row) * g.keys
              for key in 0..<g.keys { line[key] += values[key] }
            }
            zoo_softmax_f32(isa, line, line, g.keys, 1, 0)
          }
          zoo_gemm(
            isa, Int64(rows), Int64(g.columns), Int64(g.keys), base + scores, width, false, base + values,
            result + g.output(batch, head, row: first), g.outputRow, false, nil, 0, valuePanels)
        }
      }
    }
  }
}
