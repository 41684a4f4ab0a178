import ZooWorkbench

extension Command {
  static let dataLabel = Command(
    name: "data label", summary: "Write the labels of cells, and what they were decided by.",
    discussion: """
      With data.labels.from=pi, the table has for each position how bright the dye is, the threshold of its experiment,
      and the frame in which the track ruptures. It joins as annotations do: change what is wrong and set
      data.labels.from=annotations and data.labels.file.
      """,
    arguments: [.init(name: "SPEC", help: "The path of a .json5 file whose source is cells.")],
    takesOverrides: true,
    options: [
      .init(name: "output", letter: "o", value: "FILE", help: "The CSV to write.", output: .file),
      .init(
        name: "html", value: "FILE", help: "A page of what the dye decided: histograms, and tracks as strips.",
        output: .file),
      .json,
    ],
    examples: [
      .init(
        line: "zoo data label fields.json5 data.labels.from=pi -o plates/pi.csv --html pi.html",
        help: "Who is dead from when on, by propidium iodide.")
    ],
    run: { invocation in
      let file = try invocation.required("output")
      let spec = try invocation.specReader.readOne(invocation.words[0], overrides: invocation.overrides)
      let page = invocation.value("html")
      let table = try CellLabelTable(spec.data, hasPage: page != nil)
      try AtomicFile.write(Array(table.text.utf8), to: file)
      for finding in table.findings { invocation.console.line(finding) }
      let counts = table.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      invocation.console.line("positions: \(counts.joined(separator: ", "))")
      if let page, let text = table.page { try AtomicFile.write(Array(text.utf8), to: page) }
      if invocation.has("json") {
        return try invocation.console.output(
          json: DataLabelResult(table: file, page: page, positions: table.counts, findings: table.findings))
      }
      try invocation.console.output("\(file)\n" + (page.map { "\($0)\n" } ?? ""))
    })
}

private struct DataLabelResult: Encodable {
  var table: String
  /// `nil` if it wasn't asked for.
  var page: String?
  /// By label.
  var positions: [String: Int]
  var findings: [String]
}
