import Foundation
import ZooData

extension RunReport {
  /// The report as one self-contained page.
  package var html: String {
    let result = subset.flatMap { metrics.subsets[$0] }
    let body: Markup = """
      <h1>\(name)</h1>
      <p class="lead">\(lead)</p>
      \(metrics.data.isSimulated ? Page.simulated : "")
      \(Page.cautions([metrics.data.confounding].compactMap(\.self)))
      \(result.map { headline($0, subset ?? "") } ?? Self.nothingHeldOut)
      \(CautionList(cautions(result)).html)
      \(result.map { results($0, subset ?? "") } ?? "")
      \(predictions.map { CurveSection.html($0, subset: subset ?? "") } ?? "")
      \(GroupSection.html(subset == metrics.subgroupSubset ? metrics.subgroups ?? [] : [], subset: subset ?? ""))
      \(metrics.baselines.map { $0.isEmpty ? "" : ReportSections.baselines($0) } ?? "")
      \(log.isEmpty ? "" : ReportSections.training(log))
      \(ExampleSection.html(illustrations, subset: subset ?? ""))
      \(ExplanationSection.html(illustrations))
      \(illustrations.projection.map { ProjectionSection.html($0, classes: metrics.data.classes) } ?? "")
      \(ExampleSection.batch(illustrations.batch))
      <h2>Data</h2>
      \(ReportSections.data(metrics.data))
      <h2>Use it</h2>
      \(commands.map { use -> Markup in "<h3>\(use.purpose)</h3><pre>\(use.command)</pre>\n" })
      <h2>How it was made</h2>
      \(facts)
      <details><summary>The whole spec</summary><pre>\(spec.canonicalText)</pre></details>
      """
    return Page.html(title: "\(name) – report", body)
  }

  /// What was said of the data and of training while it ran, of the evaluation, and of what this page lacks.
  private func cautions(_ result: EvaluationResult?) -> [(group: String, texts: [String])] {
    [
      ("The evaluation", result?.cautions ?? []), ("The split", metrics.data.splitCautions ?? []),
      ("The data", metrics.data.cautions ?? []),
      ("Training", metrics.training.cautions ?? []), ("Baselines", metrics.baselineCautions),
      ("This page", illustrations.notes),
    ]
  }

  private static let nothingHeldOut = Page.cautions([
    "no items were held out for validation or test: nothing says how good the model is"
  ])

  /// Classes that are named above everything else.
  private static let mostNamed = 40

  private var lead: String {
    let parts = ["backbone", "temporal", "head"].compactMap { metrics.model.parts[$0] }.joined(separator: " + ")
    let names = metrics.data.classes
    let classes =
      names.count > Self.mostNamed
      ? "\(names.prefix(Self.mostNamed).joined(separator: ", ")) … (\(names.count) classes)"
      : names.joined(separator: ", ")
    return [parts, classes, spec.summary].filter { !$0.isEmpty }.joined(separator: " · ")
  }

  private func headline(_ result: EvaluationResult, _ subset: String) -> Markup {
    let metrics: [Metric] = [.balancedAccuracy, .accuracy, .macroF1, .areaUnderROC]
    let cards = metrics.map { metric -> Markup in
      let interval = result.interval(metric)
      let range = interval.map { "95 %: \(Figures.fixed($0.lower)) – \(Figures.fixed($0.upper))" } ?? "no interval"
      return """
        <div class="card"><div class="what">\(metric == .areaUnderROC ? "AUROC" : metric.title)</div>
        <div class="value">\(Figures.fixed(result[metric]))</div><div class="extra">\(range)</div></div>

        """
    }
    return """
      <div class="cards">\(cards)</div>
      <p class="note">On \(result.sizeText(subset)). \(result.interval(.balancedAccuracy)?.method ?? "")</p>
      """
  }

  private func results(_ result: EvaluationResult, _ subset: String) -> Markup {
    var table = HTMLTable(
      caption: "All metrics on the \(subset) items, with 95 % intervals.",
      columns: [("metric", true), ("value", false), ("from", false), ("to", false)])
    for metric in Metric.allCases {
      guard let value = result[metric] else { continue }
      let interval = result.interval(metric)
      table.rows.append([
        .left(metric.title), .text(Figures.fixed(value)), .text(Figures.fixed(interval?.lower)),
        .text(Figures.fixed(interval?.upper)),
      ])
    }
    let reliability = ReliabilityChart(
      title: "Reliability of \(name)", series: [.init(name: "", color: 0, bins: result.reliability)])
    return """
      <h2>Results</h2>
      <div class="charts">
      \(ReportSections.confusion(result.confusion, "Confusion matrix (shade and % are shares of the true class)", of: name))
      \(Page.figure("Reliability (on the diagonal, it is as sure as it is right)", reliability))
      </div>
      <div class="tables">
      \(ReportSections.perClass(result, caption: "Each class against the rest, on the \(subset) items."))
      \(table.html)
      </div>
      """
  }

  /// How many epochs there were, and of how many if training stopped early.
  private var epochsText: String {
    let done = Figures.counted(metrics.training.epochs, "epoch")
    return metrics.training.epochs < spec.train.epochs ? "\(done) of \(spec.train.epochs) (stopped early)" : done
  }

  private var facts: Markup {
    let model = metrics.model
    let training = metrics.training
    return Page.facts([
      ("command", environment?.command.map(\.asShellWord).joined(separator: " ") ?? ""),
      ("started", environment?.started ?? ""), ("version of the tool", environment?.version ?? ""),
      ("commit of the folder", environment?.commit ?? ""),
      ("parameters", Figures.count(model.parameters)), ("operations for one item", Figures.count(model.flops)),
      ("size of the model", Figures.bytes(model.byteCount)),
      (
        "training",
        [
          Figures.duration(training.seconds), epochsText,
          Figures.counted(training.steps, "step"),
        ].joined(separator: ", ")
      ),
      (
        "exported checkpoint",
        "epoch \(training.bestEpoch), \(training.watchedMetric) \(Figures.fixed(training.watchedValue))"
      ),
      ("speed of training", "\(Figures.fixed(training.itemsPerSecond, 1)) items/s"),
      ("peak memory", training.peakMemory > 0 ? Figures.bytes(training.peakMemory) : ""),
      ("seed", "\(spec.seed)"),
      ("machine", environment.map { "\($0.processor), \($0.cores) cores, \($0.operatingSystem)" } ?? ""),
      ("threads, kernels", environment.map { "\($0.threads), \($0.instructionSet)" } ?? ""),
    ])
  }
}
