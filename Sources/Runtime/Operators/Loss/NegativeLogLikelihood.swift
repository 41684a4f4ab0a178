import ZooFormat

/// ONNX's NegativeLogLikelihoodLoss: −w(y) · x(y) for the class y of each item, by itself, summed or as weighted mean.
///
/// Inputs: logarithms of probabilities [N, C, …], labels [N, …], class weights [C] (optional). The mean over items that
/// don't count is 0 / 0.
enum NegativeLogLikelihood {
  static let all: [Operator] = [loss, gradient]

  private static let loss = Operator(
    "NegativeLogLikelihoodLoss", inputs: 2...3,
    types: { call in
      let loss = try ClassLoss(call)
      return [TensorType(try call.input(0).elementType, loss.outputShape)]
    },
    gradient: { builder, call in
      let none = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + none }
      return [try addGradient(&builder, call, gradient)] + none
    },
    cost: { call, _ in 3 * (call.inputs[1]?.elementCount ?? 0) },
    kernel: { request in
      let loss = try ClassLoss(request.call)
      let isDouble = request.outputTypes[0].elementType == .float64
      return Kernel { arguments in
        if isDouble {
          try loss.run(arguments, arguments.unsafeInput(0, as: Double.self), to: arguments.unsafeOutput(0))
        } else {
          try loss.run(arguments, arguments.unsafeInput(0, as: Float.self), to: arguments.unsafeOutput(0))
        }
      }
    })

  /// Adds the gradient of a loss by its logarithms of probabilities.
  static func addGradient(_ builder: inout GraphBuilder, _ call: GradientCall, _ gradient: Value) throws -> Value {
    let weights = call.call.hasInput(2) ? call.input(2) : .absent
    var attributes = call.node.attributes
    attributes["shape"] = .ints(try call.call.input(0).shape)
    return try builder.add(
      "NegativeLogLikelihoodLossGradient", domain: "zoo", [gradient, call.input(1), weights], attributes)
  }

  /// Inputs: the gradient by the loss, labels, class weights or nothing. Attributes: the loss's, and `shape` of its input.
  private static let gradient = Operator(
    "NegativeLogLikelihoodLossGradient", domain: "zoo", inputs: 3...3,
    types: { call in
      let gradient = try call.input(0)
      guard gradient.elementType == .float32 else { throw call.unsupported() }
      let loss = try ClassLoss(call, input: TensorType(.float32, call.ints("shape") ?? []))
      guard gradient.shape == loss.outputShape else {
        throw call.error("a gradient \(gradient)", expected: "float32\(loss.outputShape)")
      }
      return [TensorType(.float32, try call.ints("shape") ?? [])]
    },
    kernel: { request in
      let shape = request.outputTypes[0]
      let loss = try ClassLoss(request.call, input: shape)
      return Kernel { arguments in
        let dy: UnsafePointer<Float> = arguments.unsafeInput(0)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        let weights: UnsafePointer<Float>? = arguments.unsafeOptionalInput(2)
        dx.update(repeating: 0, count: shape.elementCount)
        var scale: Float = -1
        if loss.reduction == .mean { scale = Float(-1 / (try loss.totalWeight(arguments, weights))) }
        for item in 0..<loss.count {
          guard let label = try loss.label(arguments, item) else { continue }
          let own = loss.reduction == .none ? dy[item] : dy[0]
          dx[loss.place(item, label)] = scale * own * (weights?[label] ?? 1)
        }
      }
    })
}

/// What the losses over classes have in common.
struct ClassLoss: Sendable {
  enum Reduction: String, Sendable {
    case none
    case mean
    case sum
  }

  let reduction: Reduction
  /// Items, and positions that belong to one sample.
  let count: Int
  private let inner: Int
  private let classes: Int
  private let ignored: Int64?
  private let isWide: Bool
  private let labelShape: [Int]
  private let hasWeights: Bool
  private let node: String

  /// - Parameter input: the type of the scores; that of input 0 if it isn't given.
  init(_ call: OperatorCall, input: TensorType? = nil) throws {
    let scores = try input ?? call.real(0)
    let labels = try call.input(1)
    guard scores.rank >= 2 else { throw call.error("scores \(scores)", expected: "[N, C, …]") }
    guard labels.elementType == .int64 || labels.elementType == .int32 else { throw call.unsupported(1) }
    guard labels.shape == [scores.shape[0]] + scores.shape[2...] else {
      throw call.error("labels \(labels)", expected: "\([scores.shape[0]] + scores.shape[2...])")
    }
    if let weights = call.optionalInput(2), weights != TensorType(scores.elementType, [scores.shape[1]]) {
      throw call.error("class weights \(weights)", expected: "\(scores.elementType)[\(scores.shape[1])]")
    }
    let name = try call.string("reduction", default: "mean")
    guard let reduction = Reduction(rawValue: name) else {
      throw call.error("reduction '\(name)'", expected: "none, mean or sum")
    }
    self.reduction = reduction
    count = labels.elementCount
    inner = scores.shape[2...].reduce(1, *)
    classes = scores.shape[1]
    ignored = call.has("ignore_index") ? Int64(try call.int("ignore_index")) : nil
    isWide = labels.elementType == .int64
    labelShape = labels.shape
    hasWeights = call.hasInput(2)
    node = call.node.name
  }

  var outputShape: [Int] { reduction == .none ? labelShape : [] }

  /// The class of an item, or `nil` if it doesn't count.
  func label(_ arguments: borrowing KernelArguments, _ item: Int) throws -> Int? {
    let label =
      isWide ? arguments.unsafeInput(1, as: Int64.self)[item] : Int64(arguments.unsafeInput(1, as: Int32.self)[item])
    if label == ignored { return nil }
    guard (0..<Int64(classes)).contains(label) else {
      throw ZooError(.badInput, node: node, problem: "label \(label) of item \(item)", expected: "0…\(classes - 1)")
    }
    return Int(label)
  }

  /// Where the score of `label` for an item is.
  func place(_ item: Int, _ label: Int) -> Int { (item / inner * classes + label) * inner + item % inner }

  func totalWeight<T: KernelReal>(_ arguments: borrowing KernelArguments, _ weights: UnsafePointer<T>?) throws -> Double
  {
    var total = 0.0
    for item in 0..<count {
      if let label = try label(arguments, item) { total += Double(weights?[label] ?? 1) }
    }
    return total
  }

  /// Writes the loss of logarithms of probabilities.
  func run<T: KernelReal>(
    _ arguments: borrowing KernelArguments, _ logarithms: UnsafePointer<T>, to result: UnsafeMutablePointer<T>
  ) throws {
    let weights: UnsafePointer<T>? = hasWeights ? arguments.unsafeOptionalInput(2) : nil
    var (sum, total) = (0.0, 0.0)
    for item in 0..<count {
      let label = try label(arguments, item)
      let weight = label.map { weights?[$0] ?? 1 } ?? 0
      let loss = label.map { -weight * logarithms[place(item, $0)] } ?? 0
      if reduction == .none { result[item] = loss }
      sum += Double(loss)
      total += Double(weight)
    }
    switch reduction {
    case .none: break
    case .sum: result[0] = T(sum)
    case .mean: result[0] = T(sum / total)
    }
  }
}
