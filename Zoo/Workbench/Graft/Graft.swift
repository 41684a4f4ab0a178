import ZooData
import ZooPlugins

/// A trained model in which parts were exchanged: weights that fit are kept, the rest is initialized.
package struct Graft: Sendable {
  package struct Change: Sendable {
    /// What a spec calls the part; `nil` keeps it.
    package var backbone: PartSpec?
    package var temporal: PartSpec?
    package var head: PartSpec?
    /// `nil` keeps the classes.
    package var classes: [String]?

    package init() {}

    var isEmpty: Bool { backbone == nil && temporal == nil && head == nil && classes == nil }
  }

  /// What became of one part.
  package struct PartReport: Codable, Sendable, Hashable {
    package var part: String
    package var name: String
    /// Parameters that kept their values, or came with a file.
    package var kept: [String]
    /// Parameters that start anew.
    package var initialized: [String]
    /// Parameters of the old part that nothing takes.
    package var dropped: [String]
  }

  /// The new model, with a self-test.
  package let model: Model
  package let parts: [PartReport]

  /// - Parameter path: of the model, for messages.
  /// - Throws: ``ZooError`` if the model carries no spec, a part isn't known or breaks the contract, or nothing is to be
  ///   changed. Nothing is written.
  package init(
    _ old: Model, path: String, _ change: Change, registry: Registry = .standard, threads: Int
  ) throws {
    guard !change.isEmpty else {
      throw ZooError(
        .usage, problem: "nothing is to be exchanged", expected: "--head, --backbone, --temporal or --classes")
    }
    var spec = try old.spec(overrides: [], path: path)
    if let part = change.backbone { spec.model.backbone = part }
    if let part = change.temporal { spec.model.temporal = part }
    if let part = change.head { spec.model.head = Self.denser(part, for: old) }
    if let classes = change.classes { spec.data.classes = classes }
    var description = ModelDescription(
      name: spec.name, channels: old.card.channels, classes: spec.data.classes, height: old.card.imageSize.height,
      width: old.card.imageSize.width, frames: old.card.frames, backbone: spec.model.backbone,
      temporal: old.card.frames == nil ? nil : spec.model.temporal, head: spec.model.head, seed: spec.seed)
    description.summary = old.card.summary
    if let mean: [Float] = old.graph.initializers["input.mean"]?.values(),
      let deviation: [Float] = old.graph.initializers["input.deviation"]?.values()
    {
      description.normalization = .init(mean: mean, deviation: deviation)
    }
    // The contract is checked here: by each part as it is built, and by the graph.
    var model = try registry.assemble(description)
    var card = old.card
    card.classes = description.classes
    card.spec = spec.canonicalText
    card.metrics = [:]
    parts = try Self.transplant(from: old.graph, to: &model.graph, change, spec)
    let isUntrained = parts.contains { !$0.initialized.isEmpty }
    card.notes["graft"] = parts.map(\.text).joined(separator: "; ")
    if isUntrained { card.notes["training"] = "partly none: some weights are initial" }
    model.card = card
    let frames = old.card.frames.map { [$0] } ?? []
    let shape = [1] + frames + [card.channels.count, card.imageSize.height, card.imageSize.width]
    self.model = try model.exported(selfTest: .ramp(shape), threads: threads)
  }

  /// A dense head in place of one behind a mean over the whole map averages over as many positions, if nothing else is said:
  /// on a crop it then says the same.
  private static func denser(_ head: PartSpec, for old: Model) -> PartSpec {
    guard head.name == "dense", head.settings["pool"] == nil,
      !old.graph.nodes.contains(where: { $0.outputs.contains(Registry.Border.map) && $0.op == "Conv" }),
      let pool = old.graph.nodes.last(where: { $0.op == "GlobalAveragePool" && $0.part == .backbone }),
      let input = old.graph.inputs.first?.name,
      let program = try? Program(
        old.graph, opsets: old.opsets,
        inputTypes: [
          input: TensorType(
            .float32, [1, old.card.channels.count, old.card.imageSize.height, old.card.imageSize.width])
        ]), let type = program.types[pool.inputs[0]], type.rank == 4, type.shape[2] == type.shape[3]
    else { return head }
    var dense = head
    dense.settings["pool"] = .number(Double(type.shape[2]))
    return dense
  }

  private static func transplant(
    from old: Graph, to graph: inout Graph, _ change: Change, _ spec: Spec
  ) throws -> [PartReport] {
    let parts: [(Part, PartSpec?, PartSpec?)] = [
      (.backbone, spec.model.backbone, change.backbone), (.temporal, spec.model.temporal, change.temporal),
      (.head, spec.model.head, change.head),
    ]
    var reports: [PartReport] = []
    for (part, now, changed) in parts {
      guard let now, graph.nodes.contains(where: { $0.part == part }) else { continue }
      let weights = graph.parameters().filter { $0.part == part && $0.role != .constant }.map(\.name)
      let theirs = old.parameters().filter { $0.part == part && $0.role != .constant }.map(\.name)
      var report = PartReport(part: part.rawValue, name: now.name, kept: [], initialized: [], dropped: theirs)
      if let changed, GraphFile.isFile(changed.name) {
        report.kept = weights
      } else if let transfer = try? graph.takeWeights(of: part, from: old) {
        report.kept = transfer.matched
        report.initialized = transfer.missing + transfer.mismatched.map(\.name)
        report.dropped = transfer.unused + transfer.mismatched.map(\.name)
        takeAsConvolutions(&graph, transfer, from: old, &report)
      } else {
        report.initialized = weights
        takeAsConvolutions(&graph, nil, from: old, &report)
      }
      reports.append(report)
    }
    return reports
  }

  /// A matrix [K, F] is a 1 × 1 convolution [K, F, 1, 1] as it is.
  private static func takeAsConvolutions(
    _ graph: inout Graph, _ transfer: WeightTransfer?, from old: Graph, _ report: inout PartReport
  ) {
    for name in report.initialized {
      guard let here = graph.initializers[name], let there = old.initializers[name],
        here.shape == there.shape + [1, 1] && there.shape.count == 2 || (transfer == nil && here.type == there.type),
        let values: [Float] = there.values(), let tensor = try? Tensor(shape: here.shape, values)
      else { continue }
      graph.initializers[name] = tensor
      report.kept.append(name)
      report.initialized.removeAll { $0 == name }
      report.dropped.removeAll { $0 == name }
    }
  }

  /// A line for each part.
  package var text: String { parts.map { $0.text + "\n" }.joined() }
}

extension Graft.PartReport {
  /// `head linear: 1 kept, 1 initialized (head.fc.weight), 1 dropped (head.fc.weight)`.
  package var text: String {
    func list(_ what: String, _ names: [String]) -> String {
      let shown = names.isEmpty ? "" : " (\(names.prefix(4).joined(separator: ", "))\(names.count > 4 ? ", …" : ""))"
      return "\(names.count) \(what)\(shown)"
    }
    return "\(part) \(name): \(Figures.counted(kept.count, "weight")) kept, "
      + "\(list("initialized", initialized)), \(list("dropped", dropped))"
  }
}
