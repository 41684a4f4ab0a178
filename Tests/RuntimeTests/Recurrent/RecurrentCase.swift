import Foundation
import Testing
import ZooRuntime

/// A recurrent node with inputs and the outputs that it should give.
struct RecurrentCase: Sendable, CustomTestStringConvertible {
  var name: String
  var op: String
  var attributes: [String: Attribute]
  var inputs: [String]
  var tensors: [String: Tensor]
  var outputs: [String: Tensor]
  var testDescription: String { name }

  /// The cases that `make_recurrent.py` made.
  static func all() throws -> [RecurrentCase] {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/recurrent/cases.json")
    let decoded = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    return try (decoded as? [[String: Any]] ?? []).map(RecurrentCase.init(json:))
  }

  private init(json: [String: Any]) throws {
    func tensors(_ key: String) throws -> [String: Tensor] {
      try (json[key] as? [String: [String: Any]] ?? [:]).mapValues { entry in
        let shape = entry["shape"] as? [Int] ?? []
        let values = entry["values"] as? [Double] ?? []
        return try Tensor(shape: shape, values.map(Float.init))
      }
    }
    name = json["name"] as? String ?? ""
    op = json["op"] as? String ?? ""
    inputs = json["inputs"] as? [String] ?? []
    self.tensors = try tensors("tensors")
    outputs = try tensors("outputs")
    if let lengths = self.tensors["sequence_lens"] {
      let values = (lengths.values(as: Float.self) ?? []).map { Int32(saturating: $0) }
      self.tensors["sequence_lens"] = try Tensor(shape: lengths.shape, values)
    }
    attributes = [:]
    for (key, value) in json["attributes"] as? [String: Any] ?? [:] {
      switch (key, value) {
      case ("clip", let value as Double): attributes[key] = .float(Float(value))
      case (_, let value as Int): attributes[key] = .int(value)
      case (_, let value as String): attributes[key] = .string(value)
      case (_, let value as [String]): attributes[key] = .strings(value)
      case (_, let value as [Double]): attributes[key] = .floats(value.map(Float.init))
      default: break
      }
    }
  }

  init(_ name: String, op: String, attributes: [String: Attribute], inputs: [String], tensors: [String: Tensor]) {
    self.name = name
    self.op = op
    self.attributes = attributes
    self.inputs = inputs
    self.tensors = tensors
    outputs = [:]
  }

  /// A graph of the node alone. What isn't in `variables` is an initializer.
  func graph(variables: Set<String>) throws -> Graph {
    var graph = Graph(name: name)
    let outputs = op == "LSTM" ? ["Y", "Y_h", "Y_c"] : ["Y", "Y_h"]
    graph.nodes = [Node(name: op, op: op, inputs: inputs, outputs: outputs, attributes: attributes)]
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      if variables.contains(name) {
        graph.inputs.append(ValueInfo(name, tensor.elementType, tensor.shape.map(Dimension.fixed)))
      } else {
        graph.initializers[name] = tensor
      }
    }
    graph.outputs = outputs.map { ValueInfo($0, .float32, nil) }
    return graph
  }
}

/// Compiles and executes a graph once, and returns its outputs.
func execute(_ graph: Graph, _ inputs: [String: Tensor], threads: Int = 1) throws -> [String: Tensor] {
  let executable = try Executable(graph, purpose: .training, threads: ThreadPool(count: threads))
  let context = try ExecutionContext(executable)
  for input in graph.inputs {
    if let tensor = inputs[input.name] { context.bind(input.name, to: UnsafeRawPointer(tensor.storage.base)) }
  }
  return try withExtendedLifetime(inputs) {
    try context.run()
    var results: [String: Tensor] = [:]
    for output in graph.outputs { results[output.name] = try context.output(output.name) }
    return results
  }
}

/// The largest difference between two tensors, infinite if their types differ or one has a NaN.
func largestDifference(_ a: Tensor?, _ b: Tensor?) -> Float {
  guard let a, let b, a.type == b.type, let x = a.values(as: Float.self), let y = b.values(as: Float.self) else {
    return .infinity
  }
  return zip(x, y).reduce(0) { $1.0.isNaN || $1.1.isNaN ? .infinity : max($0, abs($1.0 - $1.1)) }
}
