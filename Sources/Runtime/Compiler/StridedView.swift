import ZooFormat

/// A value as a part of another that lies in memory: where its first element is and how far it is from one to the next
/// along each axis; and what its elements are multiplied by.
struct StridedView {
  /// The value that lies in memory, dense.
  var root: String
  var start = 0
  var shape: [Int]
  var strides: [Int]
  var scale: Float = 1

  init(_ value: String, _ type: TensorType) {
    root = value
    shape = type.shape
    strides = denseStrides(type.shape)
  }

  /// The view that `value` is of what lies furthest back, through transpositions, slices, splits, changes of shape and
  /// products with numbers that are known.
  /// - Parameter steps: how many nodes it looks back at most; a file can have any number of them.
  static func of(_ value: String, _ program: Program, _ uses: ValueUses, steps: Int = 16) throws -> StridedView? {
    guard let type = program.types[value] else { return nil }
    let dense = StridedView(value, type)
    guard steps > 0, let index = uses.maker(of: value) else { return dense }
    let node = program.nodes[index]
    let call = try program.builder.call(node)
    func before(_ input: Int = 0) throws -> StridedView? { try of(node.inputs[input], program, uses, steps: steps - 1) }
    switch node.operatorKey {
    case "Transpose":
      guard var view = try before() else { return dense }
      let order = try call.ints("perm") ?? (0..<type.rank).reversed()
      (view.shape, view.strides) = (order.map { view.shape[$0] }, order.map { view.strides[$0] })
      return view
    case "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity":
      guard var view = try before() else { return dense }
      return view.reshape(type.shape) ? view : dense
    case "Slice":
      let box = try SliceOperators.box(call)
      guard var view = try before(), box.steps.allSatisfy({ $0 > 0 }) else { return dense }
      view.start += zip(box.starts, view.strides).reduce(0) { $0 + $1.0 * $1.1 }
      view.strides = zip(box.steps, view.strides).map(*)
      view.shape = box.sizes
      return view
    case "Split":
      guard var view = try before(), let position = node.outputs.firstIndex(of: value) else { return dense }
      let axis = try call.axis(call.int("axis", default: 0), rank: type.rank)
      let first = node.outputs[..<position].reduce(0) { $0 + (program.types[$1]?.shape[axis] ?? 0) }
      guard node.outputs[..<position].allSatisfy({ program.types[$0] != nil }) else { return dense }
      view.start += first * view.strides[axis]
      view.shape = type.shape
      return view
    case "Gather":
      let rank = program.types[node.inputs[0]]?.rank ?? 0
      let axis = try call.axis(call.int("axis", default: 0), rank: rank)
      guard var view = try before(), call.inputs[1]?.rank == 0, let index = call.constants[1]?.integers()?.first else {
        return dense
      }
      view.start += (index < 0 ? index + view.shape[axis] : index) * view.strides[axis]
      view.shape.remove(at: axis)
      view.strides.remove(at: axis)
      return view
    case "Mul", "Div":
      for position in 0..<(node.op == "Mul" ? 2 : 1) where program.types[node.inputs[position]] == type {
        guard let tensor = call.constants[1 - position], tensor.elementCount == 1,
          let number = (tensor.values() as [Float]?)?.first, var view = try before(position)
        else { continue }
        view.scale *= node.op == "Mul" ? number : 1 / number
        return view
      }
      return dense
    default: return dense
    }
  }

  /// Another shape without moving an element.
  /// - Returns: whether there is such a view.
  mutating func reshape(_ target: [Int]) -> Bool {
    guard !target.contains(0), !shape.contains(0) else { return false }
    let kept = shape.indices.filter { shape[$0] != 1 }
    let (old, steps) = (kept.map { shape[$0] }, kept.map { strides[$0] })
    var result = [Int](repeating: 0, count: target.count)
    var (from, to) = (0, 0)
    while to < target.count {
      if target[to] == 1 {
        to += 1
        continue
      }
      guard from < old.count else { return false }
      var (oldEnd, newEnd, oldCount, newCount) = (from + 1, to + 1, old[from], target[to])
      while oldCount != newCount {
        if newCount < oldCount {
          guard newEnd < target.count else { return false }
          newCount *= target[newEnd]
          newEnd += 1
        } else {
          // What becomes one axis has to lie without gaps.
          guard oldEnd < old.count, steps[oldEnd - 1] == old[oldEnd] * steps[oldEnd] else { return false }
          oldCount *= old[oldEnd]
          oldEnd += 1
        }
      }
      var step = steps[oldEnd - 1]
      for axis in (to..<newEnd).reversed() {
        result[axis] = step
        step *= target[axis]
      }
      (from, to) = (oldEnd, newEnd)
    }
    guard from == old.count else { return false }
    (shape, strides) = (target, result)
    return true
  }
}
