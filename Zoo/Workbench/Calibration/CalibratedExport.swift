import ZooData
import ZooPlugins

/// Makes a model whose probabilities mean what they say, and which says when it is uncertain.
///
/// This is done when a model is exported, not when it is trained: it changes no weight, the stated error and the operating
/// threshold are its user's choice, and one run may be exported for several uses.
package struct CalibratedExport {
  /// What is wanted beside the temperature.
  package struct Options: Sendable {
    /// How the threshold of a two-class model is chosen; `nil` for the most probable class.
    package var rule: OperatingPoint.Rule?
    /// The class that ``rule`` is about; the last if `nil`.
    package var positiveClass: String?
    /// The largest share of wrong answers among the certain ones; `nil` for no uncertain answers.
    package var maximumError: Double?

    package init() {}
  }

  /// What came out.
  package struct Result: Codable, Sendable {
    package var decision: Decision
    /// By subset: `validation`, which all was found with, and `test` where there is one.
    package var subsets: [String: Reliability]

    package struct Reliability: Codable, Sendable {
      package var items: Int
      package var before: Quality
      package var after: Quality
      /// Answers that are certain, and the share of them that is wrong; `nil` without an uncertain outcome.
      package var certainItems: Int?
      package var certainError: Double?
    }

    package struct Quality: Codable, Sendable {
      package var accuracy: Double
      package var balancedAccuracy: Double
      package var logLoss: Double
      package var expectedCalibrationError: Double
    }
  }

  private let model: Model
  private let path: String
  private let threads: Int

  /// - Parameter path: what messages call the model.
  package init(_ model: Model, path: String, threads: Int) throws(ZooError) {
    self.model = model
    self.path = path
    self.threads = threads
    guard !model.card.classes.isEmpty, !model.card.spec.isEmpty else {
      throw ZooError(
        .badInput, file: path, problem: "the model's card doesn't name classes and the data that it was trained on",
        expected: "a model that zoo train made")
    }
    if let note = model.card.notes[Ensemble.nothingHeldOut] {
      throw ZooError(
        .badInput, file: path, problem: "nothing is left to calibrate on: held-out items: \(note)",
        remedy: "Calibrate the members before they are joined, or join runs that were split alike")
    }
  }

  /// Finds the temperature, the threshold and the least confidence on the validation items of the model's own data, and
  /// evaluates before and after on all that was held out. O(items).
  /// - Throws: ``ZooError`` if there is no validation set, or no confidence meets the stated error.
  package func run(_ options: Options = Options()) throws -> (model: Model, result: Result) {
    let spec = try model.spec(overrides: [], path: path)
    let dataset = try Dataset.open(spec.data).fitting(model.card, isRangeGiven: false)
    let split = try dataset.split(spec.data.split)
    guard !split.validation.isEmpty else {
      throw ZooError(
        .badInput, path: "data.split.validation",
        problem: "the model's data have no validation items to calibrate with",
        remedy: "Train with a share for validation")
    }
    let cache = SampleCache(dataset)
    let groups = dataset.independentNames(by: spec.data.split.by)
    func predictions(_ model: Model, _ subset: Subset) throws -> Predictions {
      let items = try Predictor(model, batch: spec.train.batch, threads: threads)
        .predictions(cache, split[subset], subset: subset.rawValue, group: groups)
      return try Predictions(classes: model.card.classes, items: items).labelled()
    }

    let logits = try self.logits(cache, split.validation)
    let known = split.validation.indices.filter { dataset.samples[split.validation[$0]].label != nil }
    let labels = known.compactMap { dataset.samples[split.validation[$0]].label }
    guard let scaling = TemperatureScaling(logits: known.map { logits[$0] }, labels: labels) else {
      throw ZooError(.badInput, path: "data", problem: "no validation item has a label")
    }
    var calibrated = model
    calibrated.graph = try model.graph.dividingLogits(by: scaling.temperature)
    calibrated.card.decision = nil
    var plain = model
    plain.graph = try model.graph.dividingLogits(by: 1)
    plain.card.decision = nil
    let found = try predictions(calibrated, .validation)
    let decision = try decision(options, temperature: scaling.temperature, found)
    calibrated.card.decision = decision

    var result = Result(decision: decision, subsets: [:])
    for subset in [Subset.validation, .test] where !split[subset].isEmpty {
      let before = try predictions(plain, subset)
      let after = (subset == .validation ? found : try predictions(calibrated, subset)).decided(by: decision)
      result.subsets[subset.rawValue] = try reliability(before, after, decision)
      for (name, value) in try EvaluationResult(after, resamples: 0).metrics {
        calibrated.card.metrics["\(subset.rawValue).\(name)"] = value
      }
    }
    calibrated.card.notes["calibration"] = result.note
    let sample = try Tensor(shape: [1] + dataset.sampleShape, try dataset.load(split.validation[0]))
    return (try calibrated.exported(selfTest: sample, threads: threads), result)
  }

  private func decision(
    _ options: Options, temperature: Double, _ validation: Predictions
  ) throws(ZooError) -> Decision {
    var decision = Decision(temperature: temperature, items: validation.items.count)
    if let rule = options.rule {
      let classes = validation.classes
      let positive = options.positiveClass ?? classes.last ?? ""
      guard classes.count == 2, let index = classes.firstIndex(of: positive) else {
        throw ZooError(
          .usage, problem: "an operating threshold of '\(positive)' can't be found",
          expected: "a model of two classes, one of which is meant (the model's: \(classes.joined(separator: ", ")))")
      }
      let point = OperatingPoint(
        rule, probabilities: validation.items.map { $0.probabilities[index] },
        isPositive: validation.items.map { $0.label == index })
      guard let point else {
        throw ZooError(.badInput, path: "data", problem: "the validation items are of one class alone")
      }
      (decision.positiveClass, decision.threshold, decision.rule) = (positive, point.threshold, rule.text)
    }
    if let maximumError = options.maximumError {
      let answered = validation.decided(by: decision).items
      let confidences = answered.map { Double($0.probabilities[$0.predicted]) }
      let isCorrect = answered.map { $0.predicted == $0.label }
      let threshold = SelectiveThreshold(confidences: confidences, isCorrect: isCorrect, maximumError: maximumError)
      guard let threshold else {
        let least = SelectiveThreshold.smallestError(confidences: confidences, isCorrect: isCorrect)
        throw ZooError(
          .failed,
          problem: "no confidence keeps the error within \(maximumError): the smallest that "
            + "\(Figures.counted(answered.count, "validation item")) can show is "
            + Figures.fixed(least, 4),
          remedy: "State a larger error, validate on more items, or train a better model")
      }
      (decision.leastConfidence, decision.maximumError) = (threshold.confidence, maximumError)
    }
    return decision
  }

  private func reliability(
    _ before: Predictions, _ after: Predictions, _ decision: Decision
  ) throws(ZooError) -> Result.Reliability {
    func figures(_ predictions: Predictions) -> Result.Quality {
      let sample = MetricSample(predictions)
      let metrics: [Metric] = [.accuracy, .balancedAccuracy, .logLoss, .expectedCalibrationError]
      let values = sample.values(of: metrics, weights: Array(repeating: 1, count: sample.groups.count))
      return Result.Quality(
        accuracy: values[0] ?? .nan, balancedAccuracy: values[1] ?? .nan, logLoss: values[2] ?? .nan,
        expectedCalibrationError: values[3] ?? .nan)
    }
    var result = Result.Reliability(items: after.items.count, before: figures(before), after: figures(after))
    if decision.maximumError != nil, let certain = CertainAnswers(after) {
      result.certainItems = certain.items
      result.certainError = certain.error
    }
    return result
  }

  /// The logits of the samples `indices`, in their order.
  private func logits(_ cache: SampleCache, _ indices: [Int]) throws -> [[Double]] {
    guard let input = model.graph.inputs.first?.name else { return [] }
    let loaded = LoadedModel(model, threads: threads)
    var options = BatchLoader.Options()
    options.batch = min(32, indices.count)
    let loader = try BatchLoader(cache, indices: indices, options: options)
    defer { loader.close() }
    let classes = model.card.classes.count
    var rows: [[Double]] = []
    while let batch = try loader.next() {
      guard let values: [Float] = try loaded.run([input: batch.pixels])[Registry.Border.head]?.values(),
        values.count == batch.indices.count * classes
      else {
        throw ZooError(.badInput, tensor: Registry.Border.head, problem: "the model doesn't give logits")
      }
      for row in batch.indices.indices { rows.append(values[row * classes..<(row + 1) * classes].map(Double.init)) }
    }
    return rows
  }
}

