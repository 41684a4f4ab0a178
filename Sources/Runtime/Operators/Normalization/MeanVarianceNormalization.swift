import ZooFormat

/// MeanVarianceNormalization: (x − mean) / (deviation + 1e-9) over the given axes together.
enum MeanVarianceNormalization {
  static let definition = Operator(
    "MeanVarianceNormalization", inputs: 1...1,
    types: { call in
      _ = try axes(call)
      return [try call.real(0)]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
      let standard = try builder.standardized(call.input(0), axes: axes(call.call), epsilon: 1e-18, centred: true)
      return [try standard.gradient(&builder, gradient)]
    },
    cost: { _, outputs in 8 * outputs[0].elementCount },
    kernel: { request in
      request.outputTypes[0].elementType == .float64
        ? try make(Double.self, request.call) : try make(Float.self, request.call)
    })

  private static func axes(_ call: OperatorCall) throws -> [Int] {
    let rank = try call.input(0).rank
    return try (call.ints("axes") ?? [0, 2, 3]).map { try call.axis($0, rank: rank) }
  }

  private static func make<T: KernelReal>(_: T.Type, _ call: OperatorCall) throws -> Kernel {
    let shape = try call.input(0).shape
    let reduced = Set(try axes(call))
    let kept = shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
    let groups = kept.reduce(1, *)
    let total = shape.reduce(1, *)
    let each = Double(total / max(groups, 1))
    let loops = StridedLoops(shape, strides: [denseStrides(shape), Broadcasting.strides(kept, to: shape)])
    return Kernel(scratchByteCount: 2 * groups * 8) { arguments in
      guard total > 0 else { return }
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let means = arguments.unsafeScratch.assumingMemoryBound(to: Double.self)
      let deviations = means + groups
      means.update(repeating: 0, count: 2 * groups)
      forEach(loops) { at, group in means[group] += Double(x[at]) / each }
      forEach(loops) { at, group in
        let difference = Double(x[at]) - means[group]
        deviations[group] += difference * difference / each
      }
      forEach(loops) { at, group in
        y[at] = T((Double(x[at]) - means[group]) / (deviations[group].squareRoot() + 1e-9))
      }
    }
  }

  /// Calls `body` with the place of each element and of its group.
  private static func forEach(_ loops: StridedLoops, _ body: (_ at: Int, _ group: Int) -> Void) {
    let last = loops.sizes.count - 1
    for outer in 0..<loops.outerCount(inner: 1) {
      let (at, group) = (loops.offset(of: 0, at: outer, inner: 1), loops.offset(of: 1, at: outer, inner: 1))
      for i in 0..<loops.sizes[last] {
        body(at + i * loops.strides[0][last], group + i * loops.strides[1][last])
      }
    }
  }
}
