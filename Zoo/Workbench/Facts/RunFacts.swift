import ZooData
import ZooPlugins

/// What the tool knows of a run, in words: the one source of model cards and checklists.
package struct RunFacts: Sendable {
  /// What there is to know.
  enum Fact: Sendable, Hashable, CaseIterable {
    case task, classes, source, channels, counts, excluded, missing, splitRule, separation, preprocessing, augmentation
    case imbalance, model, initialization, training, selection, configurations, seeds, baselines
    case confounding, metrics, intervals, perClass, calibration, subgroups, cautions, explanation
    case version, compute, cost, inference, command, fingerprint, files
  }

  private var texts: [Fact: String] = [:]

  subscript(fact: Fact) -> String? { texts[fact].flatMap { $0.isEmpty ? nil : $0 } }

  /// - Parameters:
  ///   - environment: where and how it ran; without, only what is the same on every machine is said.
  ///   - suite: what else was tried, if the run is one of many.
  init(
    _ spec: Spec, _ metrics: RunMetrics, environment: RunEnvironment? = nil, suite: (Suite, member: String)? = nil,
    explanations: Explanations? = nil
  ) {
    addData(spec, metrics)
    addModel(spec, metrics)
    addResults(metrics, isRun: environment != nil)
    texts[.subgroups] = Self.text(metrics.subgroups ?? [])
    texts[.explanation] = explanations.map(Self.text)
    texts[.configurations] = suite.map(Self.configurations)
    texts[.version] =
      "swift-model-zoo \(environment?.version ?? ToolVersion.current)"
      + (environment?.commit.map { "; ran in a folder at the commit \($0) (what was changed since isn't known)" } ?? "")
    guard let environment else { return }
    texts[.compute] = [
      environment.processor, "\(environment.cores) cores",
      Figures.bytes(Int(clamping: environment.memory)) + " of memory",
      environment.operatingSystem, "\(environment.threads) threads, kernels \(environment.instructionSet)",
    ].joined(separator: ", ")
    texts[.command] = environment.command.map(\.asShellWord).joined(separator: " ")
    let training = metrics.training
    texts[.cost] = [
      Figures.duration(training.seconds) + " of training", "\(Figures.fixed(training.itemsPerSecond, 1)) items/s",
      training.peakMemory > 0 ? Figures.bytes(training.peakMemory) + " of memory at most" : "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  // MARK: Data

  private mutating func addData(_ spec: Spec, _ metrics: RunMetrics) {
    let data = metrics.data
    texts[.task] =
      "classification of \(spec.data.frames == nil ? "images" : "sequences of images") into "
      + "\(data.classes.count) classes"
    texts[.classes] = data.classes.joined(separator: ", ")
    texts[.source] = data.source + (data.isSimulated ? " (SIMULATED: made by a program, not by a microscope)" : "")
    texts[.channels] = data.channels.joined(separator: ", ")
    texts[.counts] = ["train", "validation", "test"].compactMap { name in
      data.subsets[name].map { subset in
        let byClass = data.classes.map { "\($0) \(subset.itemsByClass[$0] ?? 0)" }.joined(separator: ", ")
        return
          "\(name): \(Figures.counted(subset.items, "item")) of \(Figures.counted(subset.groups, "group")) (\(byClass))"
      }
    }.joined(separator: "; ")
    let excluded = (data.remarks ?? []) + (data.skipped ?? []).map { "left out: \($0)" }
    texts[.excluded] = excluded.isEmpty ? "nothing when the data were read" : excluded.joined(separator: "; ")
    texts[.missing] =
      spec.data.onError == .stop
      ? "an image that can't be decoded stops the training: none was left out"
      : "images that can't be decoded are left out: \((data.skipped ?? []).count) were"
    texts[.splitRule] = data.splitRule
    texts[.separation] =
      spec.data.split.by.isEmpty
      ? Self.ungrouped(data)
      : "no value of \(spec.data.split.by.joined(separator: " and ")) is on both sides; the windows of one track are never "
        + "on both sides"
    if let audit = data.audit { texts[.separation, default: ""] += "; items that leak: \(audit.text)" }
    let size = "\(spec.data.height) × \(spec.data.width) pixels"
    texts[.preprocessing] = [
      "antialiased bilinear resizing to \(size)", spec.data.frames.map { "windows of \($0) frames" } ?? "",
      data.range.map { "range \($0)" } ?? "",
      spec.model.normalization == .dataset
        ? "each channel minus its mean, over its deviation, both of the training set (nodes of the graph)"
        : "no normalisation",
    ].filter { !$0.isEmpty }.joined(separator: "; ")
    texts[.fingerprint] = data.fingerprint
    texts[.files] = "spec.json, split.csv (which item went where), predictions.csv, metrics.json, log.jsonl, model.zoo"
    addBalance(spec, data)
  }

  /// What is known of groups where nobody names any.
  private static func ungrouped(_ data: DataFacts) -> String {
    data.splitRule.hasPrefix("at random")
      ? "at random: items of one experiment may be on both sides"
      : "as given: nothing says that items of one experiment or cell aren't on both sides"
  }

  private mutating func addBalance(_ spec: Spec, _ data: DataFacts) {
    let counts = data.classes.map { data.subsets["train"]?.itemsByClass[$0] ?? 0 }
    let means = [
      spec.train.classWeights == .balanced ? "the loss is weighted by the inverse of class frequency" : "",
      spec.train.sampling == .balanced ? "every class is drawn equally often" : "",
    ].filter { !$0.isEmpty }
    guard let least = counts.min(), let most = counts.max() else { return }
    texts[.imbalance] =
      "training items by class: \(least) to \(most); "
      + (means.isEmpty ? "nothing was done about it" : means.joined(separator: ", "))
  }

  // MARK: Model and training

  private mutating func addModel(_ spec: Spec, _ metrics: RunMetrics) {
    let (model, train) = (metrics.model, spec.train)
    let parts = ["backbone", "temporal", "head"].compactMap { part in model.parts[part].map { "\(part) \($0)" } }
    let names = parts.isEmpty ? [spec.model.backbone.name, spec.model.head.name] : parts
    var size = ""
    if model.parameters > 0 {
      size = ": \(Figures.count(model.parameters)) parameters, \(Figures.count(model.flops)) operations for one item"
    }
    texts[.model] = names.joined(separator: ", ") + size
    texts[.initialization] =
      train.`init`.isEmpty
      ? "at random, by the seed"
      : train.`init`.sorted { $0.key < $1.key }.map { "\($0.key) from \($0.value)" }.joined(separator: ", ")
    let optimizer = train.optimizer
    var recipe = [
      "\(optimizer.name.rawValue), learning rate \(optimizer.learningRate), weight decay \(optimizer.weightDecay)",
      "schedule \(train.schedule.name.rawValue)", "\(train.epochs) epochs at most, batches of \(train.batch)",
    ]
    if train.labelSmoothing > 0 { recipe.append("label smoothing \(train.labelSmoothing)") }
    if train.focal > 0 { recipe.append("focal loss, γ \(train.focal)") }
    if train.clipNorm > 0 { recipe.append("gradients clipped to a norm of \(train.clipNorm)") }
    if train.ema > 0 { recipe.append("moving average of all weights, decay \(train.ema)") }
    if train.mixup > 0 { recipe.append("mixup, α \(train.mixup)") }
    if train.cutmix > 0 { recipe.append("CutMix, α \(train.cutmix)") }
    if !train.freeze.isEmpty { recipe.append("frozen: \(train.freeze.joined(separator: ", "))") }
    texts[.training] = recipe.joined(separator: "; ")
    texts[.augmentation] = Self.augmentation(train.augment)
    let training = metrics.training
    texts[.selection] =
      "the epoch of the best \(training.watchedMetric) "
      + (metrics.subsets["validation"] == nil ? "(no validation items)" : "on the validation items")
      + ": epoch \(training.bestEpoch) of \(training.epochs)"
    texts[.seeds] = "training \(spec.seed), split \(spec.data.split.seed)"
  }

  private static func augmentation(_ augment: TrainSpec.Augment) -> String {
    let settings: [(name: String, isOn: Bool)] = [
      ("horizontal flips", augment.flipHorizontal), ("vertical flips", augment.flipVertical),
      ("quarter turns", augment.rotate90), ("shifts up to \(augment.shift) pixels", augment.shift > 0),
      ("crops of at least \(augment.cropArea) of the area", augment.cropArea < 1),
      ("contrast ± \(augment.gain)", augment.gain > 0), ("offset ± \(augment.offset) deviations", augment.offset > 0),
      ("blur up to \(augment.blur) pixels", augment.blur > 0),
      ("noise up to \(augment.noise) deviations", augment.noise > 0),
    ]
    let on = settings.filter(\.isOn).map(\.name)
    return on.isEmpty ? "none" : on.joined(separator: ", ")
  }

  private static func configurations(_ suite: Suite, member: String) -> String {
    let models = Set(suite.members.map(\.model)).count
    let factors = suite.factors.map { "\($0.name) (\($0.levels.joined(separator: ", ")))" }.joined(separator: " × ")
    return "\(suite.members.count) runs of \(Figures.counted(models, "model")) in the suite '\(suite.name)'"
      + (factors.isEmpty ? "" : ": \(factors)") + "; this is \(member). All: "
      + suite.members.map(\.folder).joined(separator: ", ")
  }

  // MARK: Results

  /// - Parameter isRun: whether what the last sitting alone saw may be said: a file's bytes don't depend on how often its
  ///   training was stopped.
  private mutating func addResults(_ metrics: RunMetrics, isRun: Bool) {
    guard let subset = ["test", "validation"].first(where: { metrics.subsets[$0] != nil }),
      let result = metrics.subsets[subset]
    else { return }
    let shown: [Metric] = [.balancedAccuracy, .accuracy, .macroF1, .areaUnderROC, .averagePrecision]
    texts[.metrics] =
      "on \(result.sizeText(subset)): "
      + shown.compactMap { metric in
        result[metric].map { "\(metric.title.lowercased()) \(Figures.estimate($0, result.interval(metric)))" }
      }.joined(separator: ", ")
    let methods = Set(result.intervals.values.map(\.method)).sorted()
    texts[.intervals] = methods.isEmpty ? nil : "95 %: \(methods.joined(separator: "; "))"
    texts[.perClass] = result.perClass.map { row in
      "\(row.name): recall \(Figures.fixed(row.recall)), precision \(Figures.fixed(row.precision)) "
        + "(\(Figures.counted(row.support, "item")))"
    }.joined(separator: "; ")
    texts[.calibration] = [Metric.expectedCalibrationError, .brier, .logLoss].compactMap { metric in
      result[metric].map { "\(metric.title.lowercased()) \(Figures.fixed($0))" }
    }.joined(separator: ", ")
    texts[.baselines] = (metrics.baselines ?? []).map { baseline in
      "\(baseline.name) \(Figures.fixed(baseline[.balancedAccuracy]))"
        + (baseline.difference.map { " (network − baseline \(Figures.estimate($0.estimate, $0.interval)))" } ?? "")
    }.joined(separator: "; ")
    texts[.confounding] = metrics.data.confounding
    texts[.cautions] =
      (result.cautions + (metrics.data.splitCautions ?? []) + (metrics.data.cautions ?? [])
      + (isRun ? metrics.training.cautions ?? [] : [])
      + metrics.baselineCautions).joined(separator: "; ")
    if isRun, let seconds = result.secondsPerItem { texts[.inference] = Figures.duration(seconds) + " for an item" }
  }

  private static func text(_ groups: [SubgroupResult]) -> String {
    var columns: [String] = []
    for group in groups where !columns.contains(group.column) { columns.append(group.column) }
    return columns.map { column in
      let rows = groups.filter { $0.column == column }.map {
        "\($0.value) \(Figures.fixed($0.balancedAccuracy)) (\(Figures.counted($0.items, "item")))"
      }
      return "balanced accuracy by \(column): \(rows.joined(separator: ", "))"
    }.joined(separator: "; ")
  }

  private static func text(_ explanations: Explanations) -> String {
    let drops = zip(explanations.channels, explanations.meanDrops.channels).map { "\($0) \(Figures.signed($1, 2))" }
    return [
      explanations.sanityText.map { "Grad-CAM; \($0)" } ?? "",
      "mean fall of the probability without a channel: \(drops.joined(separator: ", "))",
    ].filter { !$0.isEmpty }.joined(separator: "; ")
  }
}
