import ZooRuntime

/// Executes single operators outside a graph.
enum KernelRunner {
  /// The first output of one call, executed by `workers` workers.
  ///
  /// - Parameter constants: the indices of inputs that the kernel may take as known before the run.
  static func run(
    _ op: String, domain: String = "", _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:],
    constants: Set<Int> = [], workers: Int = 1
  ) throws -> Tensor {
    try runAll(op, domain: domain, inputs, attributes, constants: constants, workers: workers, outputs: 1)[0]
  }

  /// All outputs of one call.
  static func runAll(
    _ op: String, domain: String = "", _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:],
    constants: Set<Int> = [], workers: Int = 1, outputs count: Int
  ) throws -> [Tensor] {
    try SingleCall(
      op: op, domain: domain, inputs: inputs, attributes: attributes, outputs: count, threads: workers, known: constants
    ).run()
  }
}

/// Reproducible numbers in −1…1.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 33) % 2001 - 1000) / 1000
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int(state >> 40) % range.count
  }

  mutating func tensor(_ shape: [Int]) throws -> Tensor {
    try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in next() })
  }
}

/// A tensor's values in another element type.
func cast(_ tensor: Tensor, to type: ElementType) throws -> Tensor {
  try KernelRunner.run("Cast", [tensor], ["to": .int(Int(type.rawValue))])
}

/// A tensor's values rounded to bfloat16, as float32.
func rounded(_ tensor: Tensor) throws -> Tensor { try cast(cast(tensor, to: .bfloat16), to: .float32) }

/// The largest difference of two tensors in relation to the largest expected value.
func relativeDifference(_ actual: Tensor, _ expected: Tensor) -> Float {
  guard actual.shape == expected.shape, let a = actual.values(as: Float.self), let e = expected.values(as: Float.self)
  else { return .infinity }
  let scale = e.reduce(Float(1e-6)) { max($0, abs($1)) }
  var worst: Float = 0
  for (x, y) in zip(a, e) {
    let difference = abs(x - y)
    worst = difference.isNaN ? .infinity : max(worst, difference)
  }
  return worst / scale
}
