import Foundation
import Synchronization
import ZooWorkbench

extension Command {
  static let train = Command(
    name: "train", summary: "Train the model that a spec describes.",
    discussion: """
      Leaves a folder with the resolved spec, the split, the log, checkpoints, the exported model, predictions,
      metrics and a report. A run that was stopped, also by `kill -9`, goes on by `zoo train --resume RUN` and ends
      with the same bytes as if it had never stopped. A spec with a sweep trains one run after the other.
      """,
    arguments: [
      .init(
        name: "SPEC",
        help: "A name that `zoo list` shows, or the path of a .json5 file; with --resume, the run's own if not given.",
        count: 0...1)
    ],
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
      .init(line: "zoo train --resume runs/quickstart", help: "Go on after an interruption."),
      .init(line: "zoo train quickstart 'sweep={seed: [1, 2, 3]}'", help: "Three runs, one for each seed."),
    ],
    run: { try Training($0).run() })
}

private struct Training {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() throws {
    let resumed = invocation.value("resume")
    if resumed != nil && invocation.value("run-dir") != nil {
      throw ZooError(.usage, problem: "--resume and --run-dir name a folder each", remedy: "Leave out --run-dir")
    }
    let runs = try invocation.specReader.read(spec(resumed), overrides: invocation.overrides)
    if let resumed, runs.count > 1 {
      throw ZooError(
        .usage, problem: "--resume goes on with one run, but the spec makes \(runs.count)",
        remedy: "Leave out the spec: \(RunFolder(resumed).resumeCommand)")
    }
    for (index, run) in runs.enumerated() {
      if runs.count > 1 { invocation.console.message("\(run.label)\n") }
      let folder = RunFolder(resumed ?? folderName(run, isOneOfMany: runs.count > 1))
      do {
        try train(run.spec, folder: folder, resume: resumed != nil)
      } catch let error as ZooError {
        if runs.count > 1 { tellRest(runs[(index + 1)...]) }
        throw run.located(error)
      }
    }
  }

  /// The spec that the command line names, or else that of the run to go on with.
  private func spec(_ resumed: String?) throws -> String {
    if let word = invocation.words.first { return word }
    guard let resumed else {
      throw ZooError(
        .usage, problem: "SPEC is missing", expected: HelpPage.usage(of: .train), remedy: "See `zoo train --help`")
    }
    guard RunFolder(resumed).isRun else {
      throw ZooError(
        .usage, file: resumed, problem: "is not the folder of a run", remedy: "Give the folder that zoo train made")
    }
    return RunFolder(resumed).path(.spec)
  }

  /// A sweep that ends early can't be started again as it was, for its first runs are there: each run of the rest by
  /// itself can.
  private func tellRest(_ runs: ArraySlice<SpecRun>) {
    guard !runs.isEmpty, let spec = invocation.words.first else { return }
    invocation.console.message("The sweep's other runs haven't begun. Train each by itself:\n")
    let overrides = invocation.overrides.filter { !$0.hasPrefix("sweep=") } + ["sweep=null"]
    for run in runs {
      let folder = ["--run-dir", folderName(run, isOneOfMany: true)]
      let words = ["zoo", "train", spec] + overrides + run.overrides + folder
      invocation.console.message("  " + words.map(UsageCommands.quoted).joined(separator: " ") + "\n")
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
