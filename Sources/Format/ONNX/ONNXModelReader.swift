/// Reads `ModelProto`. Field numbers are those of onnx.proto.
struct ONNXModelReader {
  let budget: ONNXBudget
  let external: ONNXExternalData?

  /// The version of the file format since which an initializer that is an input too is that input's default. Before it,
  /// every initializer had to be listed among the inputs, and was a constant all the same.
  private static let firstVersionWithDefaults = 4

  init(limits: LoadLimits, external: ONNXExternalData?) {
    budget = ONNXBudget(limits)
    self.external = external
  }

  func model(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> Model {
    guard !bytes.isEmpty else { throw ZooError(.badInput, problem: "the file is empty") }
    var opsets: [String: Int] = [:]
    var graph: UnsafeRawBufferPointer?
    var functions: [ONNXFunction.Key: ONNXFunction] = [:]
    var metadata: [String: String] = [:]
    var summary = ""
    var irVersion = 0
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: irVersion = try field.integer()
      case 6: summary = try text(field)  // doc_string
      case 7:  // graph
        guard graph == nil else { throw ZooError(.badInput, problem: "the model has two graphs") }
        graph = try field.bytes()
      case 8:  // opset_import
        let (domain, version) = try Self.opset(field.bytes())
        try budget.spend(structureBytes: 16)
        // Converters leave two entries of one set; ONNX Runtime and ONNX's own tools take the higher, so does this.
        opsets[domain] = max(version, opsets[domain] ?? version)
      case 14:  // metadata_props
        let (key, value) = try Self.entry(field.bytes())
        try budget.spend(structureBytes: key.utf8.count + value.utf8.count)
        metadata[key] = value
      case 25:  // functions
        let function = try ONNXFunction(field.bytes(), budget: budget)
        guard functions.updateValue(function, forKey: function.key) == nil else {
          throw ZooError(.badInput, problem: "the model has two functions '\(function.key)'")
        }
      default: break
      }
    }
    guard let graph else { throw ZooError(.badInput, problem: "is no ONNX model: it has no graph") }
    // Before version 3 of the file format there was one operator set.
    if opsets.isEmpty { opsets[""] = 1 }
    for function in functions.values { try function.check(opsets: &opsets) }

    let graphReader = ONNXGraphReader(
      budget: budget, external: external, functions: functions,
      hasDefaults: irVersion >= Self.firstVersionWithDefaults)
    var model = Model(opsets: opsets, graph: try graphReader.graph(graph, scope: ONNXScope(), depth: 0))
    try ContributedOperators.rewrite(&model.graph, version: opsets[""] ?? 1)
    // What only functions and rewritten operators needed isn't needed any more.
    let domains = Set(functions.keys.map(\.domain)).union([ContributedOperators.domain])
    for domain in domains where !model.graph.uses(domain: domain) {
      model.opsets[domain] = nil
    }
    model.card = ONNXMetadata.card(metadata, name: model.graph.name, summary: summary)
    try GraphValidator.validate(model)
    return model
  }

  private func text(_ field: WireField) throws(ZooError) -> String {
    try budget.spend(structureBytes: field.bytes().count)
    return try field.string()
  }

  /// Reads `OperatorSetIdProto`.
  static func opset(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> (domain: String, version: Int) {
    var (domain, version) = ("", 0)
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: domain = try field.string()
      case 2: version = try field.integer()
      default: break
      }
    }
    return (OperatorDomain.canonical(domain), version)
  }

  /// Reads `StringStringEntryProto`.
  static func entry(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> (key: String, value: String) {
    var (key, value) = ("", "")
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: key = try field.string()
      case 2: value = try field.string()
      default: break
      }
    }
    return (key, value)
  }
}
