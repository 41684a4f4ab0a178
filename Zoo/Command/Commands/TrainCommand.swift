import Foundation
import Synchronization
import ZooWorkbench

extension Command {
  static let train = Command(
    name: "train", summary: "Train the model that a spec describes.",
    discussion: """
      Leaves a folder with the resolved spec, the split, the log, checkpoints, the exported model, predictions,
      metrics and a report. A run that was stopped, also by `kill -9`, goes on by `zoo train --resume RUN` and ends
      with the same bytes as if it had never stopped.

      A spec with a sweep, seeds or folds is a suite: its runs get a folder each, those that are done already are left
      alone, those that were stopped go on, and the comparison of all is written when the last is done.

      Processes that mpirun started together train one model: Documentation/Machines.md.
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
      .init(
        name: "accept-data-change",
        help: "With --resume: go on although the data have changed; the epoch that was begun begins again."),
      .init(
        name: "accept-instruction-set",
        help: "With --resume: go on with other kernels than before, which changes the last bits."),
      .init(name: "jobs", value: "N", help: "Runs of a suite to train at a time, which share threads; 1 if not given."),
      .init(
        name: "shard", value: "I/N", help: "Train the Ith of N parts of a suite, e.g. one for each job of an array."),
      .init(name: "tensorboard", help: "Write the log for TensorBoard too; the same as train.tensorboard=true."),
      .threads, .memory, .json,
    ],
    examples: [
      .init(line: "zoo train quickstart", help: "Simulated cells and a tiny model, within a minute."),
      .init(line: "zoo train quickstart model.backbone=efficientnet_tiny", help: "The same with another backbone."),
      .init(
        line: "zoo train pyroptosis-binary-2d-resnet18-all data.root=crops --run-dir runs/first",
        help: "Real crops, from a folder with a manifest or a folder for each class."),
      .init(line: "zoo train --resume runs/quickstart", help: "Go on after an interruption."),
      .init(
        line: "zoo train quickstart seeds=3 folds=5",
        help: "A suite: fifteen runs, one for each seed and fold, compared."),
    ],
    run: { invocation in
      // Parts of a suite know nothing of each other, whoever starts them.
      let ranks = invocation.value("shard") == nil ? try Ranks.launched() : .alone
      let training = Training(invocation, ranks: ranks)
      guard ranks.count > 1 else { return try training.run() }
      do { try training.run() } catch { throw training.told(error) }
      ranks.finish()
    })
}

private struct Training: Sendable {
  let invocation: Invocation
  /// The processes that train one model together.
  let ranks: Ranks

  init(_ invocation: Invocation, ranks: Ranks) { (self.invocation, self.ranks) = (invocation, ranks) }

  func run() throws {
    let resumed = invocation.value("resume")
    if resumed == nil {
      try invocation.refuse(["accept-data-change", "accept-instruction-set"], "has no effect without --resume")
    }
    if resumed != nil && invocation.value("run-dir") != nil {
      throw ZooError(.usage, problem: "--resume and --run-dir name a folder each", remedy: "Leave out --run-dir")
    }
    let overrides = invocation.overrides + (invocation.has("tensorboard") ? ["train.tensorboard=true"] : [])
    let runs = try invocation.specReader.read(spec(resumed), overrides: overrides)
    if let resumed, runs.count > 1 {
      throw ZooError(
        .usage, problem: "--resume goes on with one run, but the spec makes \(runs.count)",
        remedy: "Leave out the spec: \(RunFolder(resumed).resumeCommand)")
    }
    if runs.count == 1, let run = runs.first, run.label.isEmpty {
      try invocation.refuse(["jobs", "shard"], "has no effect on a single run")
      do {
        let folder = RunFolder(resumed ?? invocation.value("run-dir") ?? defaultFolder(run))
        try trainTogether(run.spec, folder: folder, resume: resumed != nil)
      } catch let error as ZooError {
        throw run.located(error)
      }
    } else {
      guard ranks.count == 1 else {
        throw ZooError(
          .usage, problem: "\(ranks.count) processes were started together, but a suite isn't trained by MPI",
          remedy: "Give each process a part by --shard I/N, or start one process")
      }
      try trainSuite(runs)
    }
  }

  /// One run, by this process or by several that were launched together.
  private func trainTogether(_ spec: Spec, folder: RunFolder, resume: Bool) throws {
    var (threads, memory) = (try invocation.threads(), try invocation.memory())
    // Those of a machine share it.
    if invocation.value("threads") == nil { threads = ranks.threads(of: threads) }
    if invocation.value("memory") == nil { memory = memory.divided(by: ranks.localCount) }
    let silent: @Sendable (String) -> Void = { _ in }
    try train(
      spec, folder: folder, resume: resume, threads: threads, memory: memory, ranks: ranks,
      message: ranks.isFirst ? invocation.console.progress : silent)
  }

  /// Tells people and the other ranks of an error: the first rank speaks for all.
  func told(_ error: any Error) -> Console.Told {
    let problems = error as? SpecProblems
    var errors = problems?.problems ?? [error as? ZooError ?? ZooError(.failed, problem: "\(error)")]
    // A failure elsewhere stops this rank like a signal.
    if problems == nil, errors.first?.kind == .interrupted, let other = ranks.failure() { errors = [other] }
    let kind = problems?.kind ?? errors.first?.kind ?? .failed
    // Before the others end, upon which a launcher may end this one: nothing is to be said then any more.
    if ranks.isFirst { for error in errors { invocation.console.error("\(error)") } }
    Interruption.lastWords(nil)
    let first = errors.first ?? ZooError(kind, problem: "has failed")
    if !ranks.tell(first), !ranks.isFirst { invocation.console.error("rank \(ranks.rank): \(first)") }
    return Console.Told(kind: kind)
  }

  private func defaultFolder(_ run: SpecRun) -> String { "runs/\(run.spec.name.isEmpty ? "run" : run.spec.name)" }

  // MARK: A suite

  private func trainSuite(_ runs: [SpecRun]) throws {
    guard let first = runs.first else { return }
    let folder = SuiteFolder(invocation.value("run-dir") ?? defaultFolder(first))
    var options = SuiteTraining.Options()
    options.jobs = try invocation.integer("jobs", in: 1...64) ?? 1
    options.shard = try shard()
    options.isInterrupted = { Interruption.isRequested }
    let console = invocation.console
    options.report = { console.message($0 + "\n") }
    let threads = max(1, try invocation.threads() / options.jobs)
    let memory = try invocation.memory().divided(by: options.jobs)
    try check(runs, memory: memory, threads: threads)
    let isAlone = options.jobs == 1
    let member: @Sendable (SpecRun, RunFolder, Bool) throws -> Void = { run, runFolder, resume in
      let message: @Sendable (String) -> Void = {
        isAlone ? console.progress($0) : console.message("\(run.label): \($0)")
      }
      do {
        try self.train(
          run.spec, folder: runFolder, resume: resume, threads: threads, memory: memory, message: message,
          isAlone: isAlone, isMember: true)
      } catch let error as ZooError {
        throw run.located(error)
      }
    }
    let training = try SuiteTraining(runs, folder: folder, options: options, train: member)
    let (suite, outcome) = try training.run()
    if outcome.isInterrupted {
      throw ZooError(
        .interrupted, file: folder.path, problem: "the suite was stopped; what is done is saved",
        remedy: "Go on with it by the same command")
    }
    guard outcome.failed.isEmpty else {
      throw ZooError(
        .failed, file: folder.path,
        problem: "\(Figures.counted(outcome.failed.count, "run")) failed: "
          + outcome.failed.map { $0.member.folder }.joined(separator: "; "),
        remedy: "Mend what the messages above say; the same command trains what is missing")
    }
    try compare(suite, folder)
  }

  /// Every model of the suite is checked before the first is trained. Seeds and folds have the same data and graph.
  private func check(_ runs: [SpecRun], memory: MemoryBudget, threads: Int) throws {
    var models: Set<String> = []
    var problems: [ZooError] = []
    for run in runs where models.insert(run.model).inserted {
      do {
        _ = try SpecReview(run, registry: invocation.registry, memory: memory, threads: threads)
      } catch let error as ZooError {
        if !problems.contains(error) { problems.append(error) }
      }
    }
    guard problems.isEmpty else { throw SpecProblems(problems) }
  }

  private func shard() throws -> (part: Int, of: Int) {
    guard let text = invocation.value("shard") else { return (1, 1) }
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let part = numbers[0], let count = numbers[1], (1...10_000).contains(count),
      (1...count).contains(part)
    else {
      throw ZooError(.usage, problem: "--shard is '\(text)'", expected: "I/N, such as 1/4, 2/4, 3/4 and 4/4")
    }
    return (part, count)
  }

  private func compare(_ suite: Suite, _ folder: SuiteFolder) throws {
    let finished = try folder.finished(suite).compactMap(\.self)
    guard finished.count == suite.members.count else {
      return invocation.console.message(
        "\(finished.count) of \(suite.members.count) runs are done. When all are: zoo compare "
          + folder.path.asShellWord + "\n")
    }
    let comparison = try Comparison(finished, suite: suite)
    try comparison.write(into: folder)
    invocation.console.message("\(folder.file("comparison.html"))\n")
    if invocation.has("json") { return try invocation.console.output(json: comparison) }
    try invocation.console.output(comparison.text)
  }

  // MARK: One run

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

  /// - Parameter isAlone: whether the progress may be a bar on the terminal.
  private func train(
    _ spec: Spec, folder: RunFolder, resume: Bool, threads: Int, memory: MemoryBudget,
    ranks: Ranks = .alone, message: @escaping @Sendable (String) -> Void, isAlone: Bool = true, isMember: Bool = false
  ) throws {
    let console = invocation.console
    let style: TrainingProgress.Style =
      console.isMessageTerminal && isAlone ? .bar(width: console.width) : .lines(seconds: 10)
    let shown = Mutex(TrainingProgress(style: style, metric: spec.train.earlyStopping.metric, write: message))
    var options = Trainer.Options()
    options.threads = threads
    options.resume = resume
    options.memory = memory
    options.ranks = ranks
    options.acceptsDataChange = invocation.has("accept-data-change")
    options.acceptsInstructionSet = invocation.has("accept-instruction-set")
    options.isInterrupted = { Interruption.isRequested || ranks.failure() != nil }
    let saving = Interruption.Saving()
    options.enters = { phase in
      Self.enter(phase, folder, saving)
      if !ranks.isFirst { Interruption.lastWords(nil) }
    }
    options.page = { folder, metrics in
      var report = try RunReport(folder, metrics: metrics)
      report.illustrate(folder, threads: threads)
      return report.html
    }
    options.report = { event in shown.withLock { $0.take(event) } }
    let metrics: RunMetrics?
    defer { saving.set(false) }
    do {
      metrics = try Trainer(spec, registry: invocation.registry, folder: folder, options: options).runTogether()
    } catch {
      shown.withLock { $0.clear() }
      throw error
    }
    guard let metrics else { return }
    if invocation.has("json") {
      // Of a suite the comparison is the result.
      return isMember ? () : try console.output(json: metrics)
    }
    if let confounding = metrics.confounding { console.remark(confounding) }
    try console.output(Self.result(metrics, folder))
    for caution in Self.cautions(metrics) { console.remark(caution) }
  }

  /// What the page says before its figures, too.
  private static func cautions(_ metrics: RunMetrics) -> [String] {
    let subset = ["test", "validation"].first { metrics.subsets[$0] != nil }
    return (metrics.training.cautions ?? []) + metrics.baselineCautions
      + (subset.flatMap { metrics.subsets[$0]?.cautions } ?? [])
  }

  /// What becomes of a signal: before the first step and after the last one it ends the program at once.
  private static func enter(_ phase: Trainer.Phase, _ folder: RunFolder, _ saving: Interruption.Saving) {
    switch phase {
    case .preparing: Interruption.lastWords("stopped before the first step; nothing was changed.")
    case .beginning:
      Interruption.lastWords("stopped before a step was done. Go on by \(folder.resumeCommand).")
    case .training: saving.set(true)
    case .completing:
      Interruption.lastWords(
        "stopped after the last step; everything so far is saved. Go on by \(folder.resumeCommand).")
      saving.set(false)
    }
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
    let baselines = (metrics.baselines ?? []).compactMap { baseline in
      baseline[.balancedAccuracy].map { "\(baseline.name) " + String(format: "%.4f", $0) }
    }
    if !baselines.isEmpty { lines.append("without a network, balanced accuracy: \(baselines.joined(separator: ", "))") }
    if metrics.subsets.isEmpty { lines.append("no items were held out, so nothing says how good the model is") }
    return lines.joined(separator: "\n") + "\n"
  }
}
