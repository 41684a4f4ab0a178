/// What the compiler makes of a model, pass by pass, for `zoo show --pass`.
package struct PassListing: Codable, Sendable {
  package var passes: [Stage]

  package struct Stage: Codable, Sendable {
    package var name: String
    package var summary: String
    /// Nodes after the pass.
    package var nodes: Int
    /// The program after the pass, a line for each node.
    package var listing: [String]
    /// What the pass left alone, and why.
    package var missed: [MissedFusion]
  }

  /// The names that `--pass` takes, in the order of application.
  package static func names(for purpose: Pass.Purpose = .prediction) -> [String] {
    Pass.passes(for: purpose).map(\.name)
  }

  /// Compiles `model` for `batch` items and keeps what each pass made.
  /// - Throws: ``ZooError`` if the graph isn't valid; ``ValueNeeded`` if shapes depend on values of the run.
  package init(
    _ model: Model, batch: Int = 1, inputTypes: [String: TensorType] = [:], purpose: Pass.Purpose = .prediction
  ) throws {
    let types = ModelSummary.types(model, batch: batch, inputTypes: inputTypes)
    var program = try Program(model.graph, opsets: model.opsets, inputTypes: types)
    passes = [try Self.stage("input", "the graph as the file has it", program)]
    for pass in Pass.passes(for: purpose) {
      program = try pass.apply(program)
      passes.append(try Self.stage(pass.name, pass.summary, program))
    }
  }

  private static func stage(_ name: String, _ summary: String, _ program: Program) throws -> Stage {
    Stage(
      name: name, summary: summary, nodes: program.nodes.count,
      listing: program.nodes.map { line($0, program.types) }, missed: try program.missedFusions(after: name))
  }

  /// `y: float32[1, 8] = Relu(x)`.
  private static func line(_ node: Node, _ types: [String: TensorType]) -> String {
    let outputs = node.outputs.map { name in
      name.isEmpty ? "_" : "\(name): \(types[name]?.description ?? "?")"
    }
    let inputs = node.inputs.map { $0.isEmpty ? "_" : $0 }
    let op = node.domain.isEmpty ? node.op : "\(node.domain).\(node.op)"
    return "\(outputs.joined(separator: ", ")) = \(op)(\(inputs.joined(separator: ", ")))"
  }

  /// The stage after the pass of this name; the file's graph is `input`.
  /// - Throws: ``ZooError`` naming the passes there are.
  package func stage(_ name: String) throws(ZooError) -> Stage {
    guard let stage = passes.first(where: { $0.name == name }) else {
      throw ZooError(
        .usage, problem: "there is no pass '\(name)'", expected: passes.map(\.name).joined(separator: ", "))
    }
    return stage
  }
}

extension PassListing.Stage {
  package var text: String {
    "\(name): \(summary)\n" + listing.map { "  \($0)\n" }.joined()
      + missed.map { "  # \($0.node): \($0.reason)\n" }.joined() + "\(Figures.counted(nodes, "node"))\n"
  }
}
