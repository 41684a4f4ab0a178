import ZooFormat

/// RotaryEmbedding: pairs of a head's elements are turned by an angle that depends on the position.
///
/// Inputs: x [N, heads, length, size] or [N, length, heads · size], cosines and sines ([positions, half] with position
/// numbers, else [N, length, half]), numbers of positions [N, length] (optional).
enum RotaryEmbedding {
  static let definition = Operator(
    "RotaryEmbedding", inputs: 3...4, types: { [try Geometry($0).x] },
    gradient: { builder, call in
      let none = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + none }
      // Turned back by the same angle.
      var inputs = call.inputs
      inputs[0] = gradient
      inputs[2] = try builder.add("Neg", [call.input(2)])
      return [try builder.add("RotaryEmbedding", inputs, call.node.attributes)] + none
    },
    cost: { _, outputs in 3 * outputs[0].elementCount },
    kernel: { request in
      let geometry = try Geometry(request.call)
      return geometry.x.elementType == .float64
        ? make(Double.self, geometry, request.call) : make(Float.self, geometry, request.call)
    })

  private struct Geometry: Sendable {
    let x: TensorType
    let batch: Int
    let heads: Int
    let length: Int
    let size: Int
    /// Pairs of each head that are turned.
    let half: Int
    let isPacked: Bool
    let isInterleaved: Bool
    let hasPositions: Bool
    /// Rows of the cosines when positions are numbered.
    let positions: Int

    init(_ call: OperatorCall) throws {
      x = try call.real(0)
      try call.checkOneElementType(1..<3)
      guard x.rank == 3 || x.rank == 4 else { throw call.error("\(x)", expected: "rank 3 or 4") }
      isPacked = x.rank == 3
      batch = x.shape[0]
      if isPacked {
        heads = try call.int("num_heads")
        guard heads >= 1, heads <= max(x.shape[2], 1), x.shape[2] % heads == 0 else {
          throw call.error("\(x) for \(heads) heads", expected: "a last dimension that is a multiple of the heads")
        }
        (length, size) = (x.shape[1], x.shape[2] / heads)
      } else {
        (heads, length, size) = (x.shape[1], x.shape[2], x.shape[3])
      }
      let stated = try call.int("rotary_embedding_dim", default: 0)
      let turned = stated == 0 ? size : stated
      guard turned % 2 == 0, (0...size).contains(turned) else {
        throw call.error("rotary_embedding_dim \(turned) of \(size)", expected: "an even number up to \(size)")
      }
      half = turned / 2
      isInterleaved = try call.int("interleaved", default: 0) != 0
      hasPositions = call.hasInput(3)
      let cosines = try call.input(1)
      guard cosines == (try call.input(2)) else {
        throw call.error("cosines \(cosines) and sines \(try call.input(2))", expected: "one shape")
      }
      if hasPositions {
        guard cosines.rank == 2, cosines.shape[1] == half, try call.input(3) == TensorType(.int64, [batch, length])
        else { throw call.error("cosines \(cosines) and positions \(try call.input(3))") }
        positions = cosines.shape[0]
      } else {
        guard cosines.shape == [batch, length, half] else {
          throw call.error("cosines \(cosines)", expected: "[\(batch), \(length), \(half)]")
        }
        positions = batch * length
      }
    }
  }

  private static func make<T: KernelReal>(_: T.Type, _ g: Geometry, _ call: OperatorCall) -> Kernel {
    let reader = g.hasPositions ? IndexReader(call, 3, limit: g.positions) : nil
    let (first, second) = g.isInterleaved ? (2, 1) : (1, g.half)
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let cosines: UnsafePointer<T> = arguments.unsafeInput(1)
      let sines: UnsafePointer<T> = arguments.unsafeInput(2)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      for item in 0..<g.batch * g.length {
        let position = try reader?.index(arguments, item) ?? item
        let (c, s) = (cosines + position * g.half, sines + position * g.half)
        let (sample, step) = (item / g.length, item % g.length)
        for head in 0..<g.heads {
          let place =
            g.isPacked ? (item * g.heads + head) * g.size : ((sample * g.heads + head) * g.length + step) * g.size
          let (from, to) = (x + place, y + place)
          for i in 0..<g.half {
            let (a, b) = (from[i * first], from[i * first + second])
            to[i * first] = c[i] * a - s[i] * b
            to[i * first + second] = s[i] * a + c[i] * b
          }
          for i in 2 * g.half..<max(g.size, 2 * g.half) { to[i] = from[i] }
        }
      }
    }
  }
}
