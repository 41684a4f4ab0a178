/// Opens the batch of a graph that was exported for one: sizes that the exporter wrote as numbers (the batch in the shapes
/// of `Reshape`, class tokens repeated for each sample) become sizes of whatever batch there is.
///
/// The axis that holds the samples is followed from the image through every node. Where it can't be followed, or a
/// constant holds different numbers for different samples, the graph is refused by the node's name.
struct BakedBatch {
  private(set) var nodes: [Node] = []
  private(set) var initializers: [String: Tensor]
  private let batch: Int
  private let input: String
  private let types: [String: TensorType]
  private let known: [String: Tensor]
  /// The axis of each value that holds the samples: the batch, or a multiple of it.
  private var axes: [String: Int]

  /// - Parameters:
  ///   - batch: that the file was exported for.
  ///   - image: the type of one such batch.
  /// - Throws: `ZooError` naming the node that keeps the batch from being opened.
  init(_ piece: GraphPiece, batch: Int, image: TensorType) throws {
    self.batch = batch
    input = piece.input
    initializers = piece.initializers
    let graph = Graph(
      name: "", nodes: piece.nodes, inputs: [ValueInfo(piece.input, .float32, image.shape.map(Dimension.fixed))],
      outputs: [ValueInfo(piece.cut, .float32, nil)], initializers: piece.initializers)
    let program = try Program(graph, opsets: ["": piece.version, "zoo": 1])
    types = program.types
    known = program.builder.constants
    axes = [piece.input: 0]
    for node in piece.nodes { try add(node) }
  }

  private mutating func add(_ node: Node) throws {
    guard let carrier = node.inputs.first(where: { axes[$0] != nil }), let axis = axes[carrier],
      let from = types[carrier]?.shape, node.op != "Shape", node.op != "Size"
    else { return nodes.append(node) }
    var node = node
    for (output, axis) in try outputs(of: &node, carrier: carrier, axis: axis, from: from) { axes[output] = axis }
    nodes.append(node)
  }

  /// Where the samples are in each output; `node` is changed if it has the batch as a number.
  private mutating func outputs(
    of node: inout Node, carrier: String, axis: Int, from: [Int]
  ) throws -> [(String, Int)] {
    let outputs = node.outputs.filter { !$0.isEmpty }
    guard let to = outputs.first.flatMap({ types[$0]?.shape }) else { return [] }
    func all(_ axis: Int) -> [(String, Int)] { outputs.map { ($0, axis) } }
    switch node.op {
    case "Transpose":
      var order = Array(from.indices.reversed())
      if case .ints(let given)? = node.attributes["perm"] { order = given }
      guard let place = order.firstIndex(of: axis) else { throw refuse(node) }
      return all(place)
    case "Reshape":
      let before = from[..<axis].reduce(1, *)
      guard
        let place = to.indices.first(where: { to[..<$0].reduce(1, *) == before && to[$0] % batch == 0 })
      else { throw refuse(node) }
      if node.inputs.count > 1, initializers[node.inputs[1]] != nil {
        var sizes = to.map(Int64.init)
        sizes[place] = -1
        let name = "\(node.name).open"
        initializers[name] = try Tensor(shape: [sizes.count], sizes)
        node.inputs[1] = name
        node.attributes["allowzero"] = nil
      }
      return all(place)
    case "Flatten":
      guard axis == 0, case let cut = Self.integer(node, "axis") ?? 1, cut > 0 || cut < 0 && from.count + cut > 0 else {
        throw refuse(node)
      }
      return all(0)
    case "Gather":
      var along = Self.integer(node, "axis") ?? 0
      if along < 0 { along += from.count }
      guard carrier == node.inputs[0], along != axis, let rank = types[node.inputs[1]]?.rank else { throw refuse(node) }
      return all(axis < along ? axis : axis - 1 + rank)
    case "Squeeze", "Unsqueeze": return all(try place(node, axis, from, to))
    case _ where node.op.hasPrefix("Reduce"): return all(try place(node, axis, from, to))
    default:
      try openOperands(of: &node, carrier: carrier, axis: axis, from: from)
      // Dimensions are counted from the last, as operands broadcast.
      let place = axis + to.count - from.count
      guard to.indices.contains(place), to[place] == from[axis] else { throw refuse(node) }
      return all(place)
    }
  }

