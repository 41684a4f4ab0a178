import ZooWorkbench

extension Command {
  static let predict = Command(
    name: "predict", summary: "Classify images with a trained model.",
    discussion: """
      Prints CSV: the item, the class, and the probability of each class; a column `warning` if there are images whose
      pixels lie beyond what training saw. A model that was exported with --calibrate answers by its own decision, and a
      column `uncertain` says true where the answer isn't to be relied on.
      Of cells in fields there is a row for each cell and time point, as `zoo deaths` takes them; they are cut as in
      training, a sequence at each time point of a track. What -o writes of them goes on where it was stopped. With --find
      a model with a dense head finds the cells of whole fields itself, wherever they are, and follows them.
      Images must have the sample type that the model was trained on (uint8, uint16 …); data.range=[LOWEST,HIGHEST] says
      which values others can have, and they are brought to the model's range. Channels are found by the names in each
      file; data.imageChannels=[A,B] says what the channels are called where a file has no names or others, data.axes=CYX
      what its pages are. What training said of channels' names (data.channelNames), of slices in depth (data.slices) and
      of files to leave out of folders (data.exclude) holds here, unless it is said anew.
      """,
    arguments: [
      .init(name: "MODEL", help: "A .zoo or .onnx file, or the folder of a run."),
      .init(
        name: "IMAGE",
        help: "PNG, TIFF or JPEG files, or folders of them with the folders below; or a spec; or a folder of fields.",
        count: 0...Int.max),
    ],
    takesOverrides: true,
    options: [
      .init(
        name: "output", letter: "o", value: "FILE", help: "Write the CSV to this file; Parquet if it ends in .parquet.",
        output: .file),
      TableFile.python,
      .init(
        name: "explain", value: "DIR",
        help: "Write pictures of where the model looked (Grad-CAM), and how much it needs each channel and frame.",
        output: .folder),
      .init(
        name: "layer", value: "NAME",
        help: "With --explain: the value of the graph to look at; the last fine image before the pooling if not given."),
      .init(
        name: "frame-interval", value: "HOURS",
        help: "Cells: hours between two frames, for the column time; what tables or images say if not given."),
    ] + FieldSearch.options + CellOutput.options + [.precision, .threads, .json],
    examples: [
      .init(line: "zoo predict model.zoo cell-1.tif cell-2.tif", help: "Images in files that hold all channels."),
      .init(
        line: "zoo predict model.zoo cells 'data.range=[0,255]'", help: "8-bit images, for a model of 16-bit ones."),
      .init(line: "zoo predict runs/quickstart data.root=crops", help: "Everything that a manifest lists."),
      .init(line: "zoo predict model.zoo cells --explain why", help: "With pictures and tables in the folder why."),
      .init(
        line: "zoo predict runs/cells film -o predictions.csv",
        help: "Every cell of other fields, as the model's spec reads and cuts them."),
      .init(
        line: "zoo predict runs/dense film --find -o found.csv",
        help: "Cells that nobody has segmented, for `zoo deaths`."),
    ],
    run: { invocation in
      let words = Array(invocation.words.dropFirst())
      if words.isEmpty && invocation.overrides.isEmpty {
        throw ZooError(
          .usage, problem: "there is nothing to classify", expected: "images, a spec, or data.root=FOLDER")
      }
      let use = try ModelUse(
        invocation.words[0], threads: invocation.threads(), precision: invocation.precision() ?? .float32)
      if invocation.value("explain") == nil { try invocation.refuse(["layer"], "has no effect without --explain") }
      let tell = invocation.console.remark
      let table = try TableFile(invocation)
      if invocation.has("find") {
        try invocation.refuse(CellOutput.options.map(\.name) + ["json", "explain"], "has no effect with --find")
        return try FieldSearch(use, invocation).predict(words, to: table)
      }
      try invocation.refuse(FieldSearch.options.dropFirst().map(\.name), "has no effect without --find")
      guard use.areData(words) else {
        try invocation.refuse(["frame-interval"] + CellOutput.options.map(\.name), "is for cells in fields")
        let predictions = try use.predicted(images: words, overrides: invocation.overrides, tell: tell)
        try output(predictions, to: table, invocation)
        return try explain(use, words, invocation)
      }
      let data = try use.opened(words.first, overrides: invocation.overrides, tell: tell)
      if !words.isEmpty { try invocation.refuse(["explain"], "is for images, or for data.root=FOLDER") }
      let interval = try invocation.number("frame-interval", in: 1e-6...1e6)
      if let cells = use.cells(in: data, frameInterval: interval) {
        try CellOutput(cells, invocation).run(to: table)
      } else {
        try invocation.refuse(["frame-interval"] + CellOutput.options.map(\.name), "is for cells in fields")
        try output(use.predicted(data), to: table, invocation)
      }
      try explain(use, [], invocation)
    })

  private static func output(_ predictions: Predictions, to table: TableFile?, _ invocation: Invocation) throws {
    for caution in predictions.cautions { invocation.console.remark(caution) }
    if let table {
      try table.write(predictions.csv)
    } else if invocation.has("json") {
      try invocation.console.output(json: json(predictions))
    } else {
      try invocation.console.output(predictions.csv)
    }
  }

