import ZooFormat

/// Resize and its old name Upsample, with ONNX's modes, and the operator that is their gradient. Axes are resized one
/// after the other.
enum Resize {
  static let all: [Operator] = [definition("Resize", inputs: 1...4), definition("Upsample", inputs: 1...2), gradient]

  private static func definition(_ name: String, inputs: ClosedRange<Int>) -> Operator {
    Operator(
      name, inputs: inputs,
      types: { call in
        let x = try call.input(0)
        let geometry = try ResizeGeometry(call, shape: x.shape)
        guard geometry.isNearest || ElementType.floats.contains(x.elementType) else { throw call.unsupported() }
        return [try TensorType(x.elementType, geometry.output).validated(call.node.name)]
      },
      gradient: { builder, call in
        let none = call.node.inputs.dropFirst().map { _ -> Value? in nil }
        guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + none }
        var attributes = call.node.attributes
        attributes["shape"] = .ints(try call.call.input(0).shape)
        attributes["operator"] = .string(name)
        attributes["version"] = .int(call.call.opset)
        return [
          try builder.add("ResizeGradient", domain: "zoo", [gradient] + call.inputs.dropFirst(), attributes)
        ] + none
      },
      cost: { call, outputs in
        guard let x = call.inputs[0], let geometry = try? ResizeGeometry(call, shape: x.shape) else { return 0 }
        return geometry.axes.reduce(outputs[0].elementCount) { $0 &+ 2 &* $1.plan.taps &* outputs[0].elementCount }
      },
      kernel: { request in
        let geometry = try ResizeGeometry(request.call, shape: request.call.input(0).shape)
        let type = request.outputTypes[0].elementType
        switch type {
        case .float64: return make(Double.self, geometry)
        case .float32: return make(Float.self, geometry)
        default: return pick(geometry, width: type.byteCount, try value(geometry.extrapolation, type))
        }
      })
  }

  /// The sum of a few weighted elements along each axis.
  private static func make<T: KernelReal>(_: T.Type, _ geometry: ResizeGeometry) -> Kernel {
    let count = geometry.largestCount
    let axes = geometry.axes
    return Kernel(scratchByteCount: 2 * count * MemoryLayout<T>.stride) { arguments in
      let first = arguments.unsafeScratch.assumingMemoryBound(to: T.self)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      var source: UnsafePointer<T> = arguments.unsafeInput(0)
      var shape = geometry.input
      for (index, (axis, plan)) in axes.enumerated() {
        let target = index == axes.count - 1 ? y : first + index % 2 * count
        resize(source, target, shape, axis, plan, arguments.threads)
        shape[axis] = plan.output
        source = UnsafePointer(target)
      }
      if axes.isEmpty { y.update(from: source, count: shape.reduce(1, *)) }
      for (axis, plan) in axes where !plan.outside.isEmpty {
        let (size, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
        for row in 0..<shape[...axis].reduce(1, *) where plan.outside[row % size] {
          (y + row * inner).update(repeating: T(geometry.extrapolation), count: inner)
        }
      }
    }
  }

  private static func resize<T: KernelReal>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ shape: [Int], _ axis: Int, _ plan: ResizeAxis,
    _ threads: ThreadPool
  ) {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let rows = shape[..<axis].reduce(plan.output, *)
    let grain = max(1, 8192 / max(1, inner * plan.taps))
    plan.places.withUnsafeBufferPointer { places in
      plan.weights.withUnsafeBufferPointer { weights in
        threads.forEach((rows + grain - 1) / grain) { task, _ in
          for row in task * grain..<min(rows, (task + 1) * grain) {
            let (block, position) = (row / plan.output, row % plan.output)
            let from = x + block * plan.input * inner
            let to = y + row * inner
            to.update(repeating: 0, count: inner)
            for tap in position * plan.taps..<(position + 1) * plan.taps where weights[tap] != 0 {
              let line = from + Int(places[tap]) * inner
              let weight = T(weights[tap])
              for i in 0..<inner { to[i] += weight * line[i] }
            }
          }
        }
      }
    }
  }

  /// Elements of any type, each moved from its nearest place; axis by axis from the outermost on.
  private static func pick(_ geometry: ResizeGeometry, width: Int, _ fill: Tensor) -> Kernel {
    let chosen = geometry.axes.map { axis, plan in
      (
        axis: axis, outside: plan.outside,
        places: (0..<plan.output).map { position -> Int in
          let taps = position * plan.taps..<(position + 1) * plan.taps
          return Int(plan.places[taps.first { plan.weights[$0] != 0 } ?? taps.lowerBound])
        }
      )
    }
    let strides = denseStrides(geometry.input)
    let output = geometry.output
    return Kernel { arguments in
      let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      let inner = output.last ?? 1
      for row in 0..<output.reduce(1, *) / max(inner, 1) {
        for column in 0..<inner {
          let index = row * inner + column
          var (rest, at, isOutside) = (index, 0, false)
          var next = chosen.count - 1
          for axis in output.indices.reversed() {
            var position = rest % output[axis]
            rest /= output[axis]
            if next >= 0, chosen[next].axis == axis {
              if !chosen[next].outside.isEmpty { isOutside = isOutside || chosen[next].outside[position] }
              position = chosen[next].places[position]
              next -= 1
            }
            at += position * strides[axis]
          }
          (y + index * width).copyMemory(
            from: isOutside ? UnsafeRawPointer(fill.storage.base) : x + at * width, byteCount: width)
        }
      }
    }
  }

  private static func value(_ value: Float, _ type: ElementType) throws -> Tensor {
    let cast = try Tensor(value)
    return try Tensor(TensorType(type, [])) { (bytes: UnsafeMutableRawBufferPointer) in
      guard let base = bytes.baseAddress else { return }
      convert(cast.storage.base, .float32, to: base, type, count: 1)
    }
  }

  /// Inputs: the gradient by the result, and the forward node's inputs after the first. Attributes: the forward node's,
  /// `shape` of what was resized, `operator` and `version` of the forward node.
  private static let gradient = Operator(
    "ResizeGradient", domain: "zoo", inputs: 1...4,
    types: { call in
      let dy = try call.input(0)
      guard dy.elementType == .float32 else { throw call.unsupported() }
      let geometry = try forward(call)
      guard geometry.output == dy.shape else { throw call.error("\(dy)", expected: "float32\(geometry.output)") }
      return [TensorType(.float32, geometry.input)]
    },
    kernel: { request in
      let geometry = try forward(request.call)
      let count = max(geometry.largestCount, geometry.input.reduce(1, *))
      let axes = geometry.axes
      return Kernel(scratchByteCount: 2 * count * 4) { arguments in
        let first = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        var source: UnsafePointer<Float> = arguments.unsafeInput(0)
        var shape = geometry.output
        for (index, (axis, plan)) in axes.reversed().enumerated() {
          let target = index == axes.count - 1 ? dx : first + index % 2 * count
          spread(source, target, shape, axis, plan)
          shape[axis] = plan.input
          source = UnsafePointer(target)
        }
        if axes.isEmpty { dx.update(from: source, count: shape.reduce(1, *)) }
      }
    })

  private static func forward(_ call: OperatorCall) throws -> ResizeGeometry {
    var node = call.node
    node.op = try call.string("operator", default: "Resize")
    node.domain = ""
    return try ResizeGeometry(
      OperatorCall(
        node: node, opset: call.int("version", default: Model.currentOpset), inputs: call.inputs,
        constants: call.constants), shape: call.ints("shape") ?? [])
  }

  /// The transpose of ``resize``. Results that were extrapolated don't depend on the source.
  private static func spread(
    _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ shape: [Int], _ axis: Int, _ plan: ResizeAxis
  ) {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let blocks = shape[..<axis].reduce(1, *)
    dx.update(repeating: 0, count: blocks * plan.input * inner)
    for row in 0..<blocks * plan.output {
      let (block, position) = (row / plan.output, row % plan.output)
      if !plan.outside.isEmpty && plan.outside[position] { continue }
      for tap in position * plan.taps..<(position + 1) * plan.taps where plan.weights[tap] != 0 {
        let line = dx + (block * plan.input + Int(plan.places[tap])) * inner
        for i in 0..<inner { line[i] += plan.weights[tap] * dy[row * inner + i] }
      }
    }
  }
}