  /// The place of `axis` after dimensions were taken away or added.
  private func place(_ node: Node, _ axis: Int, _ from: [Int], _ to: [Int]) throws -> Int {
    if from.count == to.count { return axis }
    var given: [Int]?
    if case .ints(let axes)? = node.attributes["axes"] { given = axes }
    if given == nil, node.inputs.count > 1 { given = known[node.inputs[1]]?.integers() }
    let larger = max(from.count, to.count)
    guard
      let changed = (given ?? (node.op == "Squeeze" ? from.indices.filter { from[$0] == 1 } : nil))?
        .map({ $0 < 0 ? $0 + larger : $0 })
    else { throw refuse(node) }
    if to.count > from.count {
      let kept = to.indices.filter { !changed.contains($0) }
      guard kept.indices.contains(axis) else { throw refuse(node) }
      return kept[axis]
    }
    guard !changed.contains(axis) else { throw refuse(node) }
    return axis - changed.count { $0 < axis }
  }

  /// Operands that don't come from the images but have a sample's worth for each of the batch: the first one is taken, for
  /// `Concat` as often as there are samples.
  private mutating func openOperands(of node: inout Node, carrier: String, axis: Int, from: [Int]) throws {
    for (index, operand) in node.inputs.enumerated() where !operand.isEmpty && axes[operand] == nil {
      guard let shape = types[operand]?.shape, let place = Optional(axis + shape.count - from.count),
        shape.indices.contains(place), shape[place] == from[axis], shape[place] > 1 || node.op == "Concat",
        Self.joining.contains(node.op)
      else { continue }
      guard shape[place] == batch, try isRepeated(operand, shape, place) else {
        throw refuse(node, "'\(operand)' holds other numbers for each sample")
      }
      let stem = "\(node.name).open\(index)"
      var value = operand
      if shape[place] > 1 {
        initializers["\(stem).zero"] = try Tensor(shape: [1], [Int64(0)])
        nodes.append(
          Node(
            name: "\(stem).first", op: "Gather", inputs: [operand, "\(stem).zero"], outputs: ["\(stem).first"],
            attributes: ["axis": .int(place)], part: node.part))
        value = "\(stem).first"
      }
      if node.op == "Concat" { value = try repeated(value, rank: shape.count, place, of: carrier, axis, stem, node) }
      node.inputs[index] = value
    }
  }

  private static let joining: Set<String> = ["Concat", "Add", "Sub", "Mul", "Div", "Where", "Pow", "Min", "Max"]

  /// Adds nodes that repeat `value` along `place` for each sample of `carrier`.
  private mutating func repeated(
    _ value: String, rank: Int, _ place: Int, of carrier: String, _ axis: Int, _ stem: String, _ node: Node
  ) throws -> String {
    func add(_ op: String, _ name: String, _ inputs: [String], _ attributes: [String: Attribute] = [:]) -> String {
      let name = "\(stem).\(name)"
      nodes.append(
        Node(name: name, op: op, inputs: inputs, outputs: [name], attributes: attributes, part: node.part))
      return name
    }
    func constant(_ name: String, _ values: [Int64]) throws -> String {
      initializers["\(stem).\(name)"] = try Tensor(shape: [values.count], values)
      return "\(stem).\(name)"
    }
    let samples = try add(
      "Gather", "batch", [add("Shape", "shape", [carrier]), constant("axis", [Int64(axis)])], ["axis": .int(0)])
    let sizes = try [
      constant("before", Array(repeating: 1, count: place)), samples,
      constant("after", Array(repeating: 1, count: rank - place - 1)),
    ]
    return add("Expand", "repeated", [value, add("Concat", "sizes", sizes, ["axis": .int(0)])])
  }

  /// Whether a constant holds the same numbers at every index of `axis`.
  private func isRepeated(_ name: String, _ shape: [Int], _ axis: Int) throws -> Bool {
    if shape[axis] == 1 { return true }
    guard let tensor = known[name] else {
      // A token that is repeated as it is: by a node whose operand has one.
      guard let maker = nodes.first(where: { $0.outputs.contains(name) }), maker.op == "Expand",
        let before = types[maker.inputs[0]]?.shape
      else { return false }
      let place = axis + before.count - shape.count
      return place < 0 || before[place] == 1
    }
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(tensor.elementType.byteCount, *)
    return tensor.withUnsafeBytes { bytes in
      (0..<outer).allSatisfy { block in
        let start = block * shape[axis] * inner
        return (1..<shape[axis]).allSatisfy { index in
          bytes[start..<start + inner].elementsEqual(bytes[start + index * inner..<start + (index + 1) * inner])
        }
      }
    }
  }

  private static func integer(_ node: Node, _ name: String) -> Int? {
    if case .int(let value)? = node.attributes[name] { value } else { nil }
  }

  private func refuse(_ node: Node, _ reason: String = "the samples can't be told apart behind it") -> ZooError {
    ZooError(
      .badInput, node: node.name,
      problem: "the file was exported for a batch of \(batch), and \(node.op) fixes it: \(reason)",
      expected: "a graph of any batch",
      remedy: "Export it with the batch left open: dynamic_axes={'\(input)': {0: 'batch'}}, or dynamic_shapes")
  }
}
