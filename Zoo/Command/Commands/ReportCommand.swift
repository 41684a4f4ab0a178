import ZooWorkbench

extension Command {
  static let report = Command(
    name: "report", summary: "Make the report of a finished run again, or its reporting checklists.",
    discussion: """
      Without --checklist: the page that training leaves as report.html, one file without scripts. With it: REFORMS, DOME,
      CLAIM and TRIPOD+AI as Markdown, filled in from the run (flow of data with counts and reasons, splits, preprocessing,
      all configurations of its suite, seeds, version, compute, intervals, calibration, results by group), with a mark where
      a person has to answer. With --json the names of the files that were written are printed, and with --checklist the
      checklists as values.
      """,
    arguments: [.init(name: "RUN", help: "The folder of a finished run.")],
    options: [
      .init(
        name: "output", letter: "o", value: "FILE", help: "Write the page here; the run's report.html if not given.",
        output: .file),
      .init(name: "checklist", value: "FILE", help: "Write the checklists to this file, and no page.", output: .file),
      .threads, .json,
    ],
    examples: [
      .init(line: "zoo report runs/quickstart", help: "After an update of the tool."),
      .init(line: "zoo report runs/quickstart --checklist checklist.md", help: "To be completed for a paper."),
    ],
    run: { invocation in
      let folder = RunFolder(invocation.words[0])
      var report = try RunReport(folder)
      report.illustrate(folder, threads: try invocation.threads())
      if let file = invocation.value("checklist") {
        try invocation.refuse(["output"], "has no effect with --checklist")
        try AtomicFile.write(Array(report.checklists(folder).utf8), to: file)
        guard invocation.has("json") else { return invocation.console.message("\(file)\n") }
        return try invocation.console.output(
          json: .object(["files": .array([.string(file)]), "checklists": report.checklistsJSON(folder)]))
      }
      let file = invocation.value("output") ?? folder.path(.report)
      if invocation.value("output") != nil {
        try AtomicFile.write(Array(report.html.utf8), to: file)
      } else {
        try folder.write(report: report.html)
      }
      if invocation.has("json") { return try invocation.console.output(files: [file], asJSON: true) }
      invocation.console.message("\(file)\n")
    })
}
