/// Encodes `Structure` of zoo.proto and collects the tensors that it refers to.
///
/// Whatever has no order of its own is sorted by name, so equal models give equal bytes.
struct StructureEncoder {
  private let unknown: UnknownFields
  private var sections = WireWriter()
  private(set) var table: [(name: String, tensor: Tensor, path: StructurePath)] = []

  init(unknown: UnknownFields) { self.unknown = unknown }

  mutating func encode(_ model: Model) {
    let path = StructurePath.structure
    var sections = WireWriter()
    for (domain, version) in model.opsets.sortedByName() {
      sections.message(1) { writer in
        writer.string(1, domain)
        writer.integer(2, version)
        addUnknown(&writer, path.child("opset", domain))
      }
    }
    sections.message(2) { graph(&$0, model.graph, path.child("graph")) }
    sections.message(3) { card(&$0, model.card, path.child("card")) }
    if let selfTest = model.selfTest {
      sections.message(4) { writer in
        let path = path.child("self-test")
        writer.packedIntegers(1, add(selfTest.inputs, path.child("inputs")))
        writer.packedIntegers(2, add(selfTest.outputs, path.child("outputs")))
        writer.float(3, selfTest.absoluteTolerance)
        writer.float(4, selfTest.relativeTolerance)
        addUnknown(&writer, path)
      }
    }
    if let training = model.training {
      sections.message(5) { writer in
        let path = path.child("training")
        writer.packedIntegers(1, add(training.tensors, path.child("tensors")))
        for (name, value) in training.counters.sortedByName() {
          writer.message(2) { writer in
            writer.string(1, name)
            writer.unsigned(2, value)
            addUnknown(&writer, path.child("counter", name))
          }
        }
        figures(&writer, 3, training.figures, path)
        facts(&writer, 4, training.facts, path)
        addUnknown(&writer, path)
      }
    }
    self.sections = sections
  }

  /// The whole structure. `nil` for `offsets` gives bytes of the same length.
  func bytes(offsets: [Int]?, digests: [[UInt8]]) -> [UInt8] {
    var writer = sections
    for (index, entry) in table.enumerated() {
      writer.message(6) { writer in
        writer.string(1, entry.name)
        writer.integer(2, Int(entry.tensor.elementType.rawValue))
        writer.packedIntegers(3, entry.tensor.shape)
        writer.fixed64(4, offsets.map { UInt64($0[index]) } ?? 1)
        writer.fixed64(5, UInt64(entry.tensor.type.byteCount))
        writer.data(6, digests[index])
        addUnknown(&writer, entry.path)
      }
    }
    addUnknown(&writer, .structure)
    return writer.bytes
  }

  // MARK: Tensors

  private mutating func add(_ name: String, _ tensor: Tensor, _ path: StructurePath) -> Int {
    table.append((name, tensor, path))
    return table.count - 1
  }

  private mutating func add(_ tensors: [String: Tensor], _ path: StructurePath) -> [Int] {
    tensors.sortedByName().map { add($0.key, $0.value, path.child("tensor", $0.key)) }
  }

  // MARK: Graphs

  private mutating func graph(_ writer: inout WireWriter, _ graph: Graph, _ path: StructurePath) {
    writer.string(1, graph.name)
    for node in graph.nodes {
      writer.message(2) { self.node(&$0, node, path.child("node", node.name)) }
    }
    for info in graph.inputs { writer.message(3) { valueInfo(&$0, info, path.child("input", info.name)) } }
    for info in graph.outputs { writer.message(4) { valueInfo(&$0, info, path.child("output", info.name)) } }
    writer.packedIntegers(5, add(graph.initializers, path.child("initializers")))
    for update in graph.updates {
      writer.message(6) { writer in
        writer.string(1, update.state)
        writer.string(2, update.value)
        addUnknown(&writer, path.child("update", update.state))
      }
    }
    for info in graph.valueInfos { writer.message(7) { valueInfo(&$0, info, path.child("value", info.name)) } }
    addUnknown(&writer, path)
  }

  private mutating func node(_ writer: inout WireWriter, _ node: Node, _ path: StructurePath) {
    writer.string(1, node.name)
    writer.string(2, node.op)
    writer.string(3, node.domain)
    writer.strings(4, node.inputs)
    writer.strings(5, node.outputs)
    for (name, value) in node.attributes.sortedByName() {
      writer.message(6) { attribute(&$0, name, value, path.child("attribute", name)) }
    }
    writer.integer(7, node.part.map(PartCode.code) ?? 0)
    addUnknown(&writer, path)
  }