extension CalibratedExport.Result {
  /// For a terminal.
  package var text: String {
    var text =
      "temperature \(Figures.fixed(decision.temperature, 4)), found on "
      + "\(Figures.counted(decision.items, "validation item"))\n"
    if let positive = decision.positiveClass {
      text += "\(positive) from a probability of \(Figures.fixed(decision.threshold, 4)) on: \(decision.rule)\n"
    }
    if let error = decision.maximumError {
      text +=
        "uncertain below a probability of \(Figures.fixed(decision.leastConfidence, 4)), "
        + "for an error of at most \(error) among the other answers\n"
    }
    var table = TextTable([
      ("subset", .left), ("items", .right), ("calibration error", .right), ("log loss", .right), ("accuracy", .right),
      ("balanced accuracy", .right),
      ("certain", .right), ("wrong of these", .right),
    ])
    for (name, row) in subsets.sorted(by: { $0.key > $1.key }) {
      func change(_ path: KeyPath<Quality, Double>) -> String {
        "\(Figures.fixed(row.before[keyPath: path], 4)) → "
          + Figures.fixed(row.after[keyPath: path], 4)
      }
      table.add([
        name, "\(row.items)", change(\.expectedCalibrationError), change(\.logLoss), change(\.accuracy),
        change(\.balancedAccuracy),
        row.certainItems.map { "\($0)" } ?? "all", row.certainError.map { Figures.fixed($0, 4) } ?? "–",
      ])
    }
    return text + "\n" + table.text
  }

  /// For the model's card.
  fileprivate var note: String {
    let errors = subsets.sorted { $0.key > $1.key }.map { name, row in
      "\(name) \(Figures.fixed(row.before.expectedCalibrationError, 4)) → "
        + Figures.fixed(row.after.expectedCalibrationError, 4)
    }
    return "temperature \(Figures.fixed(decision.temperature, 4)) found on "
      + "\(Figures.counted(decision.items, "validation item")); expected calibration error: "
      + errors.joined(separator: ", ")
  }
}
