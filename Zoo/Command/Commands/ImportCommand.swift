import ZooWorkbench

extension Command {
  static let importModel = Command(
    name: "import", summary: "Turn an ONNX model, or weights of PyTorch, into a .zoo file.",
    discussion: """
      A model.onnx brings its graph. A safetensors or .pth file brings weights alone: --as says which backbone they
      are of, by timm's or torchvision's names. The report says which tensors were adapted, missing or left over,
      with the first ten names of each; --json has all. Nothing in a .pth file is executed.
      """,
    arguments: [.init(name: "FILE", help: "An .onnx file, or weights: .safetensors, .pth, .pt, .bin.")],
    takesOverrides: true,
    options: [
      .init(name: "output", letter: "o", value: "FILE", help: "The .zoo file to write.", output: .model),
      .init(name: "as", value: "NAME", help: "Backbone that weights belong to; its settings as NAME=VALUE."),
      .init(name: "channels", value: "A,B,…", help: "Channels of the model; those of the weights if not given."),
      .init(name: "classes", value: "A,B,…", help: "Classes of the model; as many as the weights have if not given."),
      .init(name: "size", value: "PIXELS", help: "Height and width of the images; 224 if not given."),
      .init(
        name: "stem", value: "RULE",
        help: "For other numbers of channels: spread (the sum over the file's, evenly; if not given) or repeat."),
      .init(name: "mean", value: "X,Y,…", help: "Mean of each channel, subtracted by the graph."),
      .init(name: "deviation", value: "X,Y,…", help: "Deviation of each channel, divided by in the graph."),
      .threads, .json,
    ],
    examples: [
      .init(line: "zoo import model.onnx -o model.zoo", help: "Weights, graph and metadata in one file."),
      .init(
        line: "zoo import resnet18.safetensors --as resnet18 --channels BF,PI -o resnet18.zoo",
        help: "A stem for two channels; then zoo train SPEC 'train.init={backbone: \"resnet18.zoo\"}'."),
    ],
    run: { invocation in
      let file = invocation.words[0]
      let output = try invocation.required("output")
      if invocation.value("as") == nil, file.hasSuffix(".onnx") {
        try invocation.refuse(
          ["channels", "classes", "size", "stem", "mean", "deviation", "json"], "has no effect on a graph")
        let model = try ONNX.read(path: file)
        do {
          try ModelInspection.checkSupport(of: model)
          try model.graph.checkFinite(weightsAlone: true)
        } catch let error as ZooError { throw error.at(file: file) }
        try model.write(to: output)
        return try invocation.console.output("\(output)\n")
      }
      let options = try importOptions(invocation)
      let imported: ImportedWeights
      do {
        imported = try ImportedWeights(
          WeightsFile.read(path: file), options: options, registry: invocation.registry, threads: invocation.threads())
      } catch let error as ZooError {
        throw error.at(file: file)
      }
      try imported.model.write(to: output)
      if invocation.has("json") { return try invocation.console.output(json: imported.report) }
      try invocation.console.output("\(output)\n\(imported.report.text)")
    })

  private static func importOptions(_ invocation: Invocation) throws -> ImportedWeights.Options {
    guard let name = invocation.value("as") else {
      throw ZooError(
        .usage, file: invocation.words[0], problem: "is no .onnx file, and --as is missing",
        expected: "--as BACKBONE for a file of weights", remedy: "See zoo list for the backbones")
    }
    var options = ImportedWeights.Options(
      backbone: PartSpec(name, settings: try PartSpec.settings(invocation.overrides)))
    options.channels = invocation.list("channels")
    options.classes = invocation.list("classes")
    options.size = try invocation.integer("size", in: 1...16384) ?? options.size
    if let word = invocation.value("stem") {
      guard let rule = StemAdaptation(rawValue: word) else {
        throw ZooError(.usage, problem: "--stem is '\(word)'", expected: "spread or repeat")
      }
      options.stem = rule
    }
    let (mean, deviation) = (try invocation.numbers("mean"), try invocation.numbers("deviation"))
    if !mean.isEmpty || !deviation.isEmpty { options.normalization = .init(mean: mean, deviation: deviation) }
    return options
  }
}
