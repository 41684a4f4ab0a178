import ZooWorkbench

extension Command {
  static let compare = Command(
    name: "compare", summary: "Compare runs: results with intervals, differences, cost.",
    discussion: """
      Runs that differ in seed and fold alone are one model: figures are means over its seeds, and every item of a
      cross-validation counts once a seed. Folders of suites stand for all their runs; several folders of one suite, filled
      by several machines, are taken together.
      """,
    arguments: [.init(name: "RUN", help: "Folders of finished runs, or of suites.", count: 1...Int.max)],
    options: [
      .init(
        name: "html", value: "FILE", help: "Write one self-contained page with curves and confusion matrices.",
        output: .file),
      .init(name: "csv", value: "FILE", help: "Write the table as CSV.", output: .file),
      .init(name: "latex", value: "FILE", help: "Write the table as LaTeX.", output: .file),
      .init(
        name: "disagreements", value: "FILE",
        help: "Write the items that two models answer differently as CSV, those first of which both are surest.",
        output: .file),
      .init(
        name: "subgroups", value: "FILE",
        help:
          "Write each model's figures by experiment, condition, time point: every column that groups items, as CSV.",
        output: .file),
      .init(
        name: "margin", value: "X",
        help:
          "The largest difference in balanced accuracy that doesn't matter, e.g. 0.02: says which models are equivalent."
      ),
      .init(name: "subset", value: "NAME", help: "validation or test; test if not given."), .json,
    ],
    examples: [
      .init(line: "zoo compare runs/quickstart runs/quickstart-efficientnet", help: "A table."),
      .init(line: "zoo compare runs/* --html comparison.html", help: "A page to open in a browser, with no network."),
    ],
    run: { invocation in
      let (folders, suite) = try runs(invocation.words)
      let comparison = try Comparison(
        folders, subset: invocation.value("subset") ?? "test", suite: suite,
        margin: invocation.number("margin", in: 0...1))
      // All is reckoned before the first file is written.
      var texts: [(file: String, text: String)] = []
      for (option, text) in [
        ("html", { comparison.html }), ("csv", { comparison.csv }), ("latex", { comparison.latex }),
        ("disagreements", { try comparison.disagreements() }), ("subgroups", { comparison.subgroupsCSV }),
      ] as [(String, () throws -> String)] {
        if let file = invocation.value(option) { texts.append((file, try text())) }
      }
      for (file, text) in texts {
        try AtomicFile.write(Array(text.utf8), to: file)
        invocation.console.message("\(file)\n")
      }
      if invocation.has("json") { return try invocation.console.output(json: comparison) }
      try invocation.console.output(comparison.text)
    })

  /// The runs that the words name, and their suite if they are of one.
  static func runs(_ words: [String]) throws -> ([RunFolder], Suite?) {
    let suites = words.map { SuiteFolder($0) }.filter(\.isSuite)
    guard let first = suites.first else { return (words.map { RunFolder($0) }, nil) }
    let suite = try first.suite()
    for other in suites.dropFirst() where try other.suite() != suite {
      throw ZooError(
        .usage, file: other.path, problem: "holds another suite than \(first.path)",
        remedy: "Compare the folders of single runs, or one suite at a time")
    }
    let folders = try first.finished(suite, others: Array(suites.dropFirst())).compactMap(\.self)
    guard folders.count == suite.members.count else {
      throw ZooError(
        .badInput, file: first.path, problem: "\(folders.count) of its \(suite.members.count) runs are done",
        remedy: "Go on by the command that began it, or give the other folders too")
    }
    return (folders + words.filter { !SuiteFolder($0).isSuite }.map { RunFolder($0) }, suite)
  }
}
