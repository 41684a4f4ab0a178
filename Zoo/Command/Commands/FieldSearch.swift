import ZooData
import ZooWorkbench

/// Cells of whole fields, found by a model with a dense head.
struct FieldSearch {
  static let options: [Command.Option] = [
    .init(
      name: "find", help: "Find the cells of whole fields in a folder, by a model with a dense head, and follow them."),
    .init(
      name: "threshold", value: "P", help: "With --find: least probability that there is a cell; 0.5 if not given."),
    .init(name: "distance", value: "PX", help: "With --find: two cells are at least so far apart; 12 if not given."),
    .init(
      name: "farthest", value: "PX", help: "With --find: farthest way between two frames; 1.5 distances if not given."),
  ]

  private let use: ModelUse
  private let invocation: Invocation

  init(_ use: ModelUse, _ invocation: Invocation) {
    self.use = use
    self.invocation = invocation
  }

  func predict(_ words: [String], to table: TableFile?) throws {
    guard words.count == 1 else {
      throw ZooError(.usage, problem: "\(words.count) folders of fields", expected: "one behind the model")
    }
    var options = FieldDetection.Options()
    if let threshold = try invocation.number("threshold", in: 0...1) { options.threshold = Float(threshold) }
    options.distance = try invocation.number("distance", in: 0.5...10000) ?? options.distance
    options.farthest = try invocation.number("farthest", in: 0.5...10000)
    options.frameInterval = try invocation.number("frame-interval", in: 1e-6...1e6)
    let found = try search(words[0], options)
    for finding in found.findings { invocation.console.remark(finding) }
    if let table {
      try table.write(found.csv)
    } else {
      try invocation.console.output(found.csv)
    }
    invocation.console.message(
      "\(Figures.counted(found.count, "cell")) in \(Figures.counted(found.trackCount, "track"))\n")
  }

  func evaluate(_ folder: String) throws {
    guard let truthFile = invocation.value("truth") else {
      throw ZooError(.usage, problem: "--truth is missing", expected: "--truth FILE with the points of --fields")
    }
    let distances = try invocation.numbers("distances").map(Double.init)
    if let wrong = distances.first(where: { $0 <= 0 || $0 > 10000 }) {
      throw ZooError(.usage, problem: "--distances has \(wrong)", expected: "pixels, above 0 and at most 10000")
    }
    guard FileKind(truthFile) != .nothing else {
      throw ZooError(.badInput, file: truthFile, problem: "doesn't exist", expected: "points, or boxes of COCO or YOLO")
    }
    var options = FieldDetection.Options()
    // What is improbable is a part of the curve too.
    options.threshold = 0.05
    let found = try search(folder, options)
    for finding in found.findings { invocation.console.remark(finding) }
    let score = try DetectionScore(
      found: CSVTable(Array(found.csv.utf8), file: "found"), foundFile: "found", truth: found.truth(truthFile),
      truthFile: truthFile,
      distances: distances.isEmpty ? [5, 10] : distances, countingFrom: 0.5)
    if let file = invocation.value("curve") { try AtomicFile.write(Array(score.csv.utf8), to: file) }
    if invocation.has("json") { return try invocation.console.output(json: score) }
    try invocation.console.output(score.text)
  }

  private func search(_ folder: String, _ options: FieldDetection.Options) throws -> FieldDetection {
    let clock = StepClock(noun: "frames", write: invocation.console.message)
    return try Interruption.cleanly {
      try use.found(
        in: folder, overrides: invocation.overrides, options, isInterrupted: { Interruption.isRequested },
        progress: { clock.reached($0, of: $1) })
    }
  }
}
