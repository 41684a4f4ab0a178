import ZooFormat

/// The sizes of an attention: whose queries look at which keys.
struct AttentionGeometry: Sendable {
  let batch: Int
  let heads: Int
  /// Heads of keys and values; each serves `heads / keyHeads` heads of queries.
  let keyHeads: Int
  let queries: Int
  /// Keys that the call brings, and those of calls before.
  let fresh: Int
  let past: Int
  /// Elements of a query or key, and of a value.
  let size: Int
  let valueSize: Int
  /// Q, K and V are [N, length, heads · size] instead of [N, heads, length, size].
  let isPacked: Bool

  var keys: Int { past + fresh }
  /// Queries of all heads.
  var rows: Int { batch * heads * queries }

  init(_ call: OperatorCall) throws {
    let (q, k, v) = (try call.input(0), try call.input(1), try call.input(2))
    guard q.elementType == .float32 else { throw call.unsupported() }
    try call.checkOneElementType(1..<3)
    guard q.rank == k.rank, q.rank == v.rank, q.rank == 3 || q.rank == 4 else {
      throw call.error("Q \(q), K \(k) and V \(v)", expected: "tensors of one rank, 3 or 4")
    }
    isPacked = q.rank == 3
    let (q4, k4, v4): ([Int], [Int], [Int])
    if isPacked {
      let (heads, keyHeads) = (try call.int("q_num_heads"), try call.int("kv_num_heads"))
      q4 = try Self.unpacked(q, heads: heads, call)
      k4 = try Self.unpacked(k, heads: keyHeads, call)
      v4 = try Self.unpacked(v, heads: keyHeads, call)
    } else {
      (q4, k4, v4) = (q.shape, k.shape, v.shape)
    }
    (batch, heads, queries, size) = (q4[0], q4[1], q4[2], q4[3])
    (keyHeads, fresh, valueSize) = (k4[1], k4[2], v4[3])
    guard k4[0] == batch, k4[3] == size, v4[..<3] == k4[..<3], keyHeads >= 1, heads % keyHeads == 0, size >= 1 else {
      throw call.error(
        "Q \(q), K \(k) and V \(v)", expected: "one batch and head size, and heads of Q a multiple of those of K and V")
    }
    past = try Self.past(call, [batch, keyHeads, size, valueSize])
    guard fresh + past >= 1 else { throw call.error("no keys", expected: "at least one") }
    _ = try call.product(heads, valueSize)
  }

  private static func unpacked(_ type: TensorType, heads: Int, _ call: OperatorCall) throws -> [Int] {
    guard heads >= 1, type.shape[2] % heads == 0 else {
      throw call.error("\(type) for \(heads) heads", expected: "a last dimension that is a multiple of the heads")
    }
    return [type.shape[0], heads, type.shape[1], type.shape[2] / heads]
  }

  /// The length of past keys and values, of a call whose sizes are (batch, heads, key size, value size).
  private static func past(_ call: OperatorCall, _ sizes: [Int]) throws -> Int {
    guard call.hasInput(4) || call.hasInput(5) else { return 0 }
    let (keys, values) = (try call.input(4), try call.input(5))
    guard keys.rank == 4,
      keys == TensorType(.float32, [sizes[0], sizes[1], keys.shape[2], sizes[2]]),
      values == TensorType(.float32, [sizes[0], sizes[1], keys.shape[2], sizes[3]])
    else { throw call.error("past keys \(keys) and values \(values)", expected: "[N, heads, length, size]") }
    return keys.shape[2]
  }

  var outputType: TensorType {
    TensorType(
      .float32, isPacked ? [batch, queries, heads * valueSize] : [batch, heads, queries, valueSize])
  }
  var presentKeys: TensorType { TensorType(.float32, [batch, keyHeads, keys, size]) }
  var presentValues: TensorType { TensorType(.float32, [batch, keyHeads, keys, valueSize]) }
  var scores: TensorType { TensorType(.float32, [batch, heads, queries, keys]) }

  /// Copies [N, length, heads, size] or [N, heads, length, size] to places `start…` of [N, heads, keys, size].
  func gather(heads: Int, length: Int, size: Int, isPacked: Bool, to start: Int, of total: Int) -> StridedCopy {
    let shape = [batch, heads, length, size]
    let packed = [length * heads * size, size, heads * size, 1]
    return StridedCopy(
      shape, source: isPacked ? packed : denseStrides(shape),
      target: [heads * total * size, total * size, size, 1], to: start * size, elementSize: 4)
  }
}
