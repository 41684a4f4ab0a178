import ProtobufC
import ZooProto

/// Turns what protobuf-c parsed into values.
struct StructureDecoder {
  /// The tensor table, with the elements of each.
  private let tensors: [(name: String, tensor: Tensor)]
  private(set) var unknown = UnknownFields()
  private let tableUnknown: [[UInt8]]
  /// How many bytes all paths may take together in a file with unknown fields, which are found by their paths.
  private var pathBudget: Int

  init(tensors: [(name: String, tensor: Tensor)], tableUnknown: [[UInt8]], limits: LoadLimits) {
    self.tensors = tensors
    self.tableUnknown = tableUnknown
    pathBudget = limits.structureMemory
  }

  mutating func model(_ structure: Zoo__Structure) throws(ZooError) -> Model {
    let path = StructurePath.structure
    keepUnknown(structure.base, path)
    var opsets: [String: Int] = [:]
    for opset in list(structure.opsets, structure.n_opsets) {
      let domain = text(opset.domain)
      guard opsets.updateValue(Int(opset.version), forKey: domain) == nil else {
        throw ZooError(.badInput, path: "opsets", problem: "'\(domain)' stands there twice")
      }
      keepUnknown(opset.base, path.child("opset", domain))
    }
    guard let graphMessage = structure.graph else { throw ZooError(.badInput, problem: "the file has no graph") }
    var model = Model(opsets: opsets, graph: try graph(graphMessage.pointee, path.child("graph")))
    if let message = structure.card { model.card = try card(message.pointee, path.child("card")) }
    if let message = structure.self_test?.pointee {
      let path = path.child("self-test")
      model.selfTest = SelfTest(
        inputs: try named(message.inputs, message.n_inputs, path.child("inputs")),
        outputs: try named(message.outputs, message.n_outputs, path.child("outputs")),
        absoluteTolerance: message.absolute_tolerance, relativeTolerance: message.relative_tolerance)
      keepUnknown(message.base, path)
    }
    if let message = structure.training?.pointee {
      model.training = try training(message, path.child("training"))
    }
    try checkPaths()
    return model
  }

  // MARK: Graphs

  private mutating func graph(_ message: Zoo__Graph, _ path: StructurePath) throws(ZooError) -> Graph {
    keepUnknown(message.base, path)
    var graph = Graph(name: text(message.name))
    graph.nodes.reserveCapacity(Int(message.n_nodes))
    for node in list(message.nodes, message.n_nodes) { graph.nodes.append(try self.node(node, path)) }
    for info in list(message.inputs, message.n_inputs) { graph.inputs.append(try valueInfo(info, "input", path)) }
    for info in list(message.outputs, message.n_outputs) { graph.outputs.append(try valueInfo(info, "output", path)) }
    graph.initializers = try named(message.initializers, message.n_initializers, path.child("initializers"))
    for update in list(message.updates, message.n_updates) {
      graph.updates.append(Update(state: text(update.state), value: text(update.value)))
      keepUnknown(update.base, path.child("update", text(update.state)))
    }
    for info in list(message.value_infos, message.n_value_infos) {
      graph.valueInfos.append(try valueInfo(info, "value", path))
    }
    return graph
  }

  private mutating func node(_ message: Zoo__Node, _ parent: StructurePath) throws(ZooError) -> Node {
    var node = Node(
      name: text(message.name), op: text(message.op), domain: text(message.domain),
      inputs: texts(message.inputs, message.n_inputs), outputs: texts(message.outputs, message.n_outputs))
    let path = parent.child("node", node.name)
    keepUnknown(message.base, path)
    let part = Int(message.part.rawValue)
    node.part = PartCode.part(part)
    guard part == 0 || node.part != nil else {
      throw ZooError(.badInput, node: node.name, problem: "belongs to part \(part), which this version doesn't know")
    }
    for attribute in list(message.attributes, message.n_attributes) {
      let name = text(attribute.name)
      let value: Attribute
      do throws(ZooError) { value = try self.attribute(attribute, path.child("attribute", name)) } catch {
        throw error.at(node: node.name)
      }
      guard node.attributes.updateValue(value, forKey: name) == nil else {
        throw ZooError(.badInput, node: node.name, problem: "has the attribute '\(name)' twice")
      }
    }
    return node
  }

