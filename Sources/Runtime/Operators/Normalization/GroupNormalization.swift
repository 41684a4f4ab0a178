import ZooFormat

/// GroupNormalization and InstanceNormalization: the channels of a group (or one channel) of each sample are normalised
/// together, then scaled and shifted.
///
/// Inputs: x [N, C, …], scale, bias; both have a value for each channel, in GroupNormalization up to opset 20 for each group.
enum GroupNormalization {
  static let all: [Operator] = [
    definition("GroupNormalization") { try $0.int("num_groups") },
    definition("InstanceNormalization") { call in
      let x = try call.input(0)
      return x.rank > 1 ? x.shape[1] : 0
    },
  ]

  private struct Geometry: Sendable {
    let x: TensorType
    let channels: Int
    let groups: Int
    let spatial: Int
    /// Channels that share a value of scale and bias.
    let channelsEach: Int
    let epsilon: Float

    init(_ call: OperatorCall, groups: Int) throws {
      x = try call.real(0)
      guard x.rank >= 2 else { throw call.error("\(x)", expected: "[N, C, …]") }
      try call.checkOneElementType(1..<3)
      channels = x.shape[1]
      guard groups >= 1 || channels == 0, channels % max(groups, 1) == 0 else {
        throw call.error("\(channels) channels in \(groups) groups", expected: "a multiple of the groups")
      }
      // Without channels, a file may say any number.
      self.groups = channels == 0 ? 1 : groups
      spatial = x.shape[2...].reduce(1, *)
      epsilon = try call.float("epsilon", default: 1e-5)
      let scale = try call.input(1).shape
      let isByGroup = call.opset < 21 && scale == [groups]
      guard scale == [channels] || isByGroup, try call.input(2).shape == scale else {
        throw call.error(
          "scale \(try call.input(1)) and bias \(try call.input(2))",
          expected: "a value for each of \(channels) channels")
      }
      channelsEach = scale == [channels] ? 1 : max(1, channels / groups)
    }
  }

  private static func definition(
    _ name: String, groups: @escaping @Sendable (OperatorCall) throws -> Int
  ) -> Operator {
    Operator(
      name, inputs: 3...3, types: { [try Geometry($0, groups: groups($0)).x] },
      gradient: { builder, call in
        try addGradient(&builder, call, Geometry(call.call, groups: groups(call.call)))
      },
      cost: { _, outputs in 8 * outputs[0].elementCount },
      kernel: { request in
        let geometry = try Geometry(request.call, groups: groups(request.call))
        return geometry.x.elementType == .float64 ? make(Double.self, geometry) : make(Float.self, geometry)
      })
  }

  private static func make<T: KernelReal>(_: T.Type, _ geometry: Geometry) -> Kernel {
    let channels = geometry.channels / geometry.groups
    let size = channels * geometry.spatial
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let scale: UnsafePointer<T> = arguments.unsafeInput(1)
      let bias: UnsafePointer<T> = arguments.unsafeInput(2)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      arguments.threads.forEach(geometry.x.shape[0] * geometry.groups) { block, _ in
        let (x, y) = (x + block * size, y + block * size)
        var sum = 0.0
        for i in 0..<size { sum += Double(x[i]) }
        let mean = sum / Double(max(size, 1))
        var squares = 0.0
        for i in 0..<size { squares += (Double(x[i]) - mean) * (Double(x[i]) - mean) }
        let factor = T(1 / (squares / Double(max(size, 1)) + Double(geometry.epsilon)).squareRoot())
        for channel in 0..<channels {
          let place = (block % geometry.groups * channels + channel) / geometry.channelsEach
          let (a, b, centre) = (scale[place] * factor, bias[place], T(mean))
          for i in channel * geometry.spatial..<(channel + 1) * geometry.spatial { y[i] = (x[i] - centre) * a + b }
        }
      }
    }
  }

  private static func addGradient(
    _ builder: inout GraphBuilder, _ call: GradientCall, _ geometry: Geometry
  ) throws -> [Value?] {
    guard let gradient = call.outputGradients[0] else { return [nil, nil, nil] }
    let shape = geometry.x.shape
    // [N, values of scale, channels that share one, spatial], and [N, groups, all of a group].
    let values = geometry.channels / geometry.channelsEach
    let split = [shape[0], values, geometry.channelsEach * geometry.spatial]
    let grouped = [shape[0], geometry.groups, geometry.channels / geometry.groups * geometry.spatial]
    let standard = try builder.standardized(
      builder.reshape(call.input(0), to: grouped), axes: [2], epsilon: geometry.epsilon, centred: true)
    let dy = try builder.reshape(gradient, to: split)
    var result: [Value?] = [nil, nil, nil]
    if call.wanted[0] {
      let scaled = try builder.add("Mul", [dy, builder.reshape(call.input(1), to: [1, values, 1])])
      result[0] = try builder.reshape(
        standard.gradient(&builder, builder.reshape(scaled, to: grouped)), to: shape)
    }
    if call.wanted[1] {
      let product = try builder.add("Mul", [dy, builder.reshape(standard.value, to: split)])
      result[1] = try builder.add("ReduceSum", [product, builder.constant([0, 2])], ["keepdims": .int(0)])
    }
    if call.wanted[2] {
      result[2] = try builder.add("ReduceSum", [dy, builder.constant([0, 2])], ["keepdims": .int(0)])
    }
    return result
  }
}
