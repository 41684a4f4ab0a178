import Synchronization
import ZooData
import ZooPlugins

/// Trains what isn't done yet of a suite. A member that fails doesn't stop the others.
///
/// Each member's bytes follow from its spec alone, so that it doesn't matter which process trains it, beside what, or how
/// often it was interrupted. Several processes may train one suite in one folder: a member that another trains is left to it.
package struct SuiteTraining: Sendable {
  package struct Options: Sendable {
    /// Members that are trained at a time; threads and memory are divided among them.
    package var jobs = 1
    /// Which part of the members this process trains, counted from 1, and of how many.
    package var shard = (part: 1, of: 1)
    package var isInterrupted: @Sendable () -> Bool = { false }
    /// Told what is worth a line.
    package var report: @Sendable (String) -> Void = { _ in }

    package init() {}
  }

  /// What became of the members that were tried.
  package struct Outcome: Sendable {
    package var trained: [Suite.Member] = []
    /// Left to other processes, which were training them.
    package var elsewhere: [Suite.Member] = []
    package var failed: [(member: Suite.Member, error: any Error)] = []
    /// Whether the process was asked to stop.
    package var isInterrupted = false
  }

  private let suite: Suite
  private let runs: [SpecRun]
  private let folder: SuiteFolder
  private let options: Options
  /// Trains one member, or goes on with it if `resume` says so.
  private let train: @Sendable (SpecRun, RunFolder, _ resume: Bool) throws -> Void

  /// - Parameter train: makes a finished run, its report included.
  package init(
    _ runs: [SpecRun], folder: SuiteFolder, options: Options = Options(),
    train: @escaping @Sendable (SpecRun, RunFolder, _ resume: Bool) throws -> Void
  ) throws(ZooError) {
    suite = try Suite(runs)
    self.runs = runs
    self.folder = folder
    self.options = options
    self.train = train
  }

  /// - Throws: ``ZooError`` if the folder holds other runs; what a member throws is in the outcome.
  package func run() throws -> (suite: Suite, outcome: Outcome) {
    let mine = suite.indices(shard: options.shard.part, of: options.shard.of)
    // All folders are looked at before any is written to.
    let states = try suite.members.map(folder.state)
    try folder.write(suite)
    let open = mine.filter { states[$0] != .done }
    if mine.count > open.count {
      options.report("\(mine.count - open.count) of \(Figures.counted(mine.count, "run")) are done already")
    }
    let shared = Mutex((next: 0, outcome: Outcome()))
    let work: @Sendable () -> Void = {
      while true {
        let place = shared.withLock { shared -> Int? in
          if self.options.isInterrupted() { shared.outcome.isInterrupted = true }
          guard shared.next < open.count, !shared.outcome.isInterrupted else { return nil }
          shared.next += 1
          return shared.next - 1
        }
        guard let place else { return }
        let index = open[place]
        let member = suite.members[index]
        options.report("run \(place + 1)/\(open.count): \(member.folder)")
        do {
          let ending = try train(index)
          shared.withLock { shared in
            switch ending {
            case .trained: shared.outcome.trained.append(member)
            case .elsewhere: shared.outcome.elsewhere.append(member)
            case .done: break
            }
          }
        } catch {
          let isInterrupted = (error as? ZooError)?.kind == .interrupted
          shared.withLock { shared in
            if isInterrupted {
              shared.outcome.isInterrupted = true
            } else {
              shared.outcome.failed.append((member, error))
            }
          }
          if !isInterrupted { options.report("run '\(member.folder)' failed: \(error)") }
        }
      }
    }
    // With fewer threads than jobs, those that there are do the others' work.
    let jobs = min(options.jobs, max(open.count, 1))
    _ = ParallelMap.map(Array(0..<jobs), threads: jobs) { _ in work() }
    return (suite, shared.withLock { $0.outcome })
  }

  private enum Ending { case trained, done, elsewhere }

  /// Trains a member, unless another process does or did so since its folder was looked at. A member only gets further, so
  /// this is tried three times at most.
  private func train(_ index: Int) throws -> Ending {
    let member = suite.members[index]
    while true {
      let state = try folder.state(member)
      guard state != .done else {
        options.report("run '\(member.folder)' was done by another process")
        return .done
      }
      do {
        try train(runs[index], folder.run(member), state == .begun)
        return .trained
      } catch let error as ZooError where error.kind == .usage {
        if folder.run(member).isBeingWritten {
          options.report("run '\(member.folder)' is being trained by another process, which it is left to")
          return .elsewhere
        }
        if try folder.state(member) == state { throw error }
      }
    }
  }
}
