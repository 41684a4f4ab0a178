import ZooFormat

/// A classifier's graph for one sample, extended by the gradient of a class's score by a layer.
struct ExplanationGraph {
  /// The input that says which class: float32 [1, classes], 1 for it and 0 for the others.
  static let chosen = "explanation.class"
  private static let score = "explanation.score"

  let model: Model
  /// The value that is looked at, [images, channels, height, width].
  let layer: String
  /// The value that holds the gradient of the score by ``layer``.
  let gradient: String
  /// Sizes of ``layer``.
  let shape: [Int]
  let classes: Int

  /// - Parameters:
  ///   - inputType: of one sample.
  ///   - wanted: the name of a value; without, the last image behind a convolution that has at least 4 × 4 pixels, or else
  ///     more than one.
  /// - Throws: `ZooError` if the graph gives no scores of classes, has no such layer, or a node behind it has no gradient.
  init(_ model: Model, inputType: TensorType, layer wanted: String?) throws {
    guard let input = model.graph.inputs.first, model.graph.inputs.count == 1 else {
      throw ZooError(.badInput, problem: "the model has \(model.graph.inputs.count) inputs", expected: "one")
    }
    let types = [input.name: inputType]
    let program = try Pass.removeTrainingOperators.apply(
      Program(model.graph, opsets: model.opsets, inputTypes: types))
    let scores = try Self.scores(program)
    let classes = try program.builder.shape(of: scores)
    guard classes.count == 2, classes[0] == 1, try program.builder.type(of: scores).elementType == .float32 else {
      throw ZooError(
        .badInput, tensor: scores, problem: "is \(try program.builder.type(of: scores))",
        expected: "float32 scores of classes, [1, classes]")
    }
    let layers = Self.layers(program, of: scores)
    let found = layers.last { $0.isFine } ?? layers.last { $0.isImage }
    guard let layer = wanted ?? found?.name else {
      throw ZooError(
        .badInput, problem: "nothing behind a convolution is larger than one pixel",
        expected: "a convolutional network", remedy: "Give larger images, or look at the occlusion alone")
    }
    guard layers.contains(where: { $0.name == layer }) else {
      let names = layers.filter(\.isImage).suffix(8).map(\.name).joined(separator: ", ")
      throw ZooError(
        .usage, tensor: layer, problem: "is no image behind a convolution that the scores depend on",
        expected: "such as \(names)")
    }
    var graph = program.graph(named: "\(model.graph.name).explanation")
    graph.inputs.append(ValueInfo(Self.chosen, .float32, classes.map(Dimension.fixed)))
    graph.nodes += [
      Node(
        name: "\(Self.score).parts", op: "Mul", inputs: [scores, Self.chosen], outputs: ["\(Self.score).parts"]),
      Node(
        name: Self.score, op: "ReduceSum", inputs: ["\(Self.score).parts"], outputs: [Self.score],
        attributes: ["keepdims": .int(0)]),
    ]
    graph.outputs = [ValueInfo(layer, .float32, nil), ValueInfo(Self.score, .float32, [])]
    let (differentiated, gradients) = try graph.differentiated(Self.score, by: [layer], opsets: model.opsets)
    graph = differentiated
    guard let gradient = gradients[layer] else {
      throw ZooError(.badInput, tensor: layer, problem: "the scores don't depend on it")
    }
    graph.outputs = [ValueInfo(layer, .float32, nil), ValueInfo(gradient, .float32, nil)]
    self.model = Model(opsets: model.opsets, graph: graph)
    self.layer = layer
    self.gradient = gradient
    shape = try program.builder.shape(of: layer)
    self.classes = classes[1]
  }

  /// What the classes are chosen by: the input of the last softmax, or else the last output.
  private static func scores(_ program: Program) throws -> String {
    guard let output = program.outputs.first(where: { $0 == "probabilities" }) ?? program.outputs.last else {
      throw ZooError(.badInput, problem: "the graph has no outputs", expected: "scores of classes")
    }
    var value = output
    while let node = program.nodes.first(where: { $0.outputs.contains(value) }), let input = node.inputs.first {
      if node.op == "Softmax" { return input }
      guard node.op == "Identity" else { break }
      value = input
    }
    return value
  }

  private struct Layer {
    let name: String
    /// More than one pixel.
    let isImage: Bool
    /// At least 4 × 4 pixels: with fewer, a map says hardly more than that the object is in the image.
    let isFine: Bool
  }

  /// Everything of the form [images, channels, height, width] that a convolution takes part in and `scores` depend on, in the
  /// order of execution.
  private static func layers(_ program: Program, of scores: String) -> [Layer] {
    var needed: Set<String> = [scores]
    for node in program.nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
    }
    var convolved: Set<String> = []
    var layers: [Layer] = []
    for node in program.nodes {
      guard node.op == "Conv" || node.inputs.contains(where: convolved.contains) else { continue }
      convolved.formUnion(node.outputs)
      guard let output = node.outputs.first, needed.contains(output), let type = program.types[output],
        type.rank == 4, type.elementType == .float32
      else { continue }
      let (height, width) = (type.shape[2], type.shape[3])
      layers.append(Layer(name: output, isImage: height * width > 1, isFine: min(height, width) >= 4))
    }
    return layers
  }
}