  private mutating func attribute(_ message: Zoo__Attribute, _ path: StructurePath) throws(ZooError) -> Attribute {
    keepUnknown(message.base, path)
    switch message.value_case {
    case ZOO__ATTRIBUTE__VALUE_INTEGER: return .int(Int(message.integer))
    case ZOO__ATTRIBUTE__VALUE_NUMBER: return .float(message.number)
    case ZOO__ATTRIBUTE__VALUE_TEXT: return .string(text(message.text))
    case ZOO__ATTRIBUTE__VALUE_TENSOR:
      keepTableUnknown(Int(message.tensor), path.child("tensor"))
      return .tensor(try entry(message.tensor).tensor)
    case ZOO__ATTRIBUTE__VALUE_GRAPH:
      guard let graph = message.graph else { break }
      return .graph(try self.graph(graph.pointee, path.child("graph")))
    case ZOO__ATTRIBUTE__VALUE_INTEGERS:
      guard let list = message.integers?.pointee else { break }
      return .ints(numbers(list.values, list.n_values).map(Int.init))
    case ZOO__ATTRIBUTE__VALUE_NUMBERS:
      guard let list = message.numbers?.pointee else { break }
      return .floats(numbers(list.values, list.n_values))
    case ZOO__ATTRIBUTE__VALUE_TEXTS:
      guard let list = message.texts?.pointee else { break }
      return .strings(texts(list.values, list.n_values))
    default: break
    }
    throw ZooError(
      .badInput, problem: "the attribute '\(text(message.name))' has no value that this version knows",
      remedy: "Update this program")
  }

  private mutating func valueInfo(
    _ message: Zoo__ValueInfo, _ kind: String, _ parent: StructurePath
  ) throws(ZooError) -> ValueInfo {
    let name = text(message.name)
    let path = parent.child(kind, name)
    keepUnknown(message.base, path)
    var dimensions: [Dimension]?
    if let shape = message.shape?.pointee {
      keepUnknown(shape.base, path.child("shape"))
      dimensions = []
      for (index, dimension) in list(shape.dimensions, shape.n_dimensions).enumerated() {
        keepUnknown(dimension.base, path.child("dimension", String(index)))
        switch dimension.size_case {
        case ZOO__DIMENSION__SIZE_FIXED: dimensions?.append(.fixed(Int(dimension.fixed)))
        case ZOO__DIMENSION__SIZE_SYMBOL: dimensions?.append(.symbolic(text(dimension.symbol)))
        default: dimensions?.append(.unknown)
        }
      }
    }
    return ValueInfo(name, try elementType(message.type, name), dimensions)
  }

  // MARK: Card and training

  private mutating func card(_ message: Zoo__Card, _ path: StructurePath) throws(ZooError) -> Card {
    keepUnknown(message.base, path)
    var card = Card()
    card.name = text(message.name)
    card.summary = text(message.summary)
    card.channels = texts(message.channels, message.n_channels)
    card.classes = texts(message.classes, message.n_classes)
    card.sampleType = try elementType(message.sample_type, "card.sample_type")
    guard message.sample_minimum <= message.sample_maximum else {
      throw ZooError(
        .badInput, path: "card", problem: "samples from \(message.sample_minimum) to \(message.sample_maximum)",
        expected: "a minimum that is at most the maximum")
    }
    card.sampleRange = message.sample_minimum...message.sample_maximum
    guard message.image_height >= 0, message.image_width >= 0, message.frames >= 0 else {
      throw ZooError(.badInput, path: "card", problem: "a negative image size or number of frames")
    }
    card.imageSize = (Int(message.image_height), Int(message.image_width))
    card.frames = message.frames == 0 ? nil : Int(message.frames)
    card.spec = text(message.spec)
    card.dataFingerprint = text(message.data_fingerprint)
    card.metrics = try figures(message.metrics, message.n_metrics, path)
    card.notes = try facts(message.notes, message.n_notes, path)
    card.isRangeFound = message.range_is_found != 0
    card.channelValues = try channelValues(message, path)
    guard card.channelValues.isEmpty || card.channelValues.count == card.channels.count else {
      throw ZooError(
        .badInput, path: "card.channel_values", problem: "there are \(card.channelValues.count)",
        expected: "none, or \(card.channels.count), one for each channel")
    }
    if let message = message.decision?.pointee { card.decision = try decision(message, path, card.classes) }
    return card
  }

  private mutating func decision(
    _ message: Zoo__Decision, _ path: StructurePath, _ classes: [String]
  ) throws(ZooError) -> Decision {
    keepUnknown(message.base, path.child("decision"))
    let positive = text(message.positive_class)
    let decision = Decision(
      temperature: message.temperature, positiveClass: positive.isEmpty ? nil : positive,
      threshold: message.threshold, rule: text(message.rule), leastConfidence: message.least_confidence,
      maximumError: message.maximum_error == 0 ? nil : message.maximum_error, items: Int(message.items))
    try decision.check(classes: classes)
    return decision
  }

