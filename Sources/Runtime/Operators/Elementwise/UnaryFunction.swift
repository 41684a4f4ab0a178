import ZooFormat
import ZooKernels

/// A function of one variable as an operator, together with the operator that is its gradient.
struct UnaryFunction: Sendable {
  /// What the gradient is computed from: the function's argument or its result.
  enum Saved: Sendable {
    case argument
    case result
  }

  /// Which function of the C table it is, and the function's parameters.
  struct Choice: Sendable {
    var code: zoo_unary
    var a: Double = 0
    var b: Double = 0
  }

  let name: String
  let domain: String
  /// `nil` for a function whose derivative is zero almost everywhere.
  let saved: Saved?
  let integers: Set<ElementType>
  /// Operations for each element, for the cost rule.
  let operations: Int
  let choice: @Sendable (OperatorCall) throws -> Choice

  init(
    _ name: String, domain: String = "", saved: Saved?, integers: Set<ElementType> = [], operations: Int = 1,
    _ choice: @escaping @Sendable (OperatorCall) throws -> Choice
  ) {
    self.name = name
    self.domain = domain
    self.saved = saved
    self.integers = integers
    self.operations = operations
    self.choice = choice
  }

  /// A function without parameters.
  init(_ name: String, _ code: zoo_unary, saved: Saved?, integers: Set<ElementType> = [], operations: Int = 1) {
    self.init(name, saved: saved, integers: integers, operations: operations) { _ in Choice(code: code) }
  }

  /// The operator, and that of its gradient if there is one.
  var operators: [Operator] { saved == nil ? [forward] : [forward, gradient] }

  private var forward: Operator {
    Operator(
      name, domain: domain, inputs: 1...1,
      types: { call in
        let x = try call.input(0)
        guard ElementType.floats.contains(x.elementType) || integers.contains(x.elementType) else {
          throw call.unsupported()
        }
        _ = try choice(call)
        return [x]
      },
      gradient: { builder, call in
        guard let saved, call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
        let value = saved == .result ? call.output() : call.input(0)
        return [try builder.add("\(name)Gradient", domain: "zoo", [value, gradient], call.node.attributes)]
      },
      cost: { _, outputs in outputs[0].elementCount * operations },
      kernel: forwardKernel)
  }

  @Sendable private func forwardKernel(_ request: KernelCall) throws -> Kernel {
    let choice = try choice(request.call)
    let type = request.outputTypes[0]
    let count = type.elementCount
    let code = Int32(choice.code.rawValue)
    let width = type.elementType.byteCount
    let isa = InstructionSet.current
    let (a, b) = (choice.a, choice.b)
    return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
      let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      arguments.threads.forEachChunk(of: count) { range in
        let offset = range.lowerBound * width
        switch type.elementType {
        case .float32:
          zoo_unary_f32(
            isa, code, (x + offset).assumingMemoryBound(to: Float.self),
            (y + offset).assumingMemoryBound(to: Float.self),
            range.count, Float(a), Float(b))
        case .float64:
          zoo_unary_f64(
            code, (x + offset).assumingMemoryBound(to: Double.self), (y + offset).assumingMemoryBound(to: Double.self),
            range.count, a, b)
        default:
          _ = zoo_unary_integer(code, type.elementType.rawValue, x + offset, y + offset, range.count, 0, 0)
        }
      }
    }
  }

  /// Inputs: the function's argument or result (`saved`), the gradient by the result.
  private var gradient: Operator {
    Operator(
      "\(name)Gradient", domain: "zoo", inputs: 2...2,
      types: { call in
        let type = try call.input(0)
        guard try call.input(1) == type else { throw call.error("\(type) with \(try call.input(1))") }
        guard ElementType.floats.contains(type.elementType) else { throw call.unsupported() }
        _ = try choice(call)
        return [type]
      },
      cost: { _, outputs in outputs[0].elementCount * (operations + 1) },
      kernel: { request in
        let choice = try choice(request.call)
        let count = request.outputTypes[0].elementCount
        let code = Int32(choice.code.rawValue)
        let (a, b) = (choice.a, choice.b)
        let isa = InstructionSet.current
        let isDouble = request.outputTypes[0].elementType == .float64
        return Kernel(inPlace: [(output: 0, input: 1), (output: 0, input: 0)]) { arguments in
          if isDouble {
            let v: UnsafePointer<Double> = arguments.unsafeInput(0)
            let dy: UnsafePointer<Double> = arguments.unsafeInput(1)
            let dx: UnsafeMutablePointer<Double> = arguments.unsafeOutput(0)
            zoo_unary_gradient_f64(code, v, dy, dx, count, a, b)
            return
          }
          let v: UnsafePointer<Float> = arguments.unsafeInput(0)
          let dy: UnsafePointer<Float> = arguments.unsafeInput(1)
          let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
          arguments.threads.forEachChunk(of: count) { range in
            let start = range.lowerBound
            zoo_unary_gradient_f32(isa, code, v + start, dy + start, dx + start, range.count, Float(a), Float(b))
          }
        }
      })
  }
}
