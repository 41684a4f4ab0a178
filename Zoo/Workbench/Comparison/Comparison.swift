import ZooData

/// Runs side by side: what each is, costs and achieves, and which differences are more than chance.
package struct Comparison: Codable, Sendable {
  /// The subset that all figures are of, e.g. `test`.
  package var subset: String
  package var runs: [Run]
  /// The runs grouped into what is compared: runs of one model differ in seed and fold alone.
  package var models: [ComparedModel]
  /// The suite that the runs are of, if they are.
  package var suite: Suite?
  /// Each pair of models, in the order of ``models``.
  package var pairs: [PairedComparison]
  /// By balanced accuracy, one for each set of models that tell the same classes apart; models that share a letter aren't
  /// told apart.
  package var rankings: [Ranking]
  /// What each factor of the suite does.
  package var factors: [FactorEffect]
  /// The largest difference in balanced accuracy that doesn't matter, if somebody said so.
  package var margin: Double?
  /// What differs between the specs of the runs: the key, and its value in each of them.
  package var settings: [SpecDifference]
  /// What a reader should know before believing the table.
  package var cautions: [String]

  package struct Run: Codable, Sendable {
    package var name: String
    package var path: String
    package var seed: UInt64
    package var data: DataFacts
    package var model: ModelFacts
    package var training: TrainingFacts
    package var result: EvaluationResult
    package var baselines: [BaselineResult]?
    package var log: [LogRecord]
    /// Summed up in ``ComparedModel/subgroups``.
    var subgroups: [SubgroupResult] = []

    private enum CodingKeys: String, CodingKey {
      case name, path, seed, data, model, training, result, baselines, log
    }
  }

  /// Reads and compares the runs in `folders`.
  /// O(resamples · items · runs + permutations · groups · pairs).
  /// - Parameters:
  ///   - suite: that the runs are of, which gives models their names and factors.
  ///   - margin: the largest difference in balanced accuracy that doesn't matter.
  /// - Throws: ``ZooError`` if a folder is no finished run, or lacks predictions for `subset`.
  package init(
    _ folders: [RunFolder], subset: String = "test", suite: Suite? = nil, margin: Double? = nil, resamples: Int = 2000,
    seed: UInt64 = 1
  ) throws {
    guard !folders.isEmpty else {
      throw ZooError(.usage, problem: "no run to compare", expected: "at least one run folder")
    }
    self.subset = subset
    self.suite = suite
    self.margin = margin
    let names = Self.names(folders)
    var predictions: [Predictions] = []
    var specs: [Spec] = []
    runs = []
    for (folder, name) in zip(folders, names) {
      let metrics = try folder.metrics()
      let spec = try folder.spec()
      let items = try Self.predictions(folder, subset: subset)
      // Intervals are those of models.
      var result = try EvaluationResult(items, resamples: 0, seed: seed)
      result.secondsPerItem = metrics.subsets[subset]?.secondsPerItem
      runs.append(
        Run(
          name: name, path: folder.path, seed: spec.seed, data: metrics.data, model: metrics.model,
          training: metrics.training, result: result, baselines: subset == "test" ? metrics.baselines : nil,
          log: folder.has(.log) ? try folder.log() : [],
          subgroups: subset == metrics.subgroupSubset ? metrics.subgroups ?? [] : []))
      predictions.append(items)
      specs.append(spec)
    }
    models = try ComparedModel.models(runs, predictions, specs, suite: suite, resamples: resamples, seed: seed)
    let sets = Self.comparable(models)
    (pairs, cautions) = Self.pairs(models, sets, seed: seed)
    rankings = Self.rankings(models, sets, pairs)
    let compared = models
    factors = suite.map { FactorEffect.effects($0, compared) } ?? []
    settings = SpecDifference.among(specs)
    let areNoted = predictions.allSatisfy { $0.items.allSatisfy { !$0.content.isEmpty } }
    cautions = Self.dataCautions(runs, models, areContentsNoted: areNoted) + cautions
  }

  /// Why figures say nothing of the cells, a sentence for each reason, with the models if it isn't true of all.
  package var confounding: [String] {
    var names: [(reason: String, models: [String])] = []
    for model in models {
      guard let reason = model.data.confounding else { continue }
      if let place = names.firstIndex(where: { $0.reason == reason }) {
        names[place].models.append(model.title)
      } else {
        names.append((reason, [model.title]))
      }
    }
    return names.map {
      $0.models.count == models.count ? $0.reason : "\($0.models.joined(separator: ", ")): \($0.reason)"
    }
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
    let rows = folder.has(.split) ? try folder.split() : []
    return items.noting(Dictionary(rows.map { ($0.id, $0.content) }) { first, _ in first })
  }

  /// Indices of the models that tell the same classes apart, in the order of the first of each set.
  private static func comparable(_ models: [ComparedModel]) -> [[Int]] {
    var order: [Set<String>] = []
    var sets: [Set<String>: [Int]] = [:]
    for (index, model) in models.enumerated() {
      let classes = Set(model.data.classes)
      if sets[classes] == nil { order.append(classes) }
      sets[classes, default: []].append(index)
    }
    return order.compactMap { sets[$0] }
  }

  private static func pairs(
    _ models: [ComparedModel], _ sets: [[Int]], seed: UInt64
  ) -> ([PairedComparison], [String]) {
    var pairs: [PairedComparison] = []
    var cautions: [String] = []
    if sets.count > 1 {
      let names = sets.map { models[$0[0]].data.classes.joined(separator: ", ") }
      cautions.append("models of other classes aren't compared with each other: \(names.joined(separator: " | "))")
    }
    for set in sets {
      for (place, index) in set.enumerated() {
        for other in set[(place + 1)...] {
          let (first, second) = (models[index], models[other])
          do throws(ZooError) {
            var pair = try PairedComparison(
              first: (first.name, first.replicates), second: (second.name, second.replicates), seed: seed)
            pair.correctedT = correctedT(first, second)
            pairs.append(pair)
          } catch {
            cautions.append("not compared in a pair: \(error.problem)")
          }
        }
      }
    }
    PairedComparison.adjust(&pairs)
    if let caution = PairedComparison.powerCaution(pairs) { cautions.append(caution) }
    return (pairs, cautions)
  }

  private static func rankings(_ models: [ComparedModel], _ sets: [[Int]], _ pairs: [PairedComparison]) -> [Ranking] {
    let places = Dictionary(models.enumerated().map { ($1.name, $0) }) { first, _ in first }
    var told: Set<Set<Int>> = []
    for pair in pairs {
      if let p = pair[.balancedAccuracy]?.adjustedPValue, p < 0.05, let first = places[pair.first],
        let second = places[pair.second]
      {
        told.insert([first, second])
      }
    }
    return sets.map { set in
      Ranking(set, value: { models[$0].result[.balancedAccuracy] ?? 0 }, differ: { told.contains([$0, $1]) })
    }
  }

  /// Over the seeds and folds that both were trained with.
  private static func correctedT(_ first: ComparedModel, _ second: ComparedModel) -> CorrectedResampledT? {
    let pairs = first.accuracies.compactMap { one in
      second.accuracies.first { $0.seed == one.seed && $0.fold == one.fold }.map { (one, $0) }
    }
    guard let share = pairs.first?.0.testShare else { return nil }
    return CorrectedResampledT(pairs.map { $1.accuracy - $0.accuracy }, testShare: share)
  }

  private static func dataCautions(
    _ runs: [Run], _ models: [ComparedModel], areContentsNoted: Bool
  ) -> [String] {
    var cautions: [String] = []
    // Runs that see other channels or classes of the same images have other fingerprints, and are compared item by item.
    if Set(runs.map(\.data.fingerprint)).count > 1, !areContentsNoted {
      cautions.append(
        "the runs were made from different data or other channels of it, and some didn't note their images: "
          + "items are taken for the same by their names")
    }
    for model in models {
      guard let baseline = model.bestBaseline, let own = model.result[.balancedAccuracy] else { continue }
      if own <= baseline.value {
        cautions.append("\(model.title): no better than '\(baseline.name)', which needs no network")
      } else if let interval = model.result.interval(.balancedAccuracy), interval.lower <= baseline.value {
        cautions.append(
          "\(model.title): not shown to be better than '\(baseline.name)' (\(Figures.fixed(baseline.value))), which needs no network"
        )
      }
    }
    var said: [(caution: String, models: [String])] = []
    for model in models {
      for caution in model.splitCautions + model.result.cautions {
        if let place = said.firstIndex(where: { $0.caution == caution }) {
          said[place].models.append(model.title)
        } else {
          said.append((caution, [model.title]))
        }
      }
    }
    // What is true of all is said once.
    cautions += said.map { caution, names in
      names.count == models.count
        ? caution
        : names.count > 3
          ? "\(caution) (\(names.count) of \(models.count) models)" : "\(names.joined(separator: ", ")): \(caution)"
    }
    return cautions
  }
}
