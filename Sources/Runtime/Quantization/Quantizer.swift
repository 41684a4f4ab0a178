import ZooFormat

/// Quantizes a trained model after training: its weights are rounded to int8 with a scale for each output channel, and
/// its activations to uint8 with the scales that calibration on samples finds.
///
/// The result says so in ONNX's form, with a `QuantizeLinear` and a `DequantizeLinear` around every value that is an
/// 8-bit number, so that any runtime of ONNX can execute it.
///
/// ```swift
/// var quantizer = try Quantizer(model, inputTypes: types, threads: 2)
/// for batch in batches { try quantizer.widen(batch) }
/// for batch in batches { try quantizer.count(batch) }
/// let quantized = try quantizer.quantized()
/// ```
public struct Quantizer {
  private let model: Model
  private let program: Program
  /// The same for a batch of one sample more, which tells what depends on the batch; `nil` if the file fixes the batch.
  private let larger: Program?
  private let points: QuantizationPoints
  private let context: ExecutionContext
  private var ranges: [String: ActivationRange]

  /// Prepares `model` for calibration with inputs of the given types. Compiles it: milliseconds for a hundred nodes, and
  /// O(weights) to check and to pack them. Memory is taken for all observed values of a batch at once.
  /// - Throws: `ZooError` if the graph isn't valid, or has nothing that could be quantized.
  public init(_ model: Model, inputTypes: [String: TensorType], threads: Int) throws(ZooError) {
    do {
      try self.init(compiling: model, inputTypes, threads)
    } catch { throw ZooError(error) }
  }

  private init(compiling model: Model, _ inputTypes: [String: TensorType], _ threads: Int) throws {
    self.model = model
    let program = try Self.program(model, inputTypes)
    self.program = program
    let isOpen = model.graph.requiredInputs.allSatisfy { input in
      if case .fixed? = input.dimensions?.first { false } else { true }
    }
    let larger = inputTypes.mapValues { type in
      TensorType(type.elementType, type.shape.isEmpty ? [] : [type.shape[0] + 1] + type.shape[1...])
    }
    self.larger = isOpen ? try Self.program(model, larger) : nil
    points = try QuantizationPoints(program)
    guard !points.products.isEmpty else {
      throw ZooError(
        .badInput, problem: "the model has no convolution or large matrix product with known weights",
        expected: "something that can be quantized")
    }
    for product in points.products {
      for name in program.nodes[product].inputs.dropFirst() { try Self.checkFinite(name, program) }
    }
    ranges = Dictionary(uniqueKeysWithValues: points.values.map { ($0, ActivationRange()) })
    var observed = program.graph(named: model.graph.name)
    observed.outputs += points.values.filter { !program.inputs.contains($0) }.map { ValueInfo($0, .float32, nil) }
    context = try ExecutionContext(
      Executable(
        observed, opsets: model.opsets, inputTypes: inputTypes, purpose: .prediction,
        threads: ThreadPool(count: threads)))
  }

  private static func program(_ model: Model, _ inputTypes: [String: TensorType]) throws -> Program {
    var program = try Program(model.graph, opsets: model.opsets, inputTypes: inputTypes)
    for pass in [Pass.removeTrainingOperators, .fuseSilu, .foldBatchNormalization, .removeUnusedNodes] {
      program = try pass.apply(program)
    }
    return program
  }

  /// There is no scale for numbers of which one isn't finite.
  private static func checkFinite(_ name: String, _ program: Program) throws(ZooError) {
    guard let values: [Float] = program.builder.constants[name]?.values(),
      let index = values.firstIndex(where: { !$0.isFinite })
    else { return }
    throw ZooError(
      .badInput, tensor: name, problem: "element \(index) is \(values[index])", expected: "finite weights",
      remedy: "Use a checkpoint from before the training diverged, or train again")
  }

  /// The number of convolutions and matrix products that become 8-bit.
  public var productCount: Int { points.products.count }

  /// Runs the model and widens every value's range by what it takes: the first of two passes over the samples.
  /// Costs a run and O(elements) of the observed values, each of which is copied for a moment.
  /// - Throws: `ZooError` as ``LoadedModel/run(_:)``.
  public mutating func widen(_ inputs: [String: Tensor]) throws(ZooError) { try observe(inputs) { $0.widen($1) } }

  /// Runs the model and counts what every value takes within its range: the second pass, over the same samples.
  /// Costs as ``widen(_:)``.
  /// - Throws: `ZooError` as ``LoadedModel/run(_:)``.
  public mutating func count(_ inputs: [String: Tensor]) throws(ZooError) { try observe(inputs) { $0.count($1) } }

  private mutating func observe(
    _ inputs: [String: Tensor], _ body: (inout ActivationRange, UnsafeBufferPointer<Float>) -> Void
  ) throws(ZooError) {
    for (name, value) in inputs { context.bind(name, to: value.storage.base) }
    do { try withExtendedLifetime(inputs) { try context.run() } } catch { throw ZooError(error) }
    for value in points.values {
      let tensor: Tensor
      if let input = inputs[value] { tensor = input } else { tensor = try context.output(value) }
      tensor.withUnsafeBytes { body(&ranges[value, default: ActivationRange()], $0.bindMemory(to: Float.self)) }
    }
  }

  /// The quantized model: the graph in ONNX's form, everything else as it was, without a self-test.
  /// O(weights), whose integers take a quarter of their memory again, and for each quantized value and each product a search
  /// among 71 scales over 2048 counts.
  /// - Throws: `ZooError` if there is no memory for the rounded weights.
  public func quantized() throws(ZooError) -> Model {
    do { return try rewritten() } catch { throw ZooError(error) }
  }

  private func rewritten() throws -> Model {
    var rewriter = try QuantizedGraph(program, points) { value in
      ranges[points.borrowed[value] ?? value]?.best ?? QuantizedScale(scale: 1, zero: 0)
    }
    let nodes = try rewriter.nodes()
    var result = model
    result.selfTest = nil
    result.training = nil
    result.graph.nodes = nodes
    result.graph.initializers = rewriter.initializers
    if let larger, let input = program.inputs.first, program.inputs.count == 1 {
      let open = try OpenBatch(program, larger, input: input, used: Set(nodes.flatMap(\.inputs)))
      result.graph.nodes = open.nodes + nodes
      result.graph.initializers.merge(open.constants) { first, _ in first }
      for name in open.opened { result.graph.initializers[name] = nil }
    }
    result.graph.valueInfos = []
    return result
  }
}