  private mutating func channelValues(
    _ message: Zoo__Card, _ path: StructurePath
  ) throws(ZooError) -> [ChannelValues] {
    var result: [ChannelValues] = []
    for (index, item) in list(message.channel_values, message.n_channel_values).enumerated() {
      keepUnknown(item.base, path.child("channel_values", String(index)))
      let figures = [item.lowest, item.highest, item.low, item.high, item.mean, item.deviation, item.dimmest]
      guard let values = ChannelValues(figures) else {
        throw ZooError(
          .badInput, path: "card.channel_values", problem: "channel \(index) has the figures \(figures)",
          expected: "finite numbers, the lowest at most the highest")
      }
      result.append(values)
    }
    return result
  }

  private mutating func training(
    _ message: Zoo__TrainingState, _ path: StructurePath
  ) throws(ZooError) -> TrainingState {
    keepUnknown(message.base, path)
    var state = TrainingState()
    state.tensors = try named(message.tensors, message.n_tensors, path.child("tensors"))
    for counter in list(message.counters, message.n_counters) {
      try insert(text(counter.name), counter.value, into: &state.counters)
      keepUnknown(counter.base, path.child("counter", text(counter.name)))
    }
    state.figures = try figures(message.figures, message.n_figures, path)
    state.facts = try facts(message.facts, message.n_facts, path)
    return state
  }

  private mutating func figures(
    _ messages: UnsafeMutablePointer<UnsafeMutablePointer<Zoo__Figure>?>?, _ count: Int, _ path: StructurePath
  ) throws(ZooError) -> [String: Double] {
    var figures: [String: Double] = [:]
    for figure in list(messages, count) {
      try insert(text(figure.name), figure.value, into: &figures)
      keepUnknown(figure.base, path.child("figure", text(figure.name)))
    }
    return figures
  }

  private mutating func facts(
    _ messages: UnsafeMutablePointer<UnsafeMutablePointer<Zoo__Fact>?>?, _ count: Int, _ path: StructurePath
  ) throws(ZooError) -> [String: String] {
    var facts: [String: String] = [:]
    for fact in list(messages, count) {
      try insert(text(fact.name), text(fact.value), into: &facts)
      keepUnknown(fact.base, path.child("fact", text(fact.name)))
    }
    return facts
  }

  private func insert<T>(_ name: String, _ value: T, into values: inout [String: T]) throws(ZooError) {
    guard values.updateValue(value, forKey: name) == nil else {
      throw ZooError(.badInput, problem: "'\(name)' stands twice in the same list")
    }
  }

  // MARK: Tensors

  private func entry(_ index: UInt32) throws(ZooError) -> (name: String, tensor: Tensor) {
    guard let index = Int(exactly: index), index < tensors.count else {
      throw ZooError(
        .badInput, problem: "tensor \(index) is referred to", expected: "a number less than \(tensors.count)")
    }
    return tensors[index]
  }

  private mutating func named(
    _ indices: UnsafeMutablePointer<UInt32>?, _ count: Int, _ path: StructurePath
  ) throws(ZooError) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for index in numbers(indices, count) {
      let (name, tensor) = try entry(index)
      guard result.updateValue(tensor, forKey: name) == nil else {
        throw ZooError(.badInput, tensor: name, problem: "stands there twice")
      }
      keepTableUnknown(Int(index), path.child("tensor", name))
    }
    return result
  }

  // MARK: Unknown fields

  private mutating func keepUnknown(_ message: ProtobufCMessage, _ path: StructurePath) {
    pathBudget -= path.byteCount
    if message.n_unknown_fields > 0 { keep(unknownFields(of: message), path) }
  }

  private mutating func keepTableUnknown(_ index: Int, _ path: StructurePath) {
    pathBudget -= path.byteCount
    guard tableUnknown.indices.contains(index), !tableUnknown[index].isEmpty else { return }
    keep(tableUnknown[index], path)
  }

  private mutating func keep(_ fields: [UInt8], _ path: StructurePath) {
    // Past the budget, nothing is made; the end finds that out.
    unknown.byPath[pathBudget >= 0 ? path.text : "structure"] = fields
  }

  /// - Throws: ``ZooError`` if writing the unknown fields again would take paths beyond the budget.
  private func checkPaths() throws(ZooError) {
    guard unknown.isEmpty || pathBudget >= 0 else {
      throw ZooError(
        .badInput, problem: "the names of messages are too long to keep fields that this version doesn't know",
        expected: "shorter names", remedy: "Update this program")
    }
  }
}
