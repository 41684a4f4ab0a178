import ZooWorkbench

/// What was written, and what is to be said of it.
private struct ExportResult: Encodable {
  var files: [String]
  var ensemble: EnsembleExport.Result?
  var calibration: CalibratedExport.Result?
}

extension Command {
  static let exportModel = Command(
    name: "export", summary: "Turn a model into ONNX, safetensors, a .zoo file, or 8-bit numbers.",
    discussion: """
      A spec stands for the model that its training would start from, with its data's statistics as normalisation.
      Safetensors hold weights alone, under our names: backbone.… are timm's.
      """,
    arguments: [
      .init(
        name: "MODEL|SPEC",
        help: "A .zoo or .onnx file, the folder of a run, or a spec; with --ensemble folders of runs or of suites.",
        count: 1...Int.max)
    ],
    takesOverrides: true,
    options: [
      .init(name: "onnx", value: "FILE", help: "The .onnx file to write.", output: .file),
      .init(name: "safetensors", value: "FILE", help: "The .safetensors file to write.", output: .file),
      .init(name: "output", letter: "o", value: "FILE", help: "The .zoo file to write.", output: .model),
      .init(
        name: "ensemble",
        help: "Make one model of several finished runs: the mean of their probabilities, or of their weights if better."
      ), .threads,
    ] + QuantizedExporting.options + CalibratedExporting.options + [.json],
    examples: [
      .init(line: "zoo export runs/quickstart --onnx model.onnx", help: "Normalisation, names and classes go along."),
      .init(line: "zoo export model.zoo --safetensors model.safetensors", help: "Weights for PyTorch."),
      .init(line: "zoo export quickstart model.backbone=resnet50 -o initial.zoo", help: "Before any training."),
      .init(
        line: "zoo export runs/quickstart --quantize int8 -o small.zoo",
        help: "Convolutions on 8-bit numbers, calibrated on the training data, with the accuracy before and after."),
      .init(
        line: "zoo export runs/quickstart --calibrate validation --max-error 0.1 -o model.zoo",
        help: "Probabilities that mean what they say, and answers that are uncertain where one in ten would be wrong."),
      .init(
        line: "zoo export runs/suite --ensemble -o ensemble.zoo",
        help: "One model of all runs of a suite, e.g. of seeds."),
    ],
    run: { invocation in
      if invocation.words.count > 1, !invocation.has("ensemble") {
        throw ZooError(
          .usage, problem: "'\(invocation.words[1])' is one argument too many",
          remedy: "Take models together by --ensemble, or export them one by one")
      }
      if invocation.value("quantize") != nil {
        try invocation.refuse(
          ["safetensors", "ensemble", "max-error", "threshold", "positive"], "can't be done beside --quantize")
        return try QuantizedExporting.run(invocation)
      }
      try invocation.refuse(["samples"], "has no effect without --quantize int8")
      let (onnx, safetensors) = (invocation.value("onnx"), invocation.value("safetensors"))
      let files = [onnx, safetensors, invocation.value("output")].compactMap { $0 }
      guard !files.isEmpty else { _ = try invocation.required("onnx"); return }
      var (model, ensemble) = try EnsembleExporting.model(invocation) ?? (exported(invocation), nil)
      let calibration = try CalibratedExporting.calibrate(&model, invocation)
      if let onnx { try ONNX.write(model, to: onnx) }
      if let safetensors {
        let metadata = ["format": "pt", "name": model.card.name]
        try WeightsFile(tensors: model.graph.weights, metadata: metadata).write(safetensors: safetensors)
      }
      if let output = invocation.value("output") { try model.write(to: output) }
      if calibration == nil, ensemble == nil {
        return try invocation.console.output(files: files, asJSON: invocation.has("json"))
      }
      if invocation.has("json") {
        return try invocation.console.output(
          json: ExportResult(files: files, ensemble: ensemble, calibration: calibration))
      }
      let told = [ensemble?.text, calibration?.text].compactMap(\.self)
      try invocation.console.output(files.map { "\($0)\n" }.joined() + told.joined(separator: "\n"))
    })

  private static func exported(_ invocation: Invocation) throws -> Model {
    let word = invocation.words[0]
    if invocation.isModel(word) {
      try invocation.refuseOverrides(of: word)
      var model = try Model.load(word)
      do { try model.graph.checkFinite(weightsAlone: true) } catch let error as ZooError { throw error.at(file: word) }
      // A checkpoint has nodes that only training needs.
      model.graph = try model.graph.withoutTrainingOperators()
      model.training = nil
      return model
    }
    let spec = try invocation.specReader.readOne(word, overrides: invocation.overrides)
    return try spec.untrainedModel(registry: invocation.registry, threads: invocation.threads())
  }
}
