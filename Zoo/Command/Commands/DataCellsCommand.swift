import ZooData
import ZooWorkbench

extension Command {
  static let dataCells = Command(
    name: "data cells", summary: "Find and track the cells of whole fields, and write their table.",
    discussion: """
      A plain finder of stained nuclei and a tracker by linear assignment, for fields that nobody has segmented: good
      enough to begin with where nuclei lie mostly apart. Where they overlap, or move farther between two frames than
      they lie apart, use the tables of a program made for it.
      """,
    arguments: [.init(name: "FIELDS", help: "Folder of the fields.")],
    options: [
      .init(name: "output", letter: "o", value: "FILE", help: "The CSV to write.", output: .file),
      .init(name: "images", value: "PATTERN", help: "Paths of the images, e.g. '{well}/t{frame}_ch{channel}.png'."),
      .init(name: "channels", value: "NAMES", help: "Names of the channels in the files' order, with commas."),
      .init(name: "channel", value: "NAME", help: "The channel of the stained nuclei; DNA if not given."),
      .init(name: "diameter", value: "PIXELS", help: "Usual diameter of a nucleus; measured if not given."),
      .init(name: "farthest", value: "PIXELS", help: "Farthest way between two frames; a diameter if not given."),
      .init(name: "gap", value: "N", help: "Most frames that a cell may be missed in between; 2 if not given."),
      .threads, .json,
    ],
    examples: [
      .init(
        line: "zoo data cells plates --channels BF,CE,PI,DNA,DPC -o plates/cells.csv",
        help: "Use it by data.cells.layout=table, data.cells.tables=cells.csv and data.cells.columns.")
    ],
    run: { invocation in
      let file = try invocation.required("output")
      var options = FieldFinding.Options()
      options.images = invocation.value("images")
      options.channelNames = invocation.list("channels")
      options.channel = invocation.value("channel") ?? options.channel
      options.diameter = try invocation.number("diameter", in: 2...1000)
      options.farthest = try invocation.number("farthest", in: 0.5...10000)
      options.gap = try invocation.integer("gap", in: 0...1000) ?? options.gap
      options.threads = try invocation.threads()
      let clock = StepClock(noun: "frames", write: invocation.console.message)
      let found = try Interruption.cleanly {
        try FieldFinding(
          invocation.words[0], options, progress: { clock.reached($0, of: $1) },
          isInterrupted: { Interruption.isRequested })
      }
      try AtomicFile.write(Array(found.table.utf8), to: file)
      for finding in found.findings { invocation.console.line(finding) }
      invocation.console.message(
        "\(Figures.counted(found.positions, "position")) in \(Figures.counted(found.tracks, "track"))\n")
      let result = DataCellsResult(
        table: file, positions: found.positions, tracks: found.tracks, findings: found.findings)
      if invocation.has("json") { return try invocation.console.output(json: result) }
      try invocation.console.output("\(file)\n")
    })
}

private struct DataCellsResult: Encodable {
  var table: String
  var positions: Int
  var tracks: Int
  var findings: [String]
}
