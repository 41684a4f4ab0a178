import ZooData
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

  /// Whether an override changes what a summary speaks of.
  private static func changesModel(_ override: String) -> Bool {
    let path = override.prefix { $0 != "=" }
    return path == "model" || path.hasPrefix("model.")
      || ["data.channels", "data.classes", "data.relabel", "data.frames"].contains(path)
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
    // A summary says what the file describes, which isn't what is made any more.
    if overrides.contains(where: Self.changesModel), !overrides.contains(where: { $0.hasPrefix("summary=") }) {
      _ = document.take("summary")
    }
    let variations = try SweepReader.variations(document.take("sweep"))
    let seedValue = document.take("seeds")
    let foldValue = document.take("folds")
    let published = try PublishedFigures(document.take("published"))
    let seeds = try SweepReader.seeds(seedValue)
    let folds = try SweepReader.folds(foldValue)
    var groups = DataGroups()
    var runs: [SpecRun] = []
    var problems: [ZooError] = []
    for variation in variations {
      if problems.count >= SpecProblems.most { break }
      var varied = document
      for change in variation.changes {
        varied.override(change.path.split(separator: ".").map(String.init), change.value)
      }
      var check = SpecCheck(document: varied, registry: registry)
      let spec = check.spec(name: name)
      for problem in check.problems where !problems.contains(problem) && problems.count < SpecProblems.most {
        problems.append(problem)
      }
      let changes = variation.changes.map { SpecRun.Change(path: $0.path, value: $0.value.json) }
      // A sweep over seeds makes no other model.
      var run = SpecRun(
        name: variation.name, levels: variation.levels.filter { $0.factor != "seed" }, variation: changes, spec: spec,
        document: varied)
      if changes.contains(where: { $0.path == "seed" }) { run.seed = spec.seed }
      run.published = published.figures(for: variation.levels)
      guard problems.isEmpty else { continue }
      let groups = folds == .leaveOneGroupOut ? try groups.of(run, at: foldValue ?? document.root) : []
      for run in seeds.map({ $0.map(run.seeded) }) ?? [run] {
        runs += run.folded(folds, groups: groups)
        guard runs.count <= SweepReader.mostRuns else {
          throw SweepReader.refuse(
            foldValue ?? seedValue ?? document.root, "asks for more than \(SweepReader.mostRuns) runs", path: "folds")
        }
      }
    }
    if problems.count >= SpecProblems.most {
      problems.append(
        ZooError(
          .badInput, file: document.chain.first, problem: "more may be wrong than these \(SpecProblems.most)",
          remedy: "Mend them first"))
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
