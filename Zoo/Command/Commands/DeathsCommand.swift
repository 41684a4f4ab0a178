import ZooData
import ZooWorkbench

extension Command {
  static let deaths = Command(
    name: "deaths", summary: "When each tracked cell died and how; curves, and differences between conditions.",
    discussion: """
      Reads the predictions of tracked cells (columns track, frame, p_CLASS; experiment, well, field and time where there
      are such) and, with --plate, a table with a row for each well and a column for what was done to it.
      """,
    arguments: [.init(name: "PREDICTIONS", help: "The CSV that `zoo predict MODEL SPEC -o predictions.csv` wrote.")],
    options: [
      .init(
        name: "plate", value: "FILE", help: "CSV with the column well (and experiment), and one for each condition."),
      .init(name: "condition", value: "COLUMN", help: "Column of the plate map to compare; the first if not given."),
      .init(name: "reference", value: "NAME", help: "The condition that others are compared with; the first by name."),
      .init(name: "unit", value: "UNIT", help: "well or experiment: what counts as independent; well if not given."),
      .init(name: "rule", value: "RULE", help: "change_point, consecutive or hysteresis; change_point if not given."),
      .init(name: "frames", value: "N", help: "Frames that death has to last, 1…100; 2 if not given."),
      .init(name: "threshold", value: "P", help: "Probability from which a frame shows death; 0.5 if not given."),
      .init(name: "low", value: "P", help: "hysteresis: probability below which it doesn't; 0.3 if not given."),
      .init(name: "alive", value: "CLASSES", help: "Classes of living cells, with commas; by their usual names."),
      .init(name: "frame-interval", value: "HOURS", help: "Hours between frames, for tables without a time."),
      .init(name: "time-unit", value: "UNIT", help: "What the column time is in; h if not given."),
      .init(name: "until", value: "TIME", help: "Compare incidence until this time; the shortest recording's end."),
      .init(name: "output", letter: "o", value: "FILE", help: "Write a row for each track as CSV.", output: .file),
      .init(name: "curves", value: "FILE", help: "Write every step of every curve as CSV.", output: .file),
      .init(
        name: "html", value: "FILE", help: "Write one self-contained page with curves, contrasts and the plate.",
        output: .file),
      .init(name: "truth", value: "FILE", help: "CSV (track, onset_frame, kind) to measure errors against."),
      .init(
        name: "truth-first-frame", value: "N", help: "What --truth calls the films' first frame; as the predictions do."
      ),
      .json,
    ],
    examples: [
      .init(line: "zoo deaths predictions.csv --frame-interval 0.25 -o deaths.csv", help: "When each cell died."),
      .init(
        line: "zoo deaths predictions.csv --plate plate.csv --reference control --html deaths.html",
        help: "Curves by condition, with wells as units."),
    ],
    run: { try Autopsy($0).run() })
}

private struct Autopsy {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() throws {
    let file = invocation.words[0]
    var reading = TrackedPredictions.Reading()
    reading.frameInterval = try invocation.number("frame-interval", in: 1e-6...1e6)
    if let unit = invocation.value("time-unit") { reading.timeUnit = unit }
    let predictions = try TrackedPredictions(table(file), file: file, reading: reading)
    let deaths = try Deaths(predictions, alive: invocation.list("alive"), rule: rule())
    var options = DeathAnalysis.Options()
    options.condition = invocation.value("condition")
    options.reference = invocation.value("reference")
    options.unit = invocation.value("unit")
    options.horizon = try invocation.number("until", in: 0...1e9)
    let plate = try invocation.value("plate").map {
      try PlateMap(table($0), file: $0, further: predictions.wellColumns)
    }
    if plate == nil { try invocation.refuse(["condition"], "has no effect without --plate") }
    let analysis = try DeathAnalysis(deaths, plate: plate, options: options)
    let firstFrame = try invocation.integer("truth-first-frame", in: 0...1_000_000)
    let errors = try invocation.value("truth").map {
      try OnsetErrors(deaths, truth: table($0), file: $0, firstFrame: firstFrame)
    }
    if errors == nil { try invocation.refuse(["truth-first-frame"], "has no effect without --truth") }
    // All is reckoned before the first file is written.
    for (option, text) in [
      ("output", { deaths.csv }), ("curves", { analysis.curvesCSV }), ("html", { analysis.html() }),
    ] as [(String, () -> String)] {
      guard let file = invocation.value(option) else { continue }
      try AtomicFile.write(Array(text().utf8), to: file)
      invocation.console.message("\(file)\n")
    }
    if invocation.has("json") {
      try invocation.console.output(json: Result(analysis: analysis, errors: errors))
    } else {
      try invocation.console.output(analysis.text + (errors.map { "\n" + $0.text } ?? ""))
    }
  }

  private struct Result: Encodable {
    var analysis: DeathAnalysis
    var errors: OnsetErrors?
  }

  private func table(_ file: String) throws -> CSVTable {
    guard !ParquetTable.isNamed(file) else {
      throw ZooError(
        .badInput, file: file, problem: "is a Parquet file", expected: "CSV",
        remedy: "Predict with -o predictions.csv")
    }
    return try CSVTable(FileBytes.read(file), file: file)
  }

  private func rule() throws -> DeathRule {
    var rule = DeathRule()
    if let word = invocation.value("rule") {
      guard let kind = DeathRule.Kind(rawValue: word) else {
        let names = DeathRule.Kind.allCases.map(\.rawValue)
        throw ZooError(
          .usage, problem: "--rule is '\(word)'", expected: SpecKind.listed(names),
          remedy: NearestName.of(word, in: names).map { "Did you mean '\($0)'?" })
      }
      rule.kind = kind
    }
    if let frames = try invocation.integer("frames", in: 1...100) { rule.frames = frames }
    if let threshold = try invocation.number("threshold", in: 0...1) { rule.threshold = threshold }
    if let low = try invocation.number("low", in: 0...1) { rule.low = low }
    guard rule.low <= rule.threshold else {
      throw ZooError(.usage, problem: "--low is above --threshold", expected: "at most \(rule.threshold)")
    }
    return rule
  }
}
