import ZooData
import ZooPlugins

/// Makes one model of the finished runs of one model: the mean of their probabilities, or of their weights where that is
/// better on the validation items.
package struct EnsembleExport {
  /// What came out.
  package struct Result: Codable, Sendable {
    /// The members' names.
    package var members: [String]
    /// `probabilities` or `weights`: what is averaged.
    package var averaged: String
    /// Why, in words.
    package var reason: String
    /// By what was evaluated: each member's mean, the mean of probabilities, the mean of weights. Empty if the members were
    /// validated on different items.
    package var evaluations: [Evaluation]

    package struct Evaluation: Codable, Sendable {
      package var name: String
      package var validation: Quality
      /// `nil` without test items.
      package var test: Quality?
    }

    package struct Quality: Codable, Sendable {
      package var items: Int
      package var accuracy: Double
      package var balancedAccuracy: Double
      package var logLoss: Double
    }
  }

  private let runs: [RunFolder]
  private let members: [Model]
  private let threads: Int

  /// - Parameter runs: at least two finished runs.
  /// - Throws: ``ZooError`` if there are fewer, or one isn't finished.
  package init(_ runs: [RunFolder], threads: Int) throws {
    guard runs.count > 1 else {
      throw ZooError(
        .usage, problem: "an ensemble of \(Figures.counted(runs.count, "run"))", expected: "at least two finished runs")
    }
    self.runs = runs
    self.threads = threads
    members = try runs.map { try Model.load($0.path) }
  }

  /// Chooses and makes the model. O(members · items).
  package func run() throws -> (model: Model, result: Result) {
    var model = try Ensemble.averagingProbabilities(members)
    var result = Result(
      members: runs.map(\.name), averaged: "probabilities",
      reason: "the members were validated on different items, so that nothing could be chosen by", evaluations: [])
    let isSplitAlike = try isSplitAlike()
    let data = isSplitAlike ? try sharedData() : nil
    if isSplitAlike { result.reason = "there are no validation items to choose by" }
    if let data {
      let ensemble = try evaluation("mean of the probabilities", [model], data)
      result.evaluations = [try evaluation("one member, on average", members, data), ensemble]
      result.reason = "the members' graphs differ in more than weights"
      if let soup = try Ensemble.averagingWeights(members) {
        let other = try evaluation("mean of the weights", [soup], data)
        result.evaluations.append(other)
        let isBetter =
          (other.validation.balancedAccuracy, -other.validation.logLoss)
          > (ensemble.validation.balancedAccuracy, -ensemble.validation.logLoss)
        if isBetter { (model, result.averaged) = (soup, "weights") }
        result.reason =
          "better on the \(other.validation.items) validation items, by balanced accuracy and then log loss"
      }
      let chosen = result.evaluations.first { $0.name == "mean of the \(result.averaged)" } ?? ensemble
      for (subset, quality) in [("validation", chosen.validation), ("test", chosen.test)] {
        guard let quality else { continue }
        model.card.metrics["\(subset).accuracy"] = quality.accuracy
        model.card.metrics["\(subset).balanced_accuracy"] = quality.balancedAccuracy
        model.card.metrics["\(subset).log_loss"] = quality.logLoss
      }
    }
    if !isSplitAlike {
      model.card.notes[Ensemble.nothingHeldOut] = "none: what a member was tested on, others were trained on"
    }
    model.card.notes["ensemble"] =
      "the mean of the \(result.averaged) of \(members.count) models (\(result.members.joined(separator: ", "))): "
      + result.reason
    let sample = try members[0].selfTest?.inputs.first?.value ?? .ramp(sampleShape)
    return (try model.exported(selfTest: sample, threads: threads), result)
  }

  private var sampleShape: [Int] {
    let card = members[0].card
    return [1] + (card.frames.map { [$0] } ?? []) + [card.channels.count, card.imageSize.height, card.imageSize.width]
  }

  private struct SharedData {
    let cache: SampleCache
    let split: Split
    let batch: Int
  }

  /// Whether no member was trained on what another was validated or tested on.
  private func isSplitAlike() throws -> Bool {
    let splits = try runs.map { run in
      Dictionary(try run.split().map { ($0.id, $0.subset) }) { first, _ in first }
    }
    return splits.allSatisfy { $0 == splits[0] } && Set(members.map(\.card.dataFingerprint)).count == 1
  }

  /// The data of all members; `nil` without validation items.
  private func sharedData() throws -> SharedData? {
    let spec = try members[0].spec(overrides: [], path: runs[0].path)
    let dataset = try Dataset.open(spec.data).fitting(members[0].card, isRangeGiven: false)
    let split = try dataset.split(spec.data.split)
    guard !split.validation.isEmpty else { return nil }
    return SharedData(cache: SampleCache(dataset), split: split, batch: spec.train.batch)
  }

  /// The means over `models`.
  private func evaluation(_ name: String, _ models: [Model], _ data: SharedData) throws -> Result.Evaluation {
    func quality(_ subset: Subset) throws -> Result.Quality {
      let all = try models.map { model in
        let items = try Predictor(model, batch: data.batch, threads: threads)
          .predictions(data.cache, data.split[subset], subset: subset.rawValue) { _ in "" }
        let sample = MetricSample(try Predictions(classes: model.card.classes, items: items))
        let ones = Array(repeating: 1, count: sample.groups.count)
        return sample.values(of: [.accuracy, .balancedAccuracy, .logLoss], weights: ones).map { $0 ?? .nan }
      }
      func mean(_ place: Int) -> Double { all.reduce(0) { $0 + $1[place] } / Double(all.count) }
      return Result.Quality(
        items: data.split[subset].count, accuracy: mean(0), balancedAccuracy: mean(1), logLoss: mean(2))
    }
    return Result.Evaluation(
      name: name, validation: try quality(.validation), test: data.split.test.isEmpty ? nil : try quality(.test))
  }
}

extension EnsembleExport.Result {
  /// For a terminal.
  package var text: String {
    var text = "\(members.count) members, the mean of their \(averaged): \(reason)\n"
    guard !evaluations.isEmpty else { return text }
    var table = TextTable([
      ("", .left), ("validation balanced accuracy", .right), ("log loss", .right), ("test balanced accuracy", .right),
      ("log loss", .right),
    ])
    for row in evaluations {
      table.add([
        row.name, Figures.fixed(row.validation.balancedAccuracy, 4), Figures.fixed(row.validation.logLoss, 4),
        Figures.fixed(row.test?.balancedAccuracy, 4), Figures.fixed(row.test?.logLoss, 4),
      ])
    }
    text += "\n" + table.text
    return text
  }
}
