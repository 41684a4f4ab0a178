/// The part of a model that a node belongs to. Swapping a part cuts the graph at the borders between two parts.
public enum Part: String, Sendable, Hashable, CaseIterable {
  /// Normalisation and layout of the samples.
  case input
  /// Image to features.
  case backbone
  /// Features of several frames to features of the sequence.
  case temporal
  /// Features to logits.
  case head
  /// Logits to what a person reads: probabilities.
  case output
}

/// The value of a node's attribute; the cases are those of ONNX's `AttributeProto`.
public indirect enum Attribute: Sendable {
  /// A whole number of 64 bits.
  case int(Int)
  /// A float32.
  case float(Float)
  /// A text in UTF-8.
  case string(String)
  /// A tensor, e.g. the value of a `Constant`.
  case tensor(Tensor)
  /// A graph inside the node, e.g. a branch of `If`.
  case graph(Graph)
  /// Whole numbers, e.g. strides.
  case ints([Int])
  /// Numbers in float32.
  case floats([Float])
  /// Texts in UTF-8.
  case strings([String])
}

/// One application of an operator.
public struct Node: Sendable {
  /// Unique in its graph; what messages call it.
  public var name: String
  /// The operator's name, e.g. `Conv`.
  public var op: String
  /// `""` for ONNX's operators, `zoo` for our own.
  public var domain: String
  /// Names of values; `""` stands for an optional input that is absent.
  public var inputs: [String]
  /// Names of values, each made by this node alone; `""` for an optional output that nobody wants.
  public var outputs: [String]
  /// By name, as the operator calls them; an absent one has the operator's default.
  public var attributes: [String: Attribute]
  /// The part that the node belongs to; `nil` in graphs of others.
  public var part: Part?

  /// A node that nothing has checked: types and shapes are inferred when the graph is built or compiled.
  public init(
    name: String, op: String, domain: String = "", inputs: [String], outputs: [String],
    attributes: [String: Attribute] = [:], part: Part? = nil
  ) {
    self.name = name
    self.op = op
    self.domain = domain
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.part = part
  }
}

/// A state of the graph that a run changes: after the run, initializer `state` holds what `value` computed.
public struct Update: Sendable, Hashable {
  /// Name of the initializer.
  public var state: String
  /// Name of the value, of the state's type.
  public var value: String

  /// Lets `state` hold `value` after a run.
  public init(state: String, value: String) {
    self.state = state
    self.value = value
  }
}

/// A directed acyclic graph of operators over named values.
public struct Graph: Sendable {
  /// What messages call the graph.
  public var name: String
  /// Each after those whose outputs it reads.
  public var nodes: [Node]
  /// What a run is given, in the order of positional arguments.
  public var inputs: [ValueInfo]
  /// What a run gives.
  public var outputs: [ValueInfo]
  /// Constants and parameters, by the name of the value.
  public var initializers: [String: Tensor]
  /// The initializers that a run changes (parameters and moments while training, running statistics).
  public var updates: [Update]
  /// Declared types of values inside the graph, at least those between two parts.
  public var valueInfos: [ValueInfo]

  /// A graph that nothing has checked: that is done when it is compiled or written. O(1).
  public init(
    name: String, nodes: [Node] = [], inputs: [ValueInfo] = [], outputs: [ValueInfo] = [],
    initializers: [String: Tensor] = [:], updates: [Update] = [], valueInfos: [ValueInfo] = []
  ) {
    self.name = name
    self.nodes = nodes
    self.inputs = inputs
    self.outputs = outputs
    self.initializers = initializers
    self.updates = updates
    self.valueInfos = valueInfos
  }

  /// How many nodes multiply by weights that are kept as 8-bit integers. O(nodes).
  public var quantizedProductCount: Int {
    let integers = Set(
      nodes.filter { node in
        guard node.op == "DequantizeLinear", let weights = node.inputs.first.flatMap({ initializers[$0] }) else {
          return false
        }
        return weights.elementType == .int8 || weights.elementType == .uint8
      }.flatMap(\.outputs))
    return nodes.count {
      ["Conv", "Gemm", "MatMul"].contains($0.op) && $0.inputs.count > 1 && integers.contains($0.inputs[1])
    }
  }

  /// The inputs that a run has to be given: one that is an initializer, too, has that as its default. O(inputs).
  public var requiredInputs: [ValueInfo] { inputs.filter { initializers[$0.name] == nil } }
}
