import ZooData

/// One model of a comparison: the runs of one spec that differ in nothing but the seed and the fold.
package struct ComparedModel: Codable, Sendable {
  package var name: String
  /// The runs' names.
  package var runs: [String]
  package var seeds: [UInt64]
  /// Folds of each seed; 1 without a cross-validation.
  package var folds: Int
  /// What the factors of the suite are in it; empty without a suite.
  package var levels: [SpecRun.Level]
  /// Figures that others published for it, by ``Metric``'s raw value.
  package var published: [String: Double]
  package var data: DataFacts
  package var model: ModelFacts
  /// Seconds of training of all runs.
  package var trainingSeconds: Double
  /// Means over the seeds; of a cross-validation, over all items, each predicted by the fold that it was held out from.
  package var result: EvaluationResult
  /// Over seeds (how training varies, not the choice of test items), by ``Metric``'s raw value; empty for one seed.
  package var spread: [String: Spread]
  /// The best of the baselines and its balanced accuracy, both as a mean over the runs; `nil` in runs of older versions.
  package var bestBaseline: NamedFigure?
  /// By the columns of the data that group the items, over all seeds and folds.
  package var subgroups: [SubgroupResult]
  /// Accuracy of each seed and fold by itself.
  package var accuracies: [RunAccuracy]

  package struct RunAccuracy: Codable, Sendable, Hashable {
    package var seed: UInt64
    package var fold: Int
    package var accuracy: Double
    /// Held-out items ÷ training items.
    package var testShare: Double
  }

  package struct NamedFigure: Codable, Sendable, Hashable {
    package var name: String
    package var value: Double

    /// For a column of a table.
    var shortName: String { name.replacing(" on simple features", with: "") }
  }

  /// What a reader knows it by: the levels of the suite's factors, or the name.
  var title: String { levels.isEmpty ? name : levels.map(\.level).joined(separator: ", ") }

  /// What is true of the splits of all its runs.
  var splitCautions: [String] = []

  /// What each seed predicted for the items of all folds.
  var replicates: [Predictions] = []

  private enum CodingKeys: String, CodingKey {
    case name, runs, seeds, folds, levels, published, data, model, trainingSeconds, result, spread, bestBaseline,
      subgroups, accuracies
  }

  /// Groups runs that differ in seed and fold alone, in the order of the first of each.
  /// - Throws: ``ZooError`` if two folds of one seed predicted the same item.
  static func models(
    _ runs: [Comparison.Run], _ predictions: [Predictions], _ specs: [Spec], suite: Suite?, resamples: Int, seed: UInt64
  ) throws(ZooError) -> [ComparedModel] {
    var order: [Spec] = []
    var members: [Spec: [Int]] = [:]
    for (index, spec) in specs.enumerated() {
      let key = spec.withoutSeedAndFold
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(index)
    }
    var models: [ComparedModel] = []
    for key in order {
      // Two runs of the same seed and fold are two trainings of the same thing, and stand by themselves.
      var sets: [[Int]] = []
      for index in members[key] ?? [] {
        let place = sets.firstIndex { set in
          !set.contains { specs[$0].seed == specs[index].seed && specs[$0].data.split == specs[index].data.split }
        }
        if let place { sets[place].append(index) } else { sets.append([index]) }
      }
      for set in sets {
        models.append(
          try ComparedModel(
            set.map { runs[$0] }, set.map { predictions[$0] }, set.map { specs[$0] }, suite: suite,
            resamples: resamples,
            seed: seed))
      }
    }
    return models
  }

  private init(
    _ runs: [Comparison.Run], _ predictions: [Predictions], _ specs: [Spec], suite: Suite?, resamples: Int, seed: UInt64
  ) throws(ZooError) {
    let member = suite?.members.first { member in Suite.digest(specs[0]) == member.spec }
    self.runs = runs.map(\.name)
    name = member.map { $0.model.isEmpty ? suite?.name ?? "" : $0.model } ?? Self.commonName(runs.map(\.name))
    levels = member?.levels ?? []
    published = member?.published ?? [:]
    data = runs[0].data
    model = runs[0].model
    let cautions = runs.map { $0.data.splitCautions ?? [] }
    splitCautions = cautions[0].filter { caution in cautions.allSatisfy { $0.contains(caution) } }
    trainingSeconds = runs.reduce(0) { $0 + $1.training.seconds }
    var bySeed: [UInt64: [Int]] = [:]
    for index in runs.indices { bySeed[specs[index].seed, default: []].append(index) }
    seeds = bySeed.keys.sorted()
    folds = bySeed.values.map(\.count).max() ?? 1
    replicates = []
    for seed in seeds {
      let parts = (bySeed[seed] ?? []).map { predictions[$0] }
      replicates.append(
        parts.count == 1 ? parts[0] : try Predictions(classes: parts[0].classes, items: parts.flatMap(\.items)))
    }
    result = try EvaluationResult(replicates: replicates, resamples: resamples, seed: seed)
    let times = runs.compactMap(\.result.secondsPerItem)
    result.secondsPerItem = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
    spread = [:]
    if replicates.count > 1 {
      let values = try replicates.map { replicate throws(ZooError) in
        try EvaluationResult(replicate, resamples: 0, seed: seed)
      }
      for metric in Metric.allCases {
        let known = values.compactMap { $0[metric] }
        if known.count == values.count { spread[metric.rawValue] = Spread(known) }
      }
    }
    bestBaseline = Self.bestBaseline(runs)
    subgroups = SubgroupResult.pooled(runs.map(\.subgroups))
    accuracies = runs.indices.map { index in
      let facts = runs[index].data.subsets
      return RunAccuracy(
        seed: specs[index].seed, fold: specs[index].data.split.fold,
        accuracy: runs[index].result[.accuracy] ?? .nan,
        testShare: Double(facts["test"]?.items ?? 0) / Double(max(facts["train"]?.items ?? 1, 1)))
    }
  }

  private static func bestBaseline(_ runs: [Comparison.Run]) -> NamedFigure? {
    let all = runs.compactMap(\.baselines)
    guard all.count == runs.count, let names = all.first?.map(\.name) else { return nil }
    let means = names.compactMap { name -> NamedFigure? in
      let values = all.compactMap { $0.first { $0.name == name }?[.balancedAccuracy] }
      return values.count == all.count
        ? NamedFigure(name: name, value: values.reduce(0, +) / Double(values.count)) : nil
    }
    return means.max { $0.value < $1.value }
  }

  /// What the names of runs of one model have in common: `resnet-seed1` and `resnet-seed2` are `resnet`.
  static func commonName(_ names: [String]) -> String {
    guard names.count > 1, let first = names.first else { return names.first ?? "" }
    var common = names.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    for ending in ["seed=", "seed", "fold=", "fold", "s"] where common.lowercased().hasSuffix(ending) {
      common = String(common.dropLast(ending.count))
      break
    }
    while let last = common.last, "-_,.= /".contains(last) { common.removeLast() }
    return common.isEmpty ? names.joined(separator: " + ") : common
  }
}

extension Spec {
  /// What runs of one model have in common.
  var withoutSeedAndFold: Spec {
    var key = self
    key.seed = 0
    key.name = ""
    key.summary = ""
    key.data.split.fold = 1
    if key.data.split.folds == 0 { key.data.split.holdOut = key.data.split.holdOut.isEmpty ? [] : [""] }
    return key
  }
}
