import ZooData
import ZooPlugins

/// Holds one document against the schema and collects what is wrong with it.
struct SpecCheck {
  let document: SpecDocument
  let registry: Registry?
  /// The first ``SpecProblems/most``.
  private(set) var problems: [ZooError] = []

  private static let keys = Dictionary(SpecSchema.keys.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
  private static let sections: Set<String> = Set(
    SpecSchema.keys.flatMap { key in
      let names = key.path.split(separator: ".")
      return (0..<names.count - 1).map { names[...$0].joined(separator: ".") }
    })

  init(document: SpecDocument, registry: Registry?) {
    self.document = document
    self.registry = registry
  }

  /// Where the value of `path` stands, or else the nearest thing around it. O(keys): asked for what is wrong alone.
  private func position(of path: String) -> SourcePosition {
    let positions = document.positions
    var path = path[...]
    while let dot = path.lastIndex(of: ".") {
      if let position = positions[String(path)] { return position }
      path = path[..<dot]
    }
    return positions[String(path)] ?? document.root.position
  }

  /// The spec that the document gives; to be used only if there are no problems.
  mutating func spec(name: String) -> Spec {
    var spec = Spec()
    read(document.root, section: "", into: &spec)
    if spec.name.isEmpty { spec.name = name }
    if spec.data.source == .auto {
      spec.data.source = SourceInference.source(of: spec.data)
      if let error = SourceInference.otherTable(spec.data) { report(error, at: "data.root") }
      // Whoever writes settings for simulated cells, and no source, asks for them.
      let asksForSimulation = document.has("data.simulation") && !document.has("data.source")
      if spec.data.source == .auto, asksForSimulation { spec.data.source = .simulated }
    }
    checkParts(spec)
    // The folder of a finished run is there, whatever its name.
    let findings =
      SpecRules.findings(spec)
      + (registry == nil ? [] : SpecRules.folderName(spec.name) + SpecRules.simulatedTable(spec.data))
    for finding in findings where !hasProblem(at: finding.path) {
      report(finding.path, position(of: finding.path), finding.problem, finding.expected, finding.remedy)
    }
    return spec
  }

  private mutating func read(_ object: SourceValue, section: String, into spec: inout Spec) {
    guard case .object(let members) = object.content else {
      if object.content != .null {
        report(
          section, object.position, "\(object.found) isn't allowed", "an object with the keys \(names(in: section))",
          nil)
      }
      return
    }
    for member in members {
      let path = section.isEmpty ? member.key : "\(section).\(member.key)"
      if let key = Self.keys[path] {
        // `null` takes back what an extended spec says.
        if member.value.content == .null { continue }
        var mismatches: [SpecKind.Mismatch] = []
        if let value = key.kind.check(member.value, path: path, &mismatches) { key.write(&spec, value) }
        for mismatch in mismatches {
          report(mismatch.path, mismatch.position, mismatch.problem, mismatch.expected, mismatch.remedy)
        }
      } else if Self.sections.contains(path) {
        read(member.value, section: path, into: &spec)
      } else {
        reportUnknown(member, path: path, section: section)
      }
    }
  }

  // MARK: Parts

  private mutating func checkParts(_ spec: Spec) {
    check(spec.model.backbone, .backbone, "model.backbone")
    if let temporal = spec.model.temporal { check(temporal, .temporal, "model.temporal") }
    check(spec.model.head, .head, "model.head")
  }

  private mutating func check(_ part: PartSpec, _ kind: Plugin.Kind, _ path: String) {
    guard let registry, !hasProblem(at: path) else { return }
    do {
      let plugin = try registry.plugin(kind, part.name, path: path)
      for problem in plugin.problems(with: part.settings, path: path) { report(problem, at: path) }
    } catch {
      report(error, at: path)
    }
  }

  /// Adds a problem of a plugin, which knows the path but not the file.
  private mutating func report(_ error: ZooError, at part: String) {
    let path = error.location.path ?? part
    report(path, position(of: path), error.problem, error.expected, error.remedy)
  }

  // MARK: Messages

  private func hasProblem(at path: String) -> Bool {
    problems.contains { $0.location.path?.hasPrefix(path) ?? false }
  }

  private func names(in section: String) -> String {
    SpecKind.listed(siblings(in: section))
  }

  private func siblings(in section: String) -> [String] {
    let prefix = section.isEmpty ? "" : section + "."
    var names: [String] = []
    for key in SpecSchema.keys where key.path.hasPrefix(prefix) {
      let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
      if !names.contains(name) { names.append(name) }
    }
    return section.isEmpty ? SpecSchema.composition.map(\.path) + names : names
  }

  private mutating func reportUnknown(_ member: SourceValue.Member, path: String, section: String) {
    guard problems.count < SpecProblems.most else { return }
    let siblings = siblings(in: section)
    var remedy: String?
    if let nearest = NearestName.of(member.key, in: siblings) {
      remedy = "Did you mean '\(nearest)'?"
    } else if let elsewhere = Self.paths(endingIn: member.key).first {
      remedy = "Did you mean '\(elsewhere)'?"
    }
    report(path, member.keyPosition, "the key is unknown", SpecKind.listed(siblings), remedy)
  }

  /// Key paths whose last name is `name` or near it, the exact ones first.
  private static func paths(endingIn name: String) -> [String] {
    let all = SpecSchema.keys.map(\.path) + sections.sorted()
    func last(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }
    let exact = all.filter { last($0) == name }
    if !exact.isEmpty { return exact }
    guard let nearest = NearestName.of(name, in: all.map(last)) else { return [] }
    return all.filter { last($0) == nearest }
  }

  private mutating func report(
    _ path: String, _ position: SourcePosition, _ problem: String, _ expected: String?, _ remedy: String?
  ) {
    guard problems.count < SpecProblems.most else { return }
    var remedy = remedy
    if let file = position.file, let index = document.chain.firstIndex(of: file), index > 0 {
      let chain = document.chain[...index].joined(separator: " extends ")
      remedy = (remedy.map { $0 + " " } ?? "") + "(\(chain))"
    }
    problems.append(
      ZooError(
        .badInput, file: position.file, line: position.line, column: position.column, path: path, problem: problem,
        expected: expected, remedy: remedy))
  }
}
