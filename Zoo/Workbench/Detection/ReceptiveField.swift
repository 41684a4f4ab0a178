import ZooPlugins

/// Which pixels of an image a position of a feature map depends on: position `i` on `stride · i + first` to
/// `stride · i + last`, in each direction (Araujo, Norris and Sim 2019).
struct ReceptiveField: Sendable, Hashable {
  /// For height and width.
  var stride = [1, 1]
  var first = [0, 0]
  var last = [0, 0]

  /// Pixels in each direction.
  var size: [Int] { [0, 1].map { last[$0] - first[$0] + 1 } }

  /// Where in the image a position's field has its middle.
  func centre(_ position: Double, axis: Int) -> Double {
    Double(stride[axis]) * position + Double(first[axis] + last[axis]) / 2
  }

  /// Operators whose output at a position depends on their inputs there alone.
  private static let pointwise: Set<String> = [
    "Add", "Sub", "Mul", "Div", "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Gelu", "Sigmoid", "HardSigmoid",
    "HardSwish",
    "Mish", "Softplus", "Softsign", "Tanh", "Clip", "BatchNormalization", "Identity", "Cast", "Concat", "Dropout",
    "StochasticDepth", "Sqrt", "Exp", "Abs", "Neg", "Pow",
  ]

  /// The field of a value of `graph`, by what leads to it from the graph's image. O(nodes).
  /// - Throws: ``ZooError`` naming the node whose output depends on more than a part of the image.
  init(of value: String, in graph: Graph) throws(ZooError) {
    var known: [String: ReceptiveField] = [:]
    for input in graph.inputs where graph.initializers[input.name] == nil { known[input.name] = ReceptiveField() }
    for node in graph.nodes {
      let fields = node.inputs.compactMap { known[$0] }
      guard let start = fields.first else { continue }
      let field = try Self.field(of: node, start, fields, graph)
      for output in node.outputs { known[output] = field }
      if node.outputs.contains(value) { break }
    }
    guard let found = known[value] else {
      throw ZooError(.badInput, tensor: value, problem: "doesn't depend on the image", expected: "a feature map")
    }
    self = found
  }

  private init() {}

  private static func field(
    of node: Node, _ start: ReceptiveField, _ fields: [ReceptiveField], _ graph: Graph
  ) throws(ZooError) -> ReceptiveField {
    switch node.op {
    case "Conv", "MaxPool", "AveragePool": return try window(node, start, graph)
    case _ where pointwise.contains(node.op):
      var field = start
      for other in fields {
        guard other.stride == start.stride else {
          throw refusal(node, "joins maps of the strides \(start.stride) and \(other.stride)")
        }
        for axis in 0...1 {
          field.first[axis] = min(field.first[axis], other.first[axis])
          field.last[axis] = max(field.last[axis], other.last[axis])
        }
      }
      return field
    default: throw refusal(node, "\(node.op) makes each position depend on more than its surroundings")
    }
  }

  private static func window(
    _ node: Node, _ before: ReceptiveField, _ graph: Graph
  ) throws(ZooError) -> ReceptiveField {
    func list(_ name: String, _ standard: [Int]) -> [Int] {
      if case .ints(let values)? = node.attributes[name], values.count == standard.count { values } else { standard }
    }
    var shape = [1, 1]
    if node.op == "Conv", node.inputs.count > 1, let weight = graph.initializers[node.inputs[1]],
      weight.shape.count == 4
    {
      shape = Array(weight.shape.suffix(2))
    }
    let kernel = list("kernel_shape", shape)
    let (strides, dilations) = (list("strides", [1, 1]), list("dilations", [1, 1]))
    let pads = list("pads", [0, 0, 0, 0])
    if case .string(let automatic)? = node.attributes["auto_pad"], automatic != "NOTSET", automatic != "VALID" {
      throw refusal(node, "pads by \(automatic), which depends on the image's size")
    }
    if case .int(1)? = node.attributes["ceil_mode"] { throw refusal(node, "rounds its output's size up") }
    var field = before
    for axis in 0...1 {
      field.first[axis] = before.first[axis] - before.stride[axis] * pads[axis]
      field.last[axis] =
        before.last[axis] + before.stride[axis] * ((kernel[axis] - 1) * dilations[axis] - pads[axis])
      field.stride[axis] = before.stride[axis] * strides[axis]
    }
    return field
  }

  private static func refusal(_ node: Node, _ problem: String) -> ZooError {
    ZooError(
      .badInput, node: node.name, problem: problem, expected: "convolutions, pools and pointwise operators",
      remedy: "Use a backbone without squeeze and excitation and without attention, such as resnet10_tiny")
  }
}
