import ZooFormat
import ZooKernels

/// Copies a box of elements between two tensors, each with a start and strides of its own.
struct StridedCopy: Sendable {
  private let loops: StridedLoops
  private let width: Int
  private let sourceStart: Int
  private let targetStart: Int

  /// Strides and starts count elements.
  init(
    _ shape: [Int], source: [Int], from sourceStart: Int = 0, target: [Int], to targetStart: Int = 0,
    elementSize: Int
  ) {
    loops = StridedLoops(shape, strides: [source, target])
    width = elementSize
    self.sourceStart = sourceStart
    self.targetStart = targetStart
  }

  func run(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ threads: ThreadPool) {
    guard loops.elementCount > 0 else { return }
    let last = loops.sizes.count - 1
    let columns = loops.sizes[last]
    let (sourceColumn, targetColumn) = (loops.strides[0][last], loops.strides[1][last])
    let source = source + sourceStart * width
    let target = target + targetStart * width
    if last == 0 {
      threads.forEachChunk(of: columns) { range in
        zoo_copy_rows(
          width, source + range.lowerBound * sourceColumn * width, target + range.lowerBound * targetColumn * width,
          1, range.count, 0, sourceColumn, 0, targetColumn)
      }
      return
    }
    let rows = loops.sizes[last - 1]
    let (sourceRow, targetRow) = (loops.strides[0][last - 1], loops.strides[1][last - 1])
    let rowsEach = min(rows, max(16, 16384 / max(columns, 1)))
    let blocks = (rows + rowsEach - 1) / rowsEach
    let total = loops.outerCount(inner: 2) * blocks
    let grain = max(1, 16384 / max(1, rowsEach * columns))
    threads.forEach((total + grain - 1) / grain) { task, _ in
      for item in task * grain..<min(total, (task + 1) * grain) {
        let index = item / blocks
        let row = (item - index * blocks) * rowsEach
        zoo_copy_rows(
          width, source + (loops.offset(of: 0, at: index, inner: 2) + row * sourceRow) * width,
          target + (loops.offset(of: 1, at: index, inner: 2) + row * targetRow) * width,
          min(rowsEach, rows - row), columns, sourceRow, sourceColumn, targetRow, targetColumn)
      }
    }
  }
}

/// Strides of a dense tensor in elements.
/// - Parameter last: how many elements lie between one position of the last but one axis and the next, if not as many as the
///   last axis has.
func denseStrides(_ shape: [Int], last: Int? = nil) -> [Int] {
  var shape = shape
  if let last { shape[shape.count - 1] = last }
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
  return strides
}
