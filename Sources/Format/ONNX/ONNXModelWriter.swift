/// Makes the bytes of `ModelProto`. Elements of initializers are not copied.
struct ONNXModelWriter {
  private let head: [UInt8]
  private let initializers: [(head: [UInt8], tensor: Tensor)]

  /// The version of ONNX's file format: the first in which nodes have metadata.
  private static let irVersion = 10

  init(_ model: Model) throws(ZooError) {
    try GraphValidator.validate(model)
    initializers = try model.graph.initializers.sortedByName().map { name, tensor throws(ZooError) in
      var body = WireWriter()
      Self.tensorHead(&body, name, tensor.type)
      let packed = try tensor.packed()
      var field = WireWriter()
      field.tag(5, .lengthDelimited)
      field.varint(UInt64(body.bytes.count + packed.type.byteCount))
      field.raw(body.bytes)
      return (field.bytes, packed)
    }
    var graph = WireWriter()
    Self.graph(&graph, model.graph, isOuter: true)
    let graphBytes = initializers.reduce(graph.bytes.count) { $0 + $1.head.count + $1.tensor.type.byteCount }

    var writer = WireWriter()
    writer.integer(1, Self.irVersion)
    writer.string(2, "swift-model-zoo")
    writer.string(6, model.card.summary)
    // ONNX Runtime refuses operator sets that it doesn't know, so those that no node uses are left out.
    for (domain, version) in model.opsets.sortedByName() where model.graph.uses(domain: domain) {
      writer.message(8) { opset in
        opset.string(1, domain)
        opset.integer(2, version)
      }
    }
    for (key, value) in ONNXMetadata.entries(model.card) { writer.message(14) { Self.entry(&$0, key, value) } }
    writer.tag(7, .lengthDelimited)
    writer.varint(UInt64(graphBytes))
    writer.raw(graph.bytes)
    head = writer.bytes
    guard head.count + graphBytes < Int32.max else {
      throw ZooError(
        .badInput, problem: "the model has \(graphBytes) bytes, more than an ONNX file can hold",
        expected: "less than 2 GiB")
    }
  }

  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(ZooError) -> Void) throws(ZooError) {
    try head.withBytes(body)
    for (head, tensor) in initializers {
      try head.withBytes(body)
      try tensor.withUnsafeBytes(body)
    }
  }

  // MARK: Graphs

  private static func graph(_ writer: inout WireWriter, _ graph: Graph, isOuter: Bool) {
    for node in graph.nodes { writer.message(1) { self.node(&$0, node) } }
    // ONNX's checker wants a name.
    writer.string(2, graph.name.isEmpty ? "graph" : graph.name)
    if !isOuter {
      for (name, tensor) in graph.initializers.sortedByName() { writer.message(5) { self.tensor(&$0, name, tensor) } }
    }
    for info in graph.inputs { writer.message(11) { valueInfo(&$0, info, isOuter: isOuter) } }
    for info in graph.outputs { writer.message(12) { valueInfo(&$0, info, isOuter: isOuter) } }
    let ends = Set((graph.inputs + graph.outputs).map(\.name))
    for info in graph.valueInfos where !ends.contains(info.name) {
      writer.message(13) { valueInfo(&$0, info, isOuter: true) }
    }
  }

  private static func node(_ writer: inout WireWriter, _ node: Node) {
    writer.strings(1, node.inputs)
    writer.strings(2, node.outputs)
    writer.string(3, node.name)
    writer.string(4, node.op)
    for (name, value) in node.attributes.sortedByName() { writer.message(5) { attribute(&$0, name, value) } }
    writer.string(7, node.domain)
    if let part = node.part { writer.message(9) { entry(&$0, ONNXMetadata.part, part.rawValue) } }
  }

  private static func attribute(_ writer: inout WireWriter, _ name: String, _ value: Attribute) {
    writer.string(1, name)
    let type: Int
    switch value {
    case .float(let value):
      writer.presentFloat(2, value)
      type = 1
    case .int(let value):
      writer.presentInteger(3, value)
      type = 2
    case .string(let value):
      writer.presentString(4, value)
      type = 3
    case .tensor(let value):
      writer.message(5) { tensor(&$0, "", value) }
      type = 4
    case .graph(let value):
      writer.message(6) { graph(&$0, value, isOuter: false) }
      type = 5
    case .floats(let values):
      for value in values { writer.presentFloat(7, value) }
      type = 6
    case .ints(let values):
      for value in values { writer.presentInteger(8, value) }
      type = 7
    case .strings(let values):
      writer.strings(9, values)
      type = 8
    }
    writer.integer(20, type)
  }

  private static func valueInfo(_ writer: inout WireWriter, _ info: ValueInfo, isOuter: Bool) {
    writer.string(1, info.name)
    // Graphs in attributes leave types to inference where none is declared.
    guard isOuter || info.dimensions != nil else { return }
    writer.message(2) { type in
      type.message(1) { tensor in
        tensor.integer(1, Int(info.elementType.rawValue))
        guard let dimensions = info.dimensions else { return }
        tensor.message(2) { shape in
          for dimension in dimensions {
            shape.message(1) { writer in
              switch dimension {
              case .fixed(let size): writer.presentInteger(1, size)
              case .symbolic(let name): writer.presentString(2, name)
              case .unknown: break
              }
            }
          }
        }
      }
    }
  }

  // MARK: Tensors

  /// All of `TensorProto` but the elements themselves, which come last.
  private static func tensorHead(_ writer: inout WireWriter, _ name: String, _ type: TensorType) {
    for dimension in type.shape { writer.presentInteger(1, dimension) }
    writer.integer(2, Int(type.elementType.rawValue))
    writer.string(8, name)
    writer.tag(9, .lengthDelimited)
    writer.varint(UInt64(type.packed.byteCount))
  }

  private static func tensor(_ writer: inout WireWriter, _ name: String, _ tensor: Tensor) {
    tensorHead(&writer, name, tensor.type)
    if tensor.elementType.packedBitCount < 8 {
      writer.raw(tensor.packedBytes)
    } else {
      tensor.withUnsafeBytes { writer.raw($0) }
    }
  }

  private static func entry(_ writer: inout WireWriter, _ key: String, _ value: String) {
    writer.string(1, key)
    writer.string(2, value)
  }
}

extension Graph {
  /// Whether any node, also of graphs in attributes, is of the domain; ONNX's own always is.
  func uses(domain: String) -> Bool {
    domain.isEmpty
      || nodes.contains { node in
        node.domain == domain
          || node.attributes.values.contains {
            if case .graph(let body) = $0 { body.uses(domain: domain) } else { false }
          }
      }
  }
}
