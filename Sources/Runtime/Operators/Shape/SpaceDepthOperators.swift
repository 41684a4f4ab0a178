import ZooFormat

/// DepthToSpace and SpaceToDepth: blocks of pixels to channels and back. Each is a reshape, a permutation and a reshape.
enum SpaceDepthOperators {
  static let all: [Operator] = [
    definition("DepthToSpace", plan: depthToSpace), definition("SpaceToDepth", plan: spaceToDepth),
  ]

  /// The six dimensions that the input is seen as, the order they are put into, and the shape of the result.
  private struct Plan: Sendable {
    var split: [Int]
    var order: [Int]
    var result: [Int]
  }

  private static func image(_ call: OperatorCall) throws -> (shape: [Int], block: Int) {
    let x = try call.input(0)
    let block = try call.int("blocksize")
    guard x.rank == 4, block >= 1, block <= 1 << 20 else {
      throw call.error("\(x) in blocks of \(block)", expected: "[N, C, H, W] and a block of at least 1")
    }
    return (x.shape, block)
  }

  private static let depthToSpace: @Sendable (OperatorCall) throws -> Plan = { call in
    let (s, block) = try image(call)
    guard s[1] % (block * block) == 0 else {
      throw call.error("\(s[1]) channels in blocks of \(block)", expected: "a multiple of \(block * block)")
    }
    let depth = s[1] / (block * block)
    let result = [s[0], depth, try call.product(s[2], block), try call.product(s[3], block)]
    switch try call.string("mode", default: "DCR") {
    case "DCR": return Plan(split: [s[0], block, block, depth, s[2], s[3]], order: [0, 3, 4, 1, 5, 2], result: result)
    case "CRD": return Plan(split: [s[0], depth, block, block, s[2], s[3]], order: [0, 1, 4, 2, 5, 3], result: result)
    case let other: throw call.error("mode '\(other)'", expected: "DCR or CRD")
    }
  }

  private static let spaceToDepth: @Sendable (OperatorCall) throws -> Plan = { call in
    let (s, block) = try image(call)
    guard s[2] % block == 0, s[3] % block == 0 else {
      throw call.error("\(s[2])×\(s[3]) pixels in blocks of \(block)", expected: "multiples of the block")
    }
    return Plan(
      split: [s[0], s[1], s[2] / block, block, s[3] / block, block], order: [0, 3, 5, 1, 2, 4],
      result: [s[0], try call.product(s[1], block, block), s[2] / block, s[3] / block])
  }

  private static func definition(_ name: String, plan: @escaping @Sendable (OperatorCall) throws -> Plan) -> Operator {
    Operator(
      name, inputs: 1...1, types: { [TensorType(try $0.input(0).elementType, try plan($0).result)] },
      gradient: { builder, call in
        guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
        let plan = try plan(call.call)
        let moved = try builder.reshape(gradient, to: plan.order.map { plan.split[$0] })
        let inverse = plan.order.indices.map { axis in plan.order.firstIndex(of: axis) ?? axis }
        let back = try builder.add("Transpose", [moved], ["perm": .ints(inverse)])
        return [try builder.reshape(back, to: call.call.input(0).shape)]
      },
      kernel: { request in
        let plan = try plan(request.call)
        let strides = denseStrides(plan.split)
        let moved = plan.order.map { plan.split[$0] }
        let copy = StridedCopy(
          moved, source: plan.order.map { strides[$0] }, target: denseStrides(moved),
          elementSize: request.outputTypes[0].elementType.byteCount)
        return Kernel { arguments in
          copy.run(
            arguments.unsafeInput(0, as: UInt8.self), to: arguments.unsafeOutput(0, as: UInt8.self), arguments.threads)
        }
      })
  }
}
