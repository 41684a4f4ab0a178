import ZooFormat

/// Col2Im: columns of blocks put back into an image, where blocks overlap they add up.
///
/// Inputs: columns [N, C · block, blocks], the image's sizes, the block's sizes.
enum Col2Im {
  static let definition = Operator(
    "Col2Im", inputs: 3...3,
    types: { call in
      let g = try Geometry(call)
      return [TensorType(try call.input(0).elementType, [g.batch, g.channels] + g.image)]
    },
    cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
    kernel: { request in
      let geometry = try Geometry(request.call)
      return request.outputTypes[0].elementType == .float64 ? make(Double.self, geometry) : make(Float.self, geometry)
    })

  private struct Geometry: Sendable {
    let batch: Int
    let channels: Int
    let image: [Int]
    let block: [Int]
    let strides: [Int]
    let dilations: [Int]
    let pads: [Int]
    /// Blocks along each axis.
    let blocks: [Int]

    init(_ call: OperatorCall) throws {
      let x = try call.real(0)
      guard let image = try call.constantIntegers(1), let block = try call.constantIntegers(2), x.rank == 3,
        image.count == block.count, (1...8).contains(image.count),
        (image + block).allSatisfy({ (1...OperatorCall.largest).contains($0) })
      else {
        throw call.error("columns \(x)", expected: "[N, C · block, blocks] and positive sizes of image and block")
      }
      let count = image.count
      let strides = try call.positiveIntegers("strides", count: count)
      let dilations = try call.positiveIntegers("dilations", count: count)
      let pads = try call.explicitPads(count: count)
      blocks = try (0..<count).map { axis in
        let room = image[axis] + pads[axis] + pads[count + axis] - dilations[axis] * (block[axis] - 1) - 1
        guard room >= 0 else { throw call.error("a block of \(block) on an image of \(image)") }
        return room / strides[axis] + 1
      }
      (self.image, self.block, self.strides, self.dilations, self.pads) = (image, block, strides, dilations, pads)
      batch = x.shape[0]
      let each = try TensorType(x.elementType, block).validated(call.node.name).elementCount
      let positions = try TensorType(x.elementType, blocks).validated(call.node.name).elementCount
      guard x.shape[1] % each == 0, x.shape[2] == positions else {
        throw call.error("columns \(x)", expected: "a multiple of \(each) rows and \(positions) columns")
      }
      channels = x.shape[1] / each
    }
  }

  private static func make<T: KernelReal>(_: T.Type, _ g: Geometry) -> Kernel {
    let (taps, positions, pixels) = (g.block.reduce(1, *), g.blocks.reduce(1, *), g.image.reduce(1, *))
    let steps = denseStrides(g.image)
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      y.update(repeating: 0, count: g.batch * g.channels * pixels)
      arguments.threads.forEach(g.batch * g.channels) { plane, _ in
        for tap in 0..<taps {
          for position in 0..<positions {
            var (tapRest, rest, place, isInside) = (tap, position, 0, true)
            for axis in g.image.indices.reversed() {
              let at =
                rest % g.blocks[axis] * g.strides[axis] - g.pads[axis] + tapRest % g.block[axis] * g.dilations[axis]
              (tapRest, rest) = (tapRest / g.block[axis], rest / g.blocks[axis])
              isInside = isInside && (0..<g.image[axis]).contains(at)
              place += at * steps[axis]
            }
            if isInside { y[plane * pixels + place] += x[(plane * taps + tap) * positions + position] }
          }
        }
      }
    }
  }
}
