import ZooFormat

/// DFT along an axis, and STFT over frames of a signal. Complex numbers are a last dimension of two.
enum FourierOperators {
  static let all: [Operator] = [dft, stft]

  /// The longest transform.
  private static let limit = 1 << 26

  /// Inputs: x […, 1 or 2], the transform's length (optional), the axis (optional; an attribute up to opset 19).
  private static let dft = Operator(
    "DFT", inputs: 1...3, types: { [try Plan($0).type] },
    cost: { _, outputs in 20 * outputs[0].elementCount },
    kernel: { request in
      let plan = try Plan(request.call)
      return plan.type.elementType == .float64 ? make(Double.self, plan) : make(Float.self, plan)
    })

  private struct Plan: Sendable {
    let type: TensorType
    let input: [Int]
    let axis: Int
    let length: Int
    let isInverse: Bool
    /// Only half of the spectrum is written, or read by the inverse, whose result is real.
    let isOnesided: Bool

    init(_ call: OperatorCall) throws {
      let x = try call.real(0)
      let stated =
        call.opset >= 20 ? try call.constantIntegers(2)?.first ?? -2 : try call.int("axis", default: 1)
      axis = try call.axis(stated, rank: x.rank)
      isInverse = try call.int("inverse", default: 0) != 0
      isOnesided = try call.int("onesided", default: 0) != 0
      guard x.rank >= 2, axis < x.rank - 1, [1, 2].contains(x.shape[x.rank - 1]) else {
        throw call.error("\(x) along axis \(axis)", expected: "real (1) or complex (2) numbers in the last dimension")
      }
      input = x.shape
      let standard = isInverse && isOnesided ? 2 * (x.shape[axis] - 1) : x.shape[axis]
      length = try call.constantIntegers(1)?.first ?? standard
      guard (1...limit).contains(length) else { throw call.error("length \(length)", expected: "1…\(limit)") }
      var shape = x.shape
      shape[axis] = isOnesided && !isInverse ? length / 2 + 1 : length
      shape[x.rank - 1] = isOnesided && isInverse ? 1 : 2
      type = TensorType(x.elementType, shape)
    }
  }

  private static func make<T: KernelReal>(_: T.Type, _ plan: Plan) -> Kernel {
    let transform = FourierTransform(length: plan.length)
    let parts = plan.input[plan.input.count - 1]
    let (size, result) = (plan.input[plan.axis], plan.type.shape[plan.axis])
    let inner = plan.input[(plan.axis + 1)...].dropLast().reduce(1, *)
    let outer = plan.input[..<plan.axis].reduce(1, *)
    let width = plan.type.shape[plan.type.rank - 1]
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      arguments.threads.forEach(outer * inner) { line, _ in
        let (block, column) = (line / inner, line % inner)
        var values = [Complex](repeating: .zero, count: plan.length)
        for k in 0..<min(size, plan.length) {
          let at = ((block * size + k) * inner + column) * parts
          values[k] = Complex(real: Double(x[at]), imaginary: parts == 2 ? Double(x[at + 1]) : 0)
        }
        if plan.isInverse && plan.isOnesided {
          // The other half of a real signal's spectrum is the conjugate.
          for k in (plan.length / 2 + 1)..<max(plan.length, plan.length / 2 + 1) {
            values[k] = values[plan.length - k].conjugate
          }
        }
        if plan.isInverse { transform.inverse(&values) } else { transform.forward(&values) }
        for k in 0..<result {
          let at = ((block * result + k) * inner + column) * width
          y[at] = T(values[k].real)
          if width == 2 { y[at + 1] = T(values[k].imaginary) }
        }
      }
    }
  }

  /// Inputs: signal [N, length, 1 or 2], step between frames, window (optional), length of a frame (optional).
  private static let stft = Operator(
    "STFT", inputs: 2...4,
    types: { call in
      let frames = try Frames(call)
      return [TensorType(try call.input(0).elementType, [frames.batch, frames.count, frames.bins, 2])]
    },
    cost: { _, outputs in 20 * outputs[0].elementCount },
    kernel: { request in
      let frames = try Frames(request.call)
      return request.outputTypes[0].elementType == .float64 ? make(Double.self, frames) : make(Float.self, frames)
    })

  private struct Frames: Sendable {
    let batch: Int
    let signal: Int
    let parts: Int
    let step: Int
    let length: Int
    let count: Int
    let bins: Int
    let hasWindow: Bool

    init(_ call: OperatorCall) throws {
      let x = try call.real(0)
      guard x.rank == 3 || x.rank == 2, x.rank == 2 || [1, 2].contains(x.shape[2]) else {
        throw call.error("signal \(x)", expected: "[N, length, 1 or 2]")
      }
      (batch, signal, parts) = (x.shape[0], x.shape[1], x.rank == 3 ? x.shape[2] : 1)
      hasWindow = call.hasInput(2)
      let window = try hasWindow ? call.input(2) : nil
      step = try call.constantIntegers(1)?.first ?? 0
      length = try call.constantIntegers(3)?.first ?? window?.shape.first ?? signal
      guard step >= 1, length >= 1, length <= min(limit, signal) else {
        throw call.error("frames of \(length) every \(step) of \(signal)", expected: "frames inside the signal")
      }
      if let window, window != TensorType(x.elementType, [length]) {
        throw call.error("window \(window)", expected: "\(x.elementType)[\(length)]")
      }
      count = (signal - length) / step + 1
      bins = try call.int("onesided", default: 1) != 0 ? length / 2 + 1 : length
    }
  }

  private static func make<T: KernelReal>(_: T.Type, _ f: Frames) -> Kernel {
    let transform = FourierTransform(length: f.length)
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let window: UnsafePointer<T>? = f.hasWindow ? arguments.unsafeOptionalInput(2) : nil
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      arguments.threads.forEach(f.batch * f.count) { frame, _ in
        let start = frame / f.count * f.signal + frame % f.count * f.step
        var values = (0..<f.length).map { k -> Complex in
          let (at, weight) = ((start + k) * f.parts, Double(window?[k] ?? 1))
          return Complex(real: Double(x[at]) * weight, imaginary: f.parts == 2 ? Double(x[at + 1]) * weight : 0)
        }
        transform.forward(&values)
        for k in 0..<f.bins {
          y[(frame * f.bins + k) * 2] = T(values[k].real)
          y[(frame * f.bins + k) * 2 + 1] = T(values[k].imaginary)
        }
      }
    }
  }
}
