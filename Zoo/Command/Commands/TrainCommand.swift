import Foundation
import Synchronization
import ZooWorkbench

extension Command {
  static let train = Command(
    name: "train", summary: "Train the model that a spec describes.",
    discussion: """
      Leaves a folder with the resolved spec, the split, the log, checkpoints, the exported model, predictions,
      metrics and a report. A run that was stopped, also by `kill -9`, goes on with --resume and ends with the
      same bytes as if it had never stopped. A spec with a sweep trains one run after the other.
      """,
    arguments: [.init(name: "SPEC", help: "A name that `zoo list` shows, or the path of a .json5 file.")],
    takesOverrides: true,
    options: [
      .init(name: "run-dir", value: "DIR", help: "Folder of the run; runs/NAME if not given."),
      .init(name: "resume", value: "RUN", help: "Go on with the run in this folder."),
      .threads, .memory,
    ],
    examples: [
      .init(line: "zoo train quickstart", help: "Simulated cells and a tiny model, within a minute."),
      .init(line: "zoo train quickstart model.backbone=efficientnet_tiny", help: "The same with another backbone."),
      .init(
        line: "zoo train pyroptosis-binary-2d-resnet18-all data.root=crops --run-dir runs/first",
        help: "Real crops, from a folder with a manifest or a folder for each class."),
      .init(line: "zoo train quickstart --resume runs/quickstart", help: "Go on after an interruption."),
      .init(line: "zoo train quickstart 'sweep={seed: [1, 2, 3]}'", help: "Three runs, one for each seed."),
    ],
    run: { try Training($0).run() })
}

private struct Training {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() throws {
    let runs = try invocation.specReader.read(invocation.words[0], overrides: invocation.overrides)
    let resumed = invocation.value("resume")
    guard runs.count == 1 || resumed == nil else {
      throw ZooError(.usage, problem: "--resume goes on with one run, but the spec makes \(runs.count)")
    }
    if resumed != nil && invocation.value("run-dir") != nil {
      throw ZooError(.usage, problem: "--resume and --run-dir name a folder each", remedy: "Leave out --run-dir")
    }
    for run in runs {
      if runs.count > 1 { invocation.console.message("\(run.label)\n") }
      let folder = RunFolder(resumed ?? folderName(run, isOneOfMany: runs.count > 1))
      do {
        try train(run.spec, folder: folder, resume: resumed != nil)
      } catch let error as ZooError {
        throw run.located(error)
      }
    }
  }

  private func folderName(_ run: SpecRun, isOneOfMany: Bool) -> String {
    let base = invocation.value("run-dir") ?? "runs/\(run.spec.name.isEmpty ? "run" : run.spec.name)"
    return isOneOfMany ? "\(base)/\(run.label)" : base
  }

  private func train(_ spec: Spec, folder: RunFolder, resume: Bool) throws {
    let console = invocation.console
    let style: TrainingProgress.Style = console.isMessageTerminal ? .bar(width: console.width) : .lines(seconds: 10)
    let shown = Mutex(
      TrainingProgress(style: style, metric: spec.train.earlyStopping.metric, write: console.message))
    var options = Trainer.Options()
    options.threads = try invocation.threads()
    options.resume = resume
    options.memory = try invocation.memory()
    options.isInterrupted = { Interruption.isRequested }
    options.report = { event in shown.withLock { $0.take(event) } }
    let metrics: RunMetrics
    do {
      metrics = try Interruption.handled {
        try Trainer(spec, registry: invocation.registry, folder: folder, options: options).run()
      }
    } catch {
      shown.withLock { $0.clear() }
      throw error
    }
    var report = try RunReport(folder)
    try report.illustrate()
    try folder.write(report: report.html)
    try console.output(Self.result(metrics, folder))
  }

  private static func result(_ metrics: RunMetrics, _ folder: RunFolder) -> String {
    var lines = ["\(folder.path(.model))"]
    for subset in ["validation", "test"] {
      guard let result = metrics.subsets[subset] else { continue }
      let figures = [Metric.accuracy, .balancedAccuracy, .macroF1].compactMap { metric -> String? in
        guard let value = result.metrics[metric.rawValue] else { return nil }
        var text = "\(metric.title.lowercased()) " + String(format: "%.4f", value)
        if let interval = result.interval(metric) {
          text += String(format: " (%.4f–%.4f)", interval.lower, interval.upper)
        }
        return text
      }
      lines.append("\(subset): \(figures.joined(separator: ", ")), \(result.items) items")
    }
    if metrics.subsets.isEmpty { lines.append("no items were held out, so nothing says how good the model is") }
    return lines.joined(separator: "\n") + "\n"
  }
}
