import ZooFormat

/// What is added to the scores of an attention, or keeps a query from looking at a key.
struct AttentionMask: Sendable {
  private let isCausal: Bool
  private let past: Int
  private let keys: Int
  private let heads: Int
  private let queries: Int
  let hasMask: Bool
  let hasLengths: Bool
  private let isBool: Bool
  /// Elements of the mask from one batch, head, query to the next.
  private let strides: [Int]
  /// Keys that the mask has; those after are hidden.
  private let covered: Int

  init(_ call: OperatorCall, _ geometry: AttentionGeometry) throws {
    isCausal = try call.int("is_causal", default: 0) != 0
    (past, keys, heads, queries) = (geometry.past, geometry.keys, geometry.heads, geometry.queries)
    hasMask = call.hasInput(3)
    hasLengths = call.hasInput(6)
    if hasLengths, try call.input(6) != TensorType(.int64, [geometry.batch]) {
      throw call.error("lengths \(try call.input(6))", expected: "int64[\(geometry.batch)]")
    }
    guard hasMask else {
      (isBool, strides, covered) = (false, [0, 0, 0], keys)
      return
    }
    let mask = try call.input(3)
    isBool = mask.elementType == .bool
    guard isBool || mask.elementType == .float32 else { throw call.unsupported(3) }
    let full = [Int](repeating: 1, count: max(0, 4 - mask.rank)) + mask.shape
    let wanted = [geometry.batch, geometry.heads, geometry.queries]
    guard full.count == 4, zip(full, wanted).allSatisfy({ $0 == 1 || $0 == $1 }), full[3] <= keys, full[3] >= 1 else {
      throw call.error("mask \(mask)", expected: "what broadcasts to \(geometry.scores.shape)")
    }
    let dense = denseStrides(full)
    strides = (0..<3).map { full[$0] == 1 ? 0 : dense[$0] }
    covered = full[3]
  }

  /// Adds the mask to the scores of one query. `mask` and `lengths` are inputs 3 and 6, where they are there.
  func apply(
    _ mask: UnsafeRawPointer?, _ lengths: UnsafePointer<Int64>?, to scores: UnsafeMutablePointer<Float>, row: Int
  ) {
    let query = row % queries
    let (head, batch) = (row / queries % heads, row / queries / heads)
    if let mask {
      let start = batch * strides[0] + head * strides[1] + query * strides[2]
      if isBool {
        let mask = mask.assumingMemoryBound(to: Bool.self) + start
        for key in 0..<covered where !mask[key] { scores[key] = -.infinity }
      } else {
        let mask = mask.assumingMemoryBound(to: Float.self) + start
        for key in 0..<covered { scores[key] += mask[key] }
      }
    }
    var visible = covered
    if isCausal { visible = min(visible, query + past + 1) }
    if let lengths { visible = Int(min(Int64(visible), max(0, lengths[batch]))) }
    for key in visible..<max(keys, visible) { scores[key] = -.infinity }
  }
}
