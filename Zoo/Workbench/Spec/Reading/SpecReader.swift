import ZooPlugins

/// Reads specs strictly: whatever is wrong is found in one reading and reported together, before any work.
public struct SpecReader: Sendable {
  var catalogue: SpecCatalogue
  var registry: Registry?

  /// - Parameter registry: the plugins that `model` may name; `nil` takes any name and settings, for specs of finished
  ///   runs.
  public init(catalogue: SpecCatalogue = .standard, registry: Registry? = .standard) {
    self.catalogue = catalogue
    self.registry = registry
  }

  /// The runs of the spec that `reference` names, which is a name of the catalogue or a path.
  ///
  /// One run, or one for each combination that `sweep` asks for.
  /// - Parameter overrides: `key.path=value`, the later over the earlier; values are JSON5, and bare words are texts.
  /// - Throws: ``SpecProblems`` with everything that is wrong, or ``ZooError`` if a file can't be read at all.
  public func read(_ reference: String, overrides: [String] = []) throws -> [SpecRun] {
    try resolve(SpecLoader(catalogue: catalogue).load(reference), overrides: overrides, name: Self.stem(reference))
  }

  /// The runs of a spec given as text; `file` is what messages call it.
  public func read(text: String, file: String, overrides: [String] = []) throws -> [SpecRun] {
    try resolve(
      SpecLoader(catalogue: catalogue).load(text: text, file: file), overrides: overrides, name: Self.stem(file))
  }

  /// As ``read(_:overrides:)``, for what takes a single run.
  public func readOne(_ reference: String, overrides: [String] = []) throws -> Spec {
    try Self.one(read(reference, overrides: overrides), reference)
  }

  /// As ``read(text:file:overrides:)``, for what takes a single run, such as the resolved spec of a model.
  public func readOne(text: String, file: String, overrides: [String] = []) throws -> Spec {
    try Self.one(read(text: text, file: file, overrides: overrides), file)
  }

  private static func one(_ runs: [SpecRun], _ reference: String) throws -> Spec {
    guard runs.count == 1, let run = runs.first else {
      throw ZooError(
        .usage, file: reference, path: "sweep", problem: "the spec makes \(runs.count) runs",
        expected: "a spec of one run",
        remedy: "Add sweep=null")
    }
    return run.spec
  }

  private func resolve(_ document: SpecDocument, overrides: [String], name: String) throws -> [SpecRun] {
    var document = document
    for argument in overrides { try document.override(argument: argument) }
    let variations = try SweepReader.variations(document.take("sweep"))
    var runs: [SpecRun] = []
    var problems: [ZooError] = []
    for variation in variations {
      var varied = document
      for change in variation { varied.override(change.path.split(separator: ".").map(String.init), change.value) }
      var check = SpecCheck(document: varied, registry: registry)
      let spec = check.spec(name: name)
      for problem in check.problems where !problems.contains(problem) { problems.append(problem) }
      let changes = variation.map { SpecRun.Change(path: $0.path, value: $0.value.json) }
      runs.append(SpecRun(variation: changes, spec: spec, positions: varied.positions))
    }
    guard problems.isEmpty else { throw SpecProblems(problems) }
    return runs
  }

  /// `Zoo/Specs/quickstart.json5` → `quickstart`.
  static func stem(_ reference: String) -> String {
    let file = reference.split(separator: "/").last.map(String.init) ?? reference
    for ending in [".json5", ".json"] where file.hasSuffix(ending) { return String(file.dropLast(ending.count)) }
    return file
  }
}

/// One run of a spec.
public struct SpecRun: Sendable, Hashable {
  /// One value that a sweep gave to a key.
  public struct Change: Sendable, Hashable {
    public var path: String
    public var value: JSONValue
  }

  /// What tells this run from the others of the sweep; empty without a sweep.
  public var variation: [Change]
  public var spec: Spec
  /// Where the value of each key path was written, for what is found wrong later.
  let positions: [String: SourcePosition]

  /// `error` with the place in the spec that its path names, unless it has a place already.
  public func located(_ error: ZooError) -> ZooError {
    guard error.location.file == nil, var path = error.location.path else { return error }
    while true {
      if let position = positions[path] {
        var located = error
        located.location.file = position.file
        located.location.line = position.line
        located.location.column = position.column
        return located
      }
      guard let dot = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return error }
      path = String(path[..<dot])
    }
  }

  /// What the sweep changed, as words of a command line.
  public var overrides: [String] { variation.map { "\($0.path)=\($0.value.canonicalText(indented: false))" } }

  /// E.g. `backbone=resnet18,seed=2`; empty without a sweep. Letters that don't fit into a file's name are replaced.
  public var label: String {
    variation.map { change in
      let value = if case .string(let text) = change.value { text } else { change.value.canonicalText(indented: false) }
      let key = change.path.split(separator: ".").last ?? ""
      return "\(key)=\(value)"
    }.joined(separator: ",").map { $0.isLetter || $0.isNumber || "=,._-+".contains($0) ? String($0) : "-" }.joined()
  }
}
