import ZooFormat
import ZooKernels

/// LayerNormalization and RMSNormalization: the axes from `axis` on are normalised together, then scaled (and shifted).
///
/// Inputs: x, scale, LayerNormalization's bias (optional); scale and bias broadcast to the normalised axes. Outputs: y and,
/// of LayerNormalization, the means and the reciprocals of the standard deviations.
enum LayerNormalization {
  static let all: [Operator] = [layer, rms]

  private static let layer = Operator(
    "LayerNormalization", inputs: 2...3, outputs: 1...3,
    types: { call in
      let rows = try Rows(call)
      return [rows.x, rows.statistics, rows.statistics]
    },
    gradient: { builder, call in
      guard call.outputGradients.dropFirst().allSatisfy({ $0 == nil }) else {
        throw call.call.error(
          "the means and deviations have no gradient", remedy: "Don't use these outputs in training")
      }
      return try addGradient(&builder, call, centred: true)
    },
    cost: { _, outputs in 8 * outputs[0].elementCount },
    kernel: { try kernel($0, centred: true).keepingFirstOutput($0) })

  private static let rms = Operator(
    "RMSNormalization", inputs: 2...2, types: { [try Rows($0).x] },
    gradient: { builder, call in try addGradient(&builder, call, centred: false) },
    cost: { _, outputs in 5 * outputs[0].elementCount }, kernel: { try kernel($0, centred: false) })

  /// The tensor as rows that are normalised each by itself.
  private struct Rows: Sendable {
    let x: TensorType
    let axis: Int
    let count: Int
    let size: Int
    let epsilon: Float
    /// For each column where its scale and bias are; `nil` where they have a value for each column.
    let scale: [Int]?
    let bias: [Int]?

    init(_ call: OperatorCall) throws {
      x = try call.real(0)
      try call.checkOneElementType(1..<call.inputs.count)
      axis = try call.axis(call.int("axis", default: -1), rank: x.rank)
      epsilon = try call.float("epsilon", default: 1e-5)
      let row = Array(x.shape[axis...])
      count = x.shape[..<axis].reduce(1, *)
      size = row.reduce(1, *)
      scale = try Self.places(call, 1, in: row)
      bias = call.hasInput(2) ? try Self.places(call, 2, in: row) : nil
    }

    var statistics: TensorType {
      TensorType(x.elementType, x.shape[..<axis] + [Int](repeating: 1, count: x.rank - axis))
    }

    private static func places(_ call: OperatorCall, _ index: Int, in row: [Int]) throws -> [Int]? {
      let shape = try call.input(index).shape
      let own = Array(shape.drop { $0 == 1 })
      if own == Array(row.drop { $0 == 1 }) { return nil }
      guard own.count <= row.count, try Broadcasting.shape([row, own], of: call) == row else {
        throw call.error("input \(index) of shape \(shape)", expected: "what broadcasts to \(row)")
      }
      let loops = StridedLoops(row, strides: [Broadcasting.strides(own, to: row)])
      return (0..<row.reduce(1, *)).map { loops.offset(of: 0, at: $0, inner: 0) }
    }
  }

  private static func kernel(_ request: KernelCall, centred: Bool) throws -> Kernel {
    let rows = try Rows(request.call)
    let call = request.call
    if rows.x.elementType == .float32, rows.scale == nil, rows.bias == nil, !call.hasOutput(1), !call.hasOutput(2) {
      return plain(rows, hasBias: call.hasInput(2), centred)
    }
    return rows.x.elementType == .float64
      ? make(Double.self, rows, request.call, centred) : make(Float.self, rows, request.call, centred)
  }

  /// A number of scale and bias for each column, and nothing but y to write: all prediction needs.
  private static func plain(_ rows: Rows, hasBias: Bool, _ centred: Bool) -> Kernel {
    let (count, size, epsilon) = (rows.count, rows.size, rows.epsilon)
    let isa = InstructionSet.current
    return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
      let x: UnsafePointer<Float> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
      let scale: UnsafePointer<Float> = arguments.unsafeInput(1)
      let bias: UnsafePointer<Float>? = hasBias ? arguments.unsafeOptionalInput(2) : nil
      let grain = max(1, 8192 / max(1, size))
      arguments.threads.forEach((count + grain - 1) / grain) { task, _ in
        let (first, last) = (task * grain, min(count, (task + 1) * grain))
        zoo_layer_normalize_f32(
          isa, x + first * size, y + first * size, last - first, size, scale, bias, epsilon, centred)
      }
    }
  }

  private static func make<T: KernelReal>(_: T.Type, _ rows: Rows, _ call: OperatorCall, _ centred: Bool) -> Kernel {
    let hasBias = call.hasInput(2)
    let hasStatistics = (1..<3).map { call.hasOutput($0) }
    let (count, size) = (rows.count, rows.size)
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let scale: UnsafePointer<T> = arguments.unsafeInput(1)
      let bias: UnsafePointer<T>? = hasBias ? arguments.unsafeOptionalInput(2) : nil
      let means: UnsafeMutablePointer<T>? = hasStatistics[0] ? arguments.unsafeOptionalOutput(1) : nil
      let deviations: UnsafeMutablePointer<T>? = hasStatistics[1] ? arguments.unsafeOptionalOutput(2) : nil
      let grain = max(1, 8192 / max(1, size))
      arguments.threads.forEach((count + grain - 1) / grain) { task, _ in
        for row in task * grain..<min(count, (task + 1) * grain) {
          let (x, y) = (x + row * size, y + row * size)
          let (mean, factor) = statistics(x, size, T(rows.epsilon), centred)
          means?[row] = mean
          deviations?[row] = factor
          for i in 0..<size {
            let shift = bias.map { $0[rows.bias?[i] ?? i] } ?? 0
            y[i] = (x[i] - mean) * factor * scale[rows.scale?[i] ?? i] + shift
          }
        }
      }
    }
  }

  /// The mean (0 if it isn't taken) and the reciprocal of the deviation from it, each summed in double precision.
  private static func statistics<T: KernelReal>(
    _ x: UnsafePointer<T>, _ size: Int, _ epsilon: T, _ centred: Bool
  ) -> (mean: T, factor: T) {
    var mean = 0.0
    if centred {
      for i in 0..<size { mean += Double(x[i]) }
      mean /= Double(max(size, 1))
    }
    var squares = 0.0
    for i in 0..<size {
      let difference = Double(x[i]) - mean
      squares += difference * difference
    }
    return (T(mean), T(1 / (squares / Double(max(size, 1)) + Double(epsilon)).squareRoot()))
  }

  private static func addGradient(
    _ builder: inout GraphBuilder, _ call: GradientCall, centred: Bool
  ) throws -> [Value?] {
    guard let gradient = call.outputGradients[0] else { return call.node.inputs.map { _ in nil } }
    let rows = try Rows(call.call)
    let standard = try builder.standardized(
      call.input(0), axes: Array(rows.axis..<rows.x.rank), epsilon: rows.epsilon, centred: centred)
    var result: [Value?] = call.node.inputs.map { _ in nil }
    if call.wanted[0] {
      result[0] = try standard.gradient(&builder, builder.add("Mul", [gradient, call.input(1)]))
    }
    if call.wanted[1] { result[1] = try builder.sum(gradient, times: standard.value, toInput: 1, of: call) }
    if call.call.hasInput(2), call.wanted[2] { result[2] = try builder.sum(gradient, toInput: 2, of: call) }
    return result
  }
}
