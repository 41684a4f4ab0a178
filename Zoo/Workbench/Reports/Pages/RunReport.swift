import ZooPlugins

/// The report of one run, `report.html`: how well the model does, on what, how it got there, where it is wrong, where it
/// looks, and how to use it.
package struct RunReport: Sendable {
  package var name: String
  package var spec: Spec
  package var environment: RunEnvironment?
  package var metrics: RunMetrics
  package var log: [LogRecord]
  /// The subset that the figures are of; `nil` if the run held no items out.
  package var subset: String?
  /// What one does with the result, and the command that does it.
  package var commands: [(purpose: String, command: String)]
  /// The labelled predictions of ``subset``.
  let predictions: Predictions?
  /// Examples have no pictures, and what needs the data is missing, before ``illustrate(_:threads:)``.
  var illustrations = Illustrations()

  /// Reads what `folder` holds.
  /// - Parameters:
  ///   - subset: what the figures are to be of; without, of the test set, or else of the validation set.
  ///   - metrics: of a run that hasn't written them yet.
  /// - Throws: ``ZooError`` if it has no metrics for `subset` or no spec.
  package init(_ folder: RunFolder, subset wanted: String? = nil, metrics given: RunMetrics? = nil) throws {
    name = folder.name
    spec = try folder.spec()
    environment = folder.has(.environment) ? try folder.environment() : nil
    metrics = try given ?? folder.metrics()
    log = folder.has(.log) ? try folder.log() : []
    let found = metrics.subsets.keys.sorted()
    if let wanted, !found.contains(wanted) {
      throw ZooError(
        .badInput, file: folder.path(.metrics), problem: "has no results for the subset '\(wanted)'",
        expected: found.isEmpty ? nil : SpecKind.listed(found))
    }
    subset = wanted ?? ["test", "validation"].first(where: found.contains)
    commands = UsageCommands.commands(for: folder)
    predictions =
      try subset.flatMap { subset in
        try folder.has(.predictions) ? folder.predictions().labelled(subset: subset) : nil
      }
    guard let predictions else { return }
    illustrations.wrong = Illustrator.wrong(predictions, count: 12)
    illustrations.right = Illustrator.right(predictions, count: 6)
  }

  /// Reporting guidelines filled from the run and its suite, as Markdown; with results by group and explanations after
  /// ``illustrate(_:threads:)``.
  package func checklists(_ folder: RunFolder) throws -> String {
    try Checklist.markdown(name, RunFacts(folder, illustrations: illustrations))
  }

  /// The same guidelines as values.
  package func checklistsJSON(_ folder: RunFolder) throws -> JSONValue {
    try Checklist.json(RunFacts(folder, illustrations: illustrations))
  }

  /// Adds what has to be made from the run's data and model: pictures, explanations, features, the first batch, results by
  /// experiment. Costs a few hundred predictions. What can't be made is said in the report.
  package mutating func illustrate(_ folder: RunFolder, threads: Int) {
    do {
      illustrations = try Illustrator(folder, spec: spec, metrics: metrics, threads: threads).illustrate(predictions)
    } catch {
      illustrations.notes.append("no pictures, for the run's data or model can't be used: \(error)")
    }
  }
}
