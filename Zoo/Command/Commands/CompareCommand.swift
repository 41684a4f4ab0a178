import ZooWorkbench

extension Command {
  static let compare = Command(
    name: "compare", summary: "Compare runs: results with intervals, differences, cost.",
    arguments: [.init(name: "RUN", help: "Folders of finished runs.", count: 1...Int.max)],
    options: [
      .init(name: "html", value: "FILE", help: "Write one self-contained page with curves and confusion matrices."),
      .init(name: "subset", value: "NAME", help: "validation or test; test if not given."), .json,
    ],
    examples: [
      .init(line: "zoo compare runs/quickstart runs/quickstart-efficientnet", help: "A table."),
      .init(line: "zoo compare runs/* --html comparison.html", help: "A page to open in a browser, with no network."),
    ],
    run: { invocation in
      let comparison = try Comparison(
        invocation.words.map { RunFolder($0) }, subset: invocation.value("subset") ?? "test")
      if let file = invocation.value("html") {
        try AtomicFile.write(Array(comparison.html.utf8), to: file)
        invocation.console.message("\(file)\n")
      }
      if invocation.has("json") { return try invocation.console.output(json: comparison) }
      try invocation.console.output(comparison.text)
    })
}
