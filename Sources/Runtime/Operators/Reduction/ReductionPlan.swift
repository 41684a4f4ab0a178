import ZooFormat
import ZooKernels

/// How the dimensions of a tensor are reduced: one stage for each run of reduced dimensions, innermost first.
///
/// The shape of the reduction depends on sizes alone, so the result doesn't depend on the number of workers.
struct ReductionPlan: Sendable {
  /// The tensor seen as [outer, reduced, inner]; `reduced` is cut into `blocks` pieces that the next stage adds up.
  struct Stage: Sendable {
    var outer: Int
    var reduced: Int
    var inner: Int
    var blocks: Int
    var blockSize: Int

    var outputCount: Int { outer * blocks * inner }
  }

  private(set) var stages: [Stage] = []
  private let isa = InstructionSet.current
  let inputCount: Int
  let outputCount: Int

  /// - Parameter reduced: for each dimension of `shape` whether it is reduced.
  init(shape: [Int], reduced: [Bool]) {
    var groups: [(size: Int, reduced: Bool)] = []
    for (size, isReduced) in zip(shape, reduced) where size != 1 {
      if let last = groups.last, last.reduced == isReduced {
        groups[groups.count - 1].size *= size
      } else {
        groups.append((size, isReduced))
      }
    }
    inputCount = shape.reduce(1, *)
    outputCount = groups.reduce(1) { $1.reduced ? $0 : $0 * $1.size }
    while let index = groups.lastIndex(where: { $0.reduced }) {
      let outer = groups[..<index].reduce(1) { $0 * $1.size }
      let inner = groups[(index + 1)...].reduce(1) { $0 * $1.size }
      Self.append(outer: outer, reduced: groups[index].size, inner: inner, to: &stages)
      groups.remove(at: index)
    }
    if stages.isEmpty {
      stages = [Stage(outer: 1, reduced: 1, inner: inputCount, blocks: 1, blockSize: 1)]
    }
  }

  /// Long reductions are cut into blocks that workers share: as many for one outer position as for many, so that a sample's
  /// sums don't depend on how many others there are.
  private static func append(outer: Int, reduced: Int, inner: Int, to stages: inout [Stage]) {
    let tasks = (inner + 1023) / 1024
    let minimum = max(64, 16384 / max(1, inner))
    let blocks = tasks >= 64 ? 1 : max(1, min(128 / max(1, tasks), reduced / minimum))
    let size = max(1, (reduced + blocks - 1) / blocks)
    let count = max(1, (reduced + size - 1) / size)
    stages.append(Stage(outer: outer, reduced: reduced, inner: inner, blocks: count, blockSize: size))
    if count > 1 {
      stages.append(Stage(outer: outer, reduced: count, inner: inner, blocks: 1, blockSize: count))
    }
  }

  /// The memory for results between the stages.
  func scratchByteCount(elementSize: Int) -> Int {
    stages.dropLast().map { ($0.outputCount * elementSize + 63) / 64 * 64 }.reduce(0, +)
  }

  /// Reduces `a` (with `b` for a sum of products) to `result`; `first` is applied on the way into the first stage and
  /// `then` in the following ones.
  func run(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer?, to result: UnsafeMutableRawPointer, type: ElementType,
    first: zoo_reduction, then: zoo_reduction, scratch: UnsafeMutableRawPointer, threads: ThreadPool
  ) {
    var scratch = scratch
    var source = a
    for (index, stage) in stages.enumerated() {
      let isLast = index == stages.count - 1
      let target = isLast ? result : scratch
      let second = index == 0 ? b : nil
      run(
        stage, source, second, to: target, type: type, operation: index == 0 ? first : then, threads: threads)
      source = UnsafeRawPointer(target)
      if !isLast { scratch += (stage.outputCount * type.byteCount + 63) / 64 * 64 }
    }
  }

  private func run(
    _ stage: Stage, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer?, to y: UnsafeMutableRawPointer,
    type: ElementType, operation: zoo_reduction, threads: ThreadPool
  ) {
    guard stage.outputCount > 0 else { return }
    let width = type.byteCount
    let span = min(stage.inner, 1024)
    let spans = (stage.inner + span - 1) / span
    let total = stage.outer * stage.blocks * spans
    let grain = max(1, 16384 / max(1, stage.blockSize * span))
    let code = Int32(operation.rawValue)
    threads.forEach((total + grain - 1) / grain) { task, _ in
      for item in task * grain..<min(total, (task + 1) * grain) {
        let column = item % spans * span
        let position = item / spans
        let outer = position / stage.blocks
        let row = position % stage.blocks * stage.blockSize
        let rows = max(0, min(stage.blockSize, stage.reduced - row))
        let start = ((outer * stage.reduced + row) * stage.inner + column) * width
        _ = zoo_reduce_any(
          isa, code, type.rawValue, a + start, b.map { $0 + start }, rows, min(span, stage.inner - column), stage.inner,
          y + (position * stage.inner + column) * width)
      }
    }
  }
}
