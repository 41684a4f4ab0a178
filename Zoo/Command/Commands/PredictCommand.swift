import ZooWorkbench

extension Command {
  static let predict = Command(
    name: "predict", summary: "Classify images with a trained model.",
    discussion: """
      Prints CSV: the item, the class, and the probability of each class; a column `warning` if there are images whose
      pixels lie beyond what training saw. A model that was exported with --calibrate answers by its own decision, and a
      column `uncertain` says true where the answer isn't to be relied on. Images must have the sample type that the
      model was trained on (uint8, uint16 …); data.range=[LOWEST,HIGHEST] says which values others can have, and they
      are brought to the model's range. Channels are found by the names in each file; data.imageChannels=[A,B] says what
      the channels are called where a file has no names or others, data.axes=CYX what its pages are.
      """,
    arguments: [
      .init(name: "MODEL", help: "A .zoo or .onnx file, or the folder of a run."),
      .init(
        name: "IMAGE", help: "PNG, TIFF or JPEG files, or folders of them with the folders below.", count: 0...Int.max),
    ],
    takesOverrides: true,
    options: [
      .init(name: "output", letter: "o", value: "FILE", help: "Write the CSV to this file."),
      .init(
        name: "explain", value: "DIR",
        help: "Write pictures of where the model looked (Grad-CAM), and how much it needs each channel and frame."),
      .init(
        name: "layer", value: "NAME",
        help: "With --explain: the value of the graph to look at; the last fine image before the pooling if not given."),
      .precision, .threads, .json,
    ],
    examples: [
      .init(line: "zoo predict model.zoo cell-1.tif cell-2.tif", help: "Images in files that hold all channels."),
      .init(
        line: "zoo predict model.zoo cells 'data.range=[0,255]'", help: "8-bit images, for a model of 16-bit ones."),
      .init(line: "zoo predict runs/quickstart data.root=crops", help: "Everything that a manifest lists."),
      .init(line: "zoo predict model.zoo cells --explain why", help: "With pictures and tables in the folder why."),
    ],
    run: { invocation in
      let images = Array(invocation.words.dropFirst())
      if images.isEmpty && invocation.overrides.isEmpty {
        throw ZooError(.usage, problem: "there is nothing to classify", expected: "images, or data.root=FOLDER")
      }
      let use = try ModelUse(
        invocation.words[0], threads: invocation.threads(), precision: invocation.precision() ?? .float32)
      if invocation.value("explain") == nil { try invocation.refuse(["layer"], "has no effect without --explain") }
      let overrides = invocation.overrides
      let tell = invocation.console.remark
      let (predictions, cells) =
        try images.isEmpty
        ? use.predicted(overrides: overrides, tell: tell)
        : (use.predicted(images: images, overrides: overrides, tell: tell), nil)
      let csv = cells?.csv ?? predictions.csv
      for caution in predictions.cautions { invocation.console.remark(caution) }
      if let file = invocation.value("output") {
        try AtomicFile.write(Array(csv.utf8), to: file)
      } else if invocation.has("json") {
        try invocation.console.output(json: json(predictions))
      } else {
        try invocation.console.output(csv)
      }
      if let folder = invocation.value("explain") { try explain(use, images, folder, invocation) }
    })

  private static func explain(_ use: ModelUse, _ images: [String], _ folder: String, _ invocation: Invocation) throws {
    let explanations = try use.explained(
      images: images, overrides: invocation.overrides, layer: invocation.value("layer"),
      isInterrupted: { Interruption.isRequested })
    try explanations.write(to: folder)
    for remark in explanations.remarks { invocation.console.message("\(Escape.line(remark))\n") }
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