  private mutating func attribute(
    _ writer: inout WireWriter, _ name: String, _ value: Attribute, _ path: StructurePath
  ) {
    writer.string(1, name)
    switch value {
    case .int(let value): writer.presentInteger(2, value)
    case .float(let value): writer.presentFloat(3, value)
    case .string(let value): writer.presentString(4, value)
    case .tensor(let value): writer.presentInteger(5, add(name, value, path.child("tensor")))
    case .graph(let value): writer.message(6) { graph(&$0, value, path.child("graph")) }
    case .ints(let values): writer.message(7) { $0.packedIntegers(1, values) }
    case .floats(let values): writer.message(8) { $0.packedFloats(1, values) }
    case .strings(let values): writer.message(9) { $0.strings(1, values) }
    }
    addUnknown(&writer, path)
  }

  private func valueInfo(_ writer: inout WireWriter, _ info: ValueInfo, _ path: StructurePath) {
    writer.string(1, info.name)
    writer.integer(2, Int(info.elementType.rawValue))
    if let dimensions = info.dimensions {
      writer.message(3) { writer in
        for (index, dimension) in dimensions.enumerated() {
          writer.message(1) { writer in
            switch dimension {
            case .fixed(let size): writer.presentInteger(1, size)
            case .symbolic(let name): writer.presentString(2, name)
            case .unknown: break
            }
            addUnknown(&writer, path.child("dimension", String(index)))
          }
        }
        addUnknown(&writer, path.child("shape"))
      }
    }
    addUnknown(&writer, path)
  }

  // MARK: Card

  private func card(_ writer: inout WireWriter, _ card: Card, _ path: StructurePath) {
    writer.string(1, card.name)
    writer.string(2, card.summary)
    writer.strings(3, card.channels)
    writer.strings(4, card.classes)
    writer.integer(5, Int(card.sampleType.rawValue))
    writer.float(6, card.sampleRange.lowerBound)
    writer.float(7, card.sampleRange.upperBound)
    writer.integer(8, card.imageSize.height)
    writer.integer(9, card.imageSize.width)
    writer.integer(10, card.frames ?? 0)
    writer.string(11, card.spec)
    writer.string(12, card.dataFingerprint)
    figures(&writer, 13, card.metrics, path)
    facts(&writer, 14, card.notes, path)
    for (index, values) in card.channelValues.enumerated() {
      writer.message(15) { writer in
        for (number, figure) in values.figures.enumerated() { writer.float(number + 1, figure) }
        addUnknown(&writer, path.child("channel_values", String(index)))
      }
    }
    writer.integer(16, card.isRangeFound ? 1 : 0)
    if let decision = card.decision {
      writer.message(17) { writer in
        writer.double(1, decision.temperature)
        writer.string(2, decision.positiveClass ?? "")
        writer.double(3, decision.threshold)
        writer.string(4, decision.rule)
        writer.double(5, decision.leastConfidence)
        writer.double(6, decision.maximumError ?? 0)
        writer.integer(7, decision.items)
        addUnknown(&writer, path.child("decision"))
      }
    }
    addUnknown(&writer, path)
  }

  private func figures(
    _ writer: inout WireWriter, _ number: Int, _ figures: [String: Double], _ path: StructurePath
  ) {
    for (name, value) in figures.sortedByName() {
      writer.message(number) { writer in
        writer.string(1, name)
        writer.double(2, value)
        addUnknown(&writer, path.child("figure", name))
      }
    }
  }

  private func facts(_ writer: inout WireWriter, _ number: Int, _ facts: [String: String], _ path: StructurePath) {
    for (name, value) in facts.sortedByName() {
      writer.message(number) { writer in
        writer.string(1, name)
        writer.string(2, value)
        addUnknown(&writer, path.child("fact", name))
      }
    }
  }

  private func addUnknown(_ writer: inout WireWriter, _ path: @autoclosure () -> StructurePath) {
    guard !unknown.byPath.isEmpty, let bytes = unknown.byPath[path().text] else { return }
    writer.raw(bytes)
  }
}

extension Dictionary where Key == String {
  /// The entries in the order of their names' bytes, which doesn't depend on rules of any language.
  func sortedByName() -> [(key: String, value: Value)] {
    sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}

/// Parts as zoo.proto numbers them.
enum PartCode {
  private static let parts: [Part] = [.input, .backbone, .temporal, .head, .output]

  static func code(_ part: Part) -> Int { (parts.firstIndex(of: part) ?? -1) + 1 }
  static func part(_ code: Int) -> Part? { parts.indices.contains(code - 1) ? parts[code - 1] : nil }
}
