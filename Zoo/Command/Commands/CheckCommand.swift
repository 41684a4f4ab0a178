import ZooWorkbench

extension Command {
  static let check = Command(
    name: "check", summary: "Check a spec, its data and its model before any work.",
    discussion: "Reports everything that is wrong at once, each with its place and the nearest valid name.",
    arguments: [.init(name: "SPEC", help: "A name that `zoo list` shows, or the path of a .json5 file.")],
    takesOverrides: true, options: [.memory, .json],
    examples: [
      .init(line: "zoo check quickstart", help: "What would be trained, on which data."),
      .init(
        line: "zoo check pyroptosis-3class-2d-resnet18-all data.root=crops",
        help: "Whether a folder of real crops has the channels, classes and groups that the spec names."),
    ],
    run: { invocation in
      let runs: [SpecRun]
      var reviews: [SpecReview] = []
      var problems: [ZooError] = []
      do {
        runs = try invocation.specReader.read(invocation.words[0], overrides: invocation.overrides)
        let memory = try invocation.memory()
        var said = ContinuousClock.now
        reviews = try SpecReview.all(runs, registry: invocation.registry, memory: memory) { count in
          guard ContinuousClock.now - said > .seconds(2), count < runs.count else { return }
          said = .now
          invocation.console.message("checked \(count) of \(runs.count) runs\n")
        }
      } catch let error as SpecProblems {
        problems = error.problems
      } catch let error as ZooError {
        problems = [error]
      }
      if invocation.has("json") {
        try invocation.console.output(json: CheckResult(ok: problems.isEmpty, runs: reviews, problems: problems))
      } else if problems.isEmpty {
        try invocation.console.output(reviews.map(\.text).joined(separator: "\n"))
      }
      if !problems.isEmpty { throw SpecProblems(problems) }
    })
}

private struct CheckResult: Encodable {
  struct Problem: Encodable {
    var file: String?
    var line: Int?
    var column: Int?
    var path: String?
    var problem: String
    var expected: String?
    var remedy: String?
  }

  var ok: Bool
  var runs: [SpecReview]
  var problems: [Problem]

  init(ok: Bool, runs: [SpecReview], problems: [ZooError]) {
    self.ok = ok
    self.runs = runs
    self.problems = problems.map { error in
      Problem(
        file: error.location.file, line: error.location.line, column: error.location.column, path: error.location.path,
        problem: error.problem, expected: error.expected, remedy: error.remedy)
    }
  }
}
