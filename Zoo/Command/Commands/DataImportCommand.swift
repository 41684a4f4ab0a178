import ZooWorkbench

extension Command {
  static let dataImport = Command(
    name: "data import", summary: "Make images and a manifest of a set in Parquet files.",
    discussion: """
      For the sets of the Hugging Face hub whose images are nested lists of numbers. Channels are what each row's
      `channels` names, whole numbers become 8 or 16 bits, and the order of the axes is proposed and checked. The files
      are read by Python's pyarrow.
      """,
    arguments: [.init(name: "PATH", help: "Folder of .parquet files, or one file.")],
    options: [
      .init(name: "output", letter: "o", value: "DIR", help: "The folder to make.", output: .folder),
      .init(name: "python", value: "PROGRAM", help: "A Python 3 that has pyarrow; python3 if not given."),
      .init(name: "image", value: "COLUMN", help: "The column of the images, if several may be it."),
      .init(name: "axes", value: "ORDER", help: "Axes of the arrays, outermost first, e.g. CYX or TCYX."),
      .init(name: "channels", value: "NAMES", help: "Names of the channels with commas, if the rows don't name them."),
      .json,
    ],
    examples: [
      .init(line: "zoo data import pyroptosis-2d -o crops", help: "Then: zoo new crops.json5 --data crops.")
    ],
    run: { invocation in
      let folder = try invocation.required("output")
      var options = ParquetImport.Options()
      options.python = invocation.value("python")
      options.image = invocation.value("image")
      options.axes = invocation.value("axes")
      options.channelNames = invocation.list("channels")
      let clock = StepClock(noun: "rows", write: invocation.console.message)
      let done = try Interruption.cleanly {
        try ParquetImport(
          invocation.words[0], to: folder, options: options, progress: { clock.reached($0, of: $1) },
          isInterrupted: { Interruption.isRequested })
      }
      for finding in done.findings { invocation.console.line(finding) }
      invocation.console.message("\(Figures.counted(done.rows, "row"))\n")
      if invocation.has("json") {
        return try invocation.console.output(
          json: DataImportResult(folder: folder, rows: done.rows, findings: done.findings))
      }
      try invocation.console.output("\(folder)\n")
      invocation.console.message("Next: zoo new crops.json5 --data \(folder)\n")
    })
}

private struct DataImportResult: Encodable {
  var folder: String
  var rows: Int
  var findings: [String]
}
