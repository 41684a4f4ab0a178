/// Runs side by side: what each is, costs and achieves, and which differences are more than chance.
public struct Comparison: Codable, Sendable {
  /// The subset that all figures are of, e.g. `test`.
  public var subset: String
  public var runs: [Run]
  /// One for each set of runs that differ in nothing but the seed.
  public var seeds: [SeedSummary]
  /// Each pair of runs, in the order of ``runs``.
  public var pairs: [PairedComparison]
  /// What a reader should know before believing the table.
  public var cautions: [String]

  public struct Run: Codable, Sendable {
    public var name: String
    public var path: String
    public var seed: UInt64
    public var data: DataFacts
    public var model: ModelFacts
    public var training: TrainingFacts
    public var result: EvaluationResult
    public var log: [LogRecord]
  }

  /// Reads and compares the runs in `folders`.
  /// O(pairs · resamples · items).
  /// - Throws: ``ZooError`` if a folder is no finished run, or lacks predictions for `subset`.
  public init(
    _ folders: [RunFolder], subset: String = "test", resamples: Int = 2000, seed: UInt64 = 1
  ) throws {
    guard !folders.isEmpty else {
      throw ZooError(.usage, problem: "no run to compare", expected: "at least one run folder")
    }
    self.subset = subset
    let names = Self.names(folders)
    var predictions: [Predictions] = []
    var specs: [Spec] = []
    runs = []
    for (folder, name) in zip(folders, names) {
      let metrics = try folder.metrics()
      let spec = try folder.spec()
      let items = try Self.predictions(folder, subset: subset)
      var result = try EvaluationResult(items, resamples: resamples, seed: seed)
      result.secondsPerItem = metrics.subsets[subset]?.secondsPerItem
      runs.append(
        Run(
          name: name, path: folder.path, seed: spec.seed, data: metrics.data, model: metrics.model,
          training: metrics.training, result: result, log: folder.has(.log) ? try folder.log() : []))
      predictions.append(items)
      specs.append(spec)
    }
    seeds = Self.seedSummaries(runs, specs)
    (pairs, cautions) = Self.pairs(Array(zip(names, predictions)), resamples: resamples, seed: seed)
    cautions = Self.dataCautions(runs) + cautions
  }

  /// The folders' names, or their paths where two have the same name.
  private static func names(_ folders: [RunFolder]) -> [String] {
    folders.map { folder in
      folders.count { $0.name == folder.name } > 1 ? folder.path : folder.name
    }
  }

  private static func predictions(_ folder: RunFolder, subset: String) throws(ZooError) -> Predictions {
    let all = try folder.predictions()
    let items = all.labelled(subset: subset)
    guard !items.items.isEmpty else {
      let subsets = Set(all.labelled().items.map(\.subset)).sorted()
      throw ZooError(
        .badInput, file: folder.path(.predictions), problem: "has no labelled items of the subset '\(subset)'",
        expected: subsets.isEmpty ? nil : SpecKind.listed(subsets),
        remedy: subsets.isEmpty ? "Train with a share for validation or test in data.split" : nil)
    }
    return items
  }

  private static func seedSummaries(_ runs: [Run], _ specs: [Spec]) -> [SeedSummary] {
    var order: [Spec] = []
    var members: [Spec: [Int]] = [:]
    for (index, spec) in specs.enumerated() {
      var key = spec
      key.seed = 0
      key.name = ""
      key.summary = ""
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(index)
    }
    return order.compactMap { key in
      guard let indices = members[key], Set(indices.map { runs[$0].seed }).count > 1 else { return nil }
      return SeedSummary(runs: indices.map { runs[$0].name }, results: indices.map { runs[$0].result })
    }
  }

  private static func pairs(
    _ runs: [(String, Predictions)], resamples: Int, seed: UInt64
  ) -> ([PairedComparison], [String]) {
    var pairs: [PairedComparison] = []
    var cautions: [String] = []
    for (index, first) in runs.enumerated() {
      for second in runs[(index + 1)...] {
        do throws(ZooError) {
          pairs.append(
            try PairedComparison(
              first: (first.0, first.1), second: (second.0, second.1), resamples: resamples, seed: seed))
        } catch {
          cautions.append("not compared in a pair: \(error.problem)")
        }
      }
    }
    PairedComparison.adjust(&pairs)
    return (pairs, cautions)
  }

  private static func dataCautions(_ runs: [Run]) -> [String] {
    var cautions: [String] = []
    if Set(runs.map(\.data.fingerprint)).count > 1 {
      cautions.append("the runs were made from different data (fingerprints differ): their figures are not comparable")
    }
    for run in runs {
      cautions += run.result.cautions.map { "\(run.name): \($0)" }
    }
    return cautions
  }
}
