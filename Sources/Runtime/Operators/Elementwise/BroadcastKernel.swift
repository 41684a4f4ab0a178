import ZooFormat
import ZooKernels

/// Execution of an operator of two broadcast operands on blocks of rows.
struct BroadcastKernel: Sendable {
  private let outer: Int
  private let rows: Int
  private let columns: Int
  private let loops: StridedLoops

  init(_ a: [Int], _ b: [Int], output: [Int]) {
    loops = StridedLoops(
      output, strides: [a, b, output].map { Broadcasting.strides($0, to: output) })
    columns = loops.sizes[loops.sizes.count - 1]
    rows = loops.sizes.count > 1 ? loops.sizes[loops.sizes.count - 2] : 1
    outer = loops.elementCount == 0 ? 0 : loops.outerCount(inner: min(2, loops.sizes.count))
  }

  /// Calls `body` with the offsets of both operands and the result, and the block of rows that starts there.
  func run(_ threads: ThreadPool, _ body: (_ a: Int, _ b: Int, _ y: Int, _ block: zoo_rows) -> Void) {
    guard outer > 0 else { return }
    let last = loops.sizes.count - 1
    let hasRows = loops.sizes.count > 1
    func rowStride(_ tensor: Int) -> Int { hasRows ? loops.strides[tensor][last - 1] : 0 }
    let a = (row: rowStride(0), column: loops.strides[0][last])
    let b = (row: rowStride(1), column: loops.strides[1][last])
    let yRow = hasRows ? rowStride(2) : columns
    let inner = hasRows ? 2 : 1
    func block(_ index: Int, rows range: Range<Int>, columns span: Range<Int>) {
      body(
        loops.offset(of: 0, at: index, inner: inner) + range.lowerBound * a.row + span.lowerBound * a.column,
        loops.offset(of: 1, at: index, inner: inner) + range.lowerBound * b.row + span.lowerBound * b.column,
        loops.offset(of: 2, at: index, inner: inner) + range.lowerBound * yRow + span.lowerBound,
        zoo_rows(
          rows: range.count, columns: span.count, a_row: a.row, a_column: a.column, b_row: b.row,
          b_column: b.column, y_row: yRow))
    }
    if outer == 1 && rows == 1 {
      threads.forEachChunk(of: columns) { block(0, rows: 0..<1, columns: $0) }
      return
    }
    // Blocks of about 16 thousand elements, cut along the rows of each outer position.
    let rowsEach = min(rows, max(1, 16384 / max(columns, 1)))
    let blocks = (rows + rowsEach - 1) / rowsEach
    let grain = max(1, 16384 / max(1, rowsEach * columns))
    let total = outer * blocks
    threads.forEach((total + grain - 1) / grain) { task, _ in
      for item in task * grain..<min(total, (task + 1) * grain) {
        let index = item / blocks
        let start = (item - index * blocks) * rowsEach
        block(index, rows: start..<min(rows, start + rowsEach), columns: 0..<columns)
      }
    }
  }
}