  private static func explain(_ use: ModelUse, _ images: [String], _ invocation: Invocation) throws {
    guard let folder = invocation.value("explain") else { return }
    let explanations = try use.explained(
      images: images, overrides: invocation.overrides, layer: invocation.value("layer"),
      isInterrupted: { Interruption.isRequested })
    try explanations.write(to: folder)
    for remark in explanations.remarks { invocation.console.line(remark) }
    invocation.console.message("\(folder)\n")
  }

  private static func json(_ predictions: Predictions) -> JSONValue {
    .array(
      predictions.items.map { item in
        let probabilities = zip(predictions.classes, item.probabilities).map { ($0, JSONValue.number(Double($1))) }
        var fields: [String: JSONValue] = [
          "id": .string(item.id), "class": .string(predictions.classes[item.predicted]),
          "probabilities": .object(Dictionary(probabilities) { first, _ in first }),
        ]
        if let isUncertain = item.isUncertain { fields["uncertain"] = .bool(isUncertain) }
        if !item.cautions.isEmpty { fields["warnings"] = .array(item.cautions.map(JSONValue.string)) }
        return .object(fields)
      })
  }
}

/// Predictions of cells on their way out, a batch at a time.
private struct CellOutput {
  static let options: [Command.Option] = [
    .init(
      name: "overlay", value: "DIR", help: "Cells: pictures of fields with a ring in its class's colour around each.",
      output: .folder),
    .init(name: "overlay-channel", value: "NAME", help: "The channel under the rings; the model's first if not given."),
    .init(
      name: "overlay-step", value: "N",
      help: "A picture every N frames; the first, the middle and the last frame if not given."),
    .init(
      name: "geojson", value: "FILE", help: "Cells: GeoJSON with a detection for each cell, as QuPath reads it.",
      output: .file),
    .init(
      name: "napari", value: "DIR", help: "Cells: tables of points and of tracks for each field, as napari reads them.",
      output: .folder),
  ]

  private let cells: CellPrediction
  private let invocation: Invocation

  init(_ cells: CellPrediction, _ invocation: Invocation) {
    self.cells = cells
    self.invocation = invocation
  }

  func run(to table: TableFile?) throws {
    let overlay = try overlay()
    let written = try Interruption.cleanly { try table.map { try write(to: $0.path) } ?? print() }
    try table?.finish()
    if let file = invocation.value("geojson") {
      try cells.writeGeoJSON(written, to: file)
      invocation.console.message("\(file)\n")
    }
    if let folder = invocation.value("napari") {
      try cells.writeNapari(written, to: folder)
      invocation.console.message("\(folder)\n")
    }
    if let folder = invocation.value("overlay") {
      let count = try Interruption.cleanly {
        try cells.writeOverlays(written, overlay, to: folder, isInterrupted: { Interruption.isRequested })
      }
      invocation.console.message("\(folder): \(Figures.counted(count, "picture"))\n")
    }
  }

  private func overlay() throws -> CellPrediction.Overlay {
    var overlay = CellPrediction.Overlay()
    overlay.channel = invocation.value("overlay-channel")
    overlay.step = try invocation.integer("overlay-step", in: 1...1_000_000)
    if invocation.value("overlay") == nil {
      try invocation.refuse(["overlay-channel", "overlay-step"], "has no effect without --overlay")
    }
    // What would fail in the end fails before the work.
    try cells.check(overlay)
    return overlay
  }

  private func write(to file: String) throws -> CellVerdicts {
    let console = invocation.console
    let clock = StepClock(noun: "cells", write: console.message)
    let written: CellPrediction.Written
    do {
      written = try cells.write(
        to: file, isInterrupted: { Interruption.isRequested }, progress: { clock.reached($0, of: $1) })
    } catch let error as ZooError where error.kind == .interrupted {
      throw ZooError(.interrupted, file: file, problem: "stopped", remedy: "The same command goes on with it")
    }
    if written.earlier > 0 {
      console.message("\(written.earlier) of \(cells.count) cells had been classified before\n")
    }
    if let caution = written.caution { console.remark(caution) }
    return written.verdicts
  }

  private func print() throws -> CellVerdicts {
    let console = invocation.console
    let clock = StepClock(noun: "cells", write: console.message)
    var summary = CautionSummary()
    var objects: [JSONValue] = []
    let isJSON = invocation.has("json")
    if !isJSON { try console.output(cells.header) }
    var done = 0
    let verdicts = try cells.verdicts(isInterrupted: { Interruption.isRequested }) { rows in
      for row in rows { summary.add(row.cautions, id: cells.id(row)) }
      if isJSON {
        objects += rows.map(cells.json)
      } else {
        try console.output(rows.map(cells.line).joined())
      }
      done += rows.count
      clock.reached(done, of: cells.count)
    }
    if isJSON { try console.output(json: .array(objects)) }
    if let caution = summary.text { console.remark(caution) }
    return verdicts
  }
}
