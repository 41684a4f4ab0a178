import ZooFormat

/// NonMaxSuppression: the boxes of each class that no better box overlaps too much, best first.
///
/// Inputs: boxes [N, boxes, 4], scores [N, classes, boxes], the most boxes of a class (optional, 0), the largest overlap
/// (optional, 0), the smallest score (optional). Output: [found, 3] with sample, class and box. How many are found depends
/// on the values, so a graph with it is executed node by node.
enum NonMaxSuppression {
  static let definition = Operator(
    "NonMaxSuppression", inputs: 2...5,
    types: { [TensorType(.int64, [try select($0).count / 3, 3])] },
    gradient: { _, call in call.node.inputs.map { _ in nil } },
    kernel: { request in
      let selected = try select(request.call)
      return Kernel(inputsRead: []) { arguments in
        let y: UnsafeMutablePointer<Int64> = arguments.unsafeOutput(0)
        for (index, value) in selected.enumerated() { y[index] = Int64(value) }
      }
    })

  private struct Box {
    var left: Float
    var top: Float
    var right: Float
    var bottom: Float

    /// - Parameter centred: centre and size instead of two corners.
    init(_ values: ArraySlice<Float>, centred: Bool) {
      let v = Array(values)
      if centred {
        (left, right) = (v[0] - v[2] / 2, v[0] + v[2] / 2)
        (top, bottom) = (v[1] - v[3] / 2, v[1] + v[3] / 2)
      } else {
        (left, right) = (min(v[1], v[3]), max(v[1], v[3]))
        (top, bottom) = (min(v[0], v[2]), max(v[0], v[2]))
      }
    }

    var area: Float { (right - left) * (bottom - top) }

    /// The part of the union that two boxes share.
    func overlap(_ other: Box) -> Float {
      let width = min(right, other.right) - max(left, other.left)
      let height = min(bottom, other.bottom) - max(top, other.top)
      guard width > 0, height > 0, area > 0, other.area > 0 else { return 0 }
      let shared = width * height
      let union = area + other.area - shared
      return union > 0 ? shared / union : 0
    }
  }

  /// Sample, class and box of each that is kept, one after the other.
  private static func select(_ call: OperatorCall) throws -> [Int] {
    let (boxes, scores) = (try call.input(0), try call.input(1))
    guard boxes.elementType == .float32, scores.elementType == .float32 else { throw call.unsupported() }
    guard boxes.rank == 3, scores.rank == 3, boxes.shape[2] == 4, boxes.shape[0] == scores.shape[0],
      boxes.shape[1] == scores.shape[2]
    else { throw call.error("boxes \(boxes) and scores \(scores)", expected: "[N, boxes, 4] and [N, classes, boxes]") }
    let limit = max(0, try call.constantIntegers(2)?.first ?? 0)
    let threshold = try float(call, 3) ?? 0
    let least = try float(call, 4)
    let centred = try call.int("center_point_box", default: 0) != 0
    let corners = try call.constant(0).values(as: Float.self) ?? []
    let values = try call.constant(1).values(as: Float.self) ?? []
    let count = boxes.shape[1]
    var result: [Int] = []
    for sample in 0..<scores.shape[0] {
      let own = (0..<count).map { index in
        Box(corners[(sample * count + index) * 4..<(sample * count + index + 1) * 4], centred: centred)
      }
      for label in 0..<scores.shape[1] {
        let start = (sample * scores.shape[1] + label) * count
        let candidates = (0..<count).filter { index in least.map { values[start + index] > $0 } ?? true }
          .sorted { a, b in
            let (u, v) = (values[start + a], values[start + b])
            return u == v || u.isNaN || v.isNaN ? (v.isNaN && !u.isNaN) || (u.isNaN == v.isNaN && a < b) : u > v
          }
        var kept: [Int] = []
        for candidate in candidates {
          if kept.count >= limit { break }
          if kept.allSatisfy({ own[candidate].overlap(own[$0]) <= threshold }) { kept.append(candidate) }
        }
        for index in kept { result += [sample, label, index] }
      }
    }
    return result
  }

  private static func float(_ call: OperatorCall, _ index: Int) throws -> Float? {
    guard call.hasInput(index) else { return nil }
    guard let values = try call.constant(index).values(as: Float.self) else { throw call.unsupported(index) }
    return values.first
  }
}
