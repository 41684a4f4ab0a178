import Foundation

/// What `zoo verify` finds out about a file: whether it is whole, does what it did when it was exported, and what it
/// asks of a machine.
package struct ModelVerification: Codable, Sendable {
  package var path: String
  package var checks: [Check]
  /// `nil` if the structure can't be read.
  package var requirements: Requirements?

  package struct Check: Codable, Sendable, Hashable {
    package enum Outcome: String, Codable, Sendable {
      case passed, failed
      /// There was nothing to check, or an earlier check failed.
      case skipped
    }
    package var name: String
    package var outcome: Outcome
    /// What was found, in words.
    package var detail: String
  }

  package struct Requirements: Codable, Sendable {
    /// The version of the format; `nil` for ONNX files.
    package var formatVersion: Int?
    package var fileByteCount: Int
    /// Operators that the graph uses and how often, own ones with their domain.
    package var operators: [String: Int]
    package var opsets: [String: Int]
    /// Element types of parameters and constants.
    package var elementTypes: [String]
    /// Bytes of one execution for a single item; `nil` where shapes aren't known before the run.
    package var arenaByteCount: Int?
  }

  package var isPassed: Bool { checks.allSatisfy { $0.outcome != .failed } }

  /// Checks the `.zoo` or `.onnx` file at `path`: structure, digests of all tensors, values that are not finite, operators, self-test.
  /// O(bytes), about two seconds for a gigabyte, and one prediction. Problems of the file are results, not errors.
  package init(path: String, threads: Int = ThreadPool.availableProcessors, limits: LoadLimits = .default) {
    self.path = path
    checks = []
    guard let (file, model) = structure(limits: limits) else {
      skip(["digests", "finite values", "operators", "self-test"])
      return
    }
    check("digests", skipIf: file == nil ? "ONNX files have none" : nil) {
      try file?.verifyDigests()
      try file?.verifyFraming()
      return "\(Figures.counted(file?.entries.count ?? 0, "tensor")) checked: all are what was written"
    }
    finite(model)
    let arena = operators(model)
    check("self-test", skipIf: model.selfTest == nil ? "the file has none" : nil) {
      try LoadedModel(model, threads: threads).checkSelfTest()
      return "the outputs are those of the export"
    }
    requirements = requirements(file, model, arena: arena)
  }

  private mutating func structure(limits: LoadLimits) -> (ModelFile?, Model)? {
    var result: (ModelFile?, Model)?
    let path = path
    check("structure") {
      if path.hasSuffix(".onnx") {
        let model = try ONNX.read(path: path, limits: limits)
        result = (nil, model)
        return "\(Figures.counted(model.graph.nodes.count, "node")), ONNX"
      }
      let file = try ModelFile.open(path, limits: limits)
      let model = try file.load()
      result = (file, model)
      return "\(Figures.counted(model.graph.nodes.count, "node")), format version \(file.formatVersion)"
    }
    return result
  }

  private mutating func finite(_ model: Model) {
    check("finite values") {
      try model.graph.checkFinite()
      return "no parameter is infinite or not a number"
    }
  }

  /// Compiles the graph, which finds whatever this version can't execute. Returns the bytes of the arena.
  private mutating func operators(_ model: Model) -> Int? {
    var arena: Int?
    check("operators") {
      // Sizes that the file leaves open keep the graph from being typed, but not its operators from being looked up.
      if let missing = OperatorTable.current.missing(in: model.graph, opsets: model.opsets) { throw missing }
      do {
        arena = try ModelInspection(model).memory?.arena
      } catch is ValueNeeded {
        return "all are known; whether they accept their inputs shows in a run, because shapes depend on values"
      }
      guard arena != nil else {
        return "all are known; whether they accept their inputs shows in a run, because the file leaves sizes open"
      }
      return "all are known and accept their inputs"
    }
    return arena
  }

  private func requirements(_ file: ModelFile?, _ model: Model, arena: Int?) -> Requirements {
    var operators: [String: Int] = [:]
    for node in model.graph.nodes {
      operators[node.domain.isEmpty ? node.op : "\(node.domain).\(node.op)", default: 0] += 1
    }
    let types = Set(model.graph.initializers.values.map(\.elementType.description)).sorted()
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    return Requirements(
      formatVersion: file?.formatVersion, fileByteCount: file?.byteCount ?? size ?? 0, operators: operators,
      opsets: model.opsets,
      elementTypes: types, arenaByteCount: arena)
  }

  private mutating func check(_ name: String, skipIf reason: String? = nil, _ body: () throws -> String) {
    if let reason {
      checks.append(Check(name: name, outcome: .skipped, detail: reason))
      return
    }
    do {
      checks.append(Check(name: name, outcome: .passed, detail: try body()))
    } catch {
      checks.append(Check(name: name, outcome: .failed, detail: "\(error)"))
    }
  }

  private mutating func skip(_ names: [String]) {
    for name in names { check(name, skipIf: "the structure can't be read") { "" } }
  }
}

extension ModelVerification {
  /// For a terminal.
  package var text: String {
    var table = TextTable([("check", .left), ("outcome", .left), ("", .left)])
    for check in checks { table.add([check.name, check.outcome.rawValue, String(check.detail.lines[0])]) }
    var text = "\(path)\n\n\(table.text)"
    for check in checks where check.detail.lines.count > 1 { text += "\n\(check.name): \(check.detail)\n" }
    if let requirements {
      let operators = requirements.operators.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.key) ×\($0.value)" }.joined(separator: ", ")
      let version = requirements.formatVersion.map { "format version \($0)" } ?? "ONNX"
      text += "\nsize       \(Figures.bytes(requirements.fileByteCount)), \(version)\n"
      if let arena = requirements.arenaByteCount { text += "memory     \(Figures.bytes(arena)) for one item\n" }
      text += "precision  \(requirements.elementTypes.joined(separator: ", "))\n"
      text += "operators  \(operators)\n"
    }
    return text + "\n\(isPassed ? "passed" : "FAILED")\n"
  }
}

extension String {
  /// At least one.
  fileprivate var lines: [Substring] { split(separator: "\n", omittingEmptySubsequences: false) }
}
