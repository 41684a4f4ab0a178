import ZooFormat

/// TensorScatter: writes new keys or values into a cache, each sample from its own place on.
///
/// Inputs: cache, update (as long or shorter along `axis`), first places [N] (optional, 0).
enum TensorScatter {
  static let definition = Operator(
    "TensorScatter", inputs: 2...3, types: { [try Geometry($0).cache] },
    kernel: { request in
      let g = try Geometry(request.call)
      let node = request.node.name
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let update = UnsafeRawPointer(arguments.unsafeInput(1, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        let starts: UnsafePointer<Int64>? = g.hasStarts ? arguments.unsafeOptionalInput(2) : nil
        if UnsafeRawPointer(target) != source { target.copyMemory(from: source, byteCount: g.cache.byteCount) }
        for block in 0..<g.blocks {
          let start = starts?[block / g.blocksOfSample] ?? 0
          guard start >= 0, g.isCircular || start <= Int64(g.length - g.fresh) else {
            throw ZooError(
              .badInput, node: node, problem: "write index \(start)", expected: "0…\(g.length - g.fresh)")
          }
          for step in 0..<g.fresh {
            let place = (Int(start % Int64(max(g.length, 1))) + step) % g.length
            (target + (block * g.length + place) * g.bytes).copyMemory(
              from: update + (block * g.fresh + step) * g.bytes, byteCount: g.bytes)
          }
        }
      }
    })

  private struct Geometry: Sendable {
    let cache: TensorType
    let blocks: Int
    let blocksOfSample: Int
    let length: Int
    let fresh: Int
    let bytes: Int
    let isCircular: Bool
    let hasStarts: Bool

    init(_ call: OperatorCall) throws {
      let (cache, update) = (try call.input(0), try call.input(1))
      self.cache = cache
      let axis = try call.axis(call.int("axis", default: -2), rank: cache.rank)
      guard axis >= 1, update.elementType == cache.elementType, update.rank == cache.rank,
        update.shape[axis] <= cache.shape[axis],
        cache.shape.indices.allSatisfy({ $0 == axis || update.shape[$0] == cache.shape[$0] })
      else { throw call.error("cache \(cache) and update \(update) along axis \(axis)") }
      hasStarts = call.hasInput(2)
      if hasStarts, try call.input(2) != TensorType(.int64, [cache.shape[0]]) {
        throw call.error("write indices \(try call.input(2))", expected: "int64[\(cache.shape[0])]")
      }
      switch try call.string("mode", default: "linear") {
      case "linear": isCircular = false
      case "circular": isCircular = true
      case let other: throw call.error("mode '\(other)'", expected: "linear or circular")
      }
      blocks = cache.shape[..<axis].reduce(1, *)
      blocksOfSample = cache.shape[1..<axis].reduce(1, *)
      (length, fresh) = (cache.shape[axis], update.shape[axis])
      bytes = cache.shape[(axis + 1)...].reduce(cache.elementType.byteCount, *)
    }
  }
}
