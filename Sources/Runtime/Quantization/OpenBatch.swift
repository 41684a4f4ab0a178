import ZooFormat

/// Makes sizes that a graph works out from its batch open again, after they have been computed for one batch.
///
/// `x.view(x.size(0), -1)` is exported as `Shape`, `Gather`, `Concat` and `Reshape`. Typing a graph for one batch turns the
/// first three into a constant. The same graph typed for another batch tells which constants those are, and how they
/// depend on the batch.
struct OpenBatch {
  /// Nodes that compute what depends on the batch, to stand before all others.
  private(set) var nodes: [Node] = []
  /// Constants of these nodes.
  private(set) var constants: [String: Tensor] = [:]
  /// What the nodes compute: no constants any more.
  private(set) var opened: Set<String> = []
  private let input: String
  private var size: String?

  /// - Parameters:
  ///   - program, larger: of one graph, typed for two batches.
  ///   - input: of the graph, whose first dimension is the batch.
  ///   - used: the constants that matter.
  /// - Throws: `ZooError` naming a value that depends on the batch otherwise than by multiples of it.
  init(_ program: Program, _ larger: Program, input: String, used: Set<String>) throws {
    self.input = input
    let batches = try [program, larger].map { try $0.builder.shape(of: input).first ?? 0 }
    for name in used.sorted() {
      guard let first = program.builder.constants[name] else { continue }
      guard let second = larger.builder.constants[name] else { throw Self.refuse(name) }
      if first.type == second.type, first.withUnsafeBytes({ a in second.withUnsafeBytes { a.elementsEqual($0) } }) {
        continue
      }
      guard first.type == second.type, first.elementType == .int64, first.type.rank <= 1,
        let a: [Int64] = first.values(), let b: [Int64] = second.values()
      else { throw Self.refuse(name) }
      try open(name, zip(a, b).map { (Int($0), Int($1)) }, isScalar: first.type.rank == 0, batches)
    }
  }

  private mutating func open(_ name: String, _ values: [(Int, Int)], isScalar: Bool, _ batches: [Int]) throws {
    let batch = try batchSize()
    var parts: [String] = []
    for (index, (a, b)) in values.enumerated() {
      let part = "\(name).part\(index)"
      guard a != b else {
        constants[part] = try Tensor(shape: [1], [Int64(a)])
        parts.append(part)
        continue
      }
      guard batches[0] > 0, a % batches[0] == 0, a / batches[0] * batches[1] == b else { throw Self.refuse(name) }
      constants["\(part).factor"] = try Tensor(shape: [1], [Int64(a / batches[0])])
      nodes.append(Node(name: part, op: "Mul", inputs: [batch, "\(part).factor"], outputs: [part]))
      parts.append(part)
    }
    opened.insert(name)
    if isScalar {
      constants["\(name).scalar"] = try Tensor(shape: [0], [Int64]())
      nodes.append(Node(name: "\(name).open", op: "Reshape", inputs: [parts[0], "\(name).scalar"], outputs: [name]))
    } else {
      nodes.append(
        Node(name: "\(name).open", op: "Concat", inputs: parts, outputs: [name], attributes: ["axis": .int(0)]))
    }
  }

  /// The value that holds the batch, int64 [1].
  private mutating func batchSize() throws -> String {
    if let size { return size }
    let name = "\(input).batch"
    constants["\(name).first"] = try Tensor(shape: [1], [Int64(0)])
    nodes += [
      Node(name: "\(name).shape", op: "Shape", inputs: [input], outputs: ["\(name).shape"]),
      Node(
        name: name, op: "Gather", inputs: ["\(name).shape", "\(name).first"], outputs: [name],
        attributes: ["axis": .int(0)]),
    ]
    size = name
    return name
  }

  private static func refuse(_ name: String) -> ZooError {
    ZooError(
      .badInput, tensor: name, problem: "is worked out from the batch in a way that can't be written for any batch",
      expected: "sizes that are multiples of the batch", remedy: "Export the model with sizes that don't depend on it")
  }
}
