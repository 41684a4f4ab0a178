import Foundation

@testable import ZooData
@testable import ZooFormat
@testable import ZooImages
@testable import ZooRuntime
@testable import ZooWorkbench

/// What goes from one part of the program into another, and can be anything there if the first part believed it.
enum CrossPart: String, CaseIterable, Sendable {
  /// Hostile graphs: compiled and executed, and executed node by node.
  case execution
  /// The same, with a convolution before them, made 8-bit.
  case quantizing
  /// A step of training of a model that ends in a hostile graph.
  case training
  /// The files of a run folder, one of them changed.
  case run
  /// Sweeps, overrides and keys of specs.
  case sweep
  /// Tables of predictions and manifests.
  case table
  /// The tables, settings and label images of programs that segment and track.
  case film
  /// Images of OME-Zarr, one of their files changed.
  case zarr
  /// Predictions of tracked cells, plate maps and true deaths.
  case deaths
  /// Labels of two people.
  case agreement
  /// The XML of OME files.
  case ome

  /// Does what a user would with what `bytes` stand for. Whatever it is, it works or is refused with an error of ours,
  /// within the memory of the current account.
  /// - Throws: ``ZooError``, ``SpecProblems`` or ``ValueNeeded``.
  func attempt(_ bytes: [UInt8]) throws {
    switch self {
    case .execution: try execute(bytes)
    case .quantizing: try quantize(bytes)
    case .training: try train(bytes)
    case .run: try openRun(bytes)
    case .sweep: try readSweep(bytes)
    case .table: try readTable(bytes)
    case .film: try openFilm(bytes)
    case .zarr: try readZarr(bytes)
    case .deaths: try analyseDeaths(bytes)
    case .agreement: try compareLabels(bytes)
    case .ome: _ = try OMEXML(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// What works: the bytes that choose what is read, and what is read. None where any bytes stand for a graph or a spec.
  var seeds: [(choice: [UInt8], content: [UInt8])] {
    func files(_ folders: [HostileFolder], _ further: [[UInt8]] = [[]]) -> [(choice: [UInt8], content: [UInt8])] {
      folders.enumerated().flatMap { number, folder in
        folder.names.enumerated().flatMap { place, name in
          further.map { ([UInt8(number), UInt8(place)] + $0, folder.files[name] ?? []) }
        }
      }
    }
    switch self {
    case .execution, .quantizing, .training, .sweep: return []
    case .run:
      return Self.files.keys.sorted().enumerated().map { ([0, UInt8($0)], [UInt8](Self.files[$1] ?? Data())) }
    case .table: return [([], [UInt8](Self.files["predictions.csv"] ?? Data()))]
    case .film: return files(HostileFilm.all.map(\.folder), [[0], [1]])
    case .zarr: return files(HostileZarr.all.map(\.folder))
    case .deaths: return (0..<9).map { ([UInt8($0)], Array(HostileDeaths.texts[$0 % 3].utf8)) }
    case .agreement: return [([], Array(Self.labels.utf8))]
    case .ome: return [([], Array(Self.omeText.utf8))]
    }
  }

  /// The first two bytes choose the program and the file, the third whether windows of frames are cut, and the rest is what
  /// the file holds.
  private func openFilm(_ bytes: [UInt8]) throws {
    var choices = Choices(bytes)
    let film = HostileFilm.all[choices.byte() % HostileFilm.all.count]
    let names = film.folder.names
    let name = names[choices.byte() % names.count]
    try film.open(name, bytes.dropFirst(3), frames: choices.byte() % 2 == 0 ? nil : 2)
  }

  /// The first two bytes choose the image and the file.
  private func readZarr(_ bytes: [UInt8]) throws {
    var choices = Choices(bytes)
    let image = HostileZarr.all[choices.byte() % HostileZarr.all.count]
    let names = image.folder.names
    try image.read(names[choices.byte() % names.count], bytes.dropFirst(2))
  }

  /// The first byte chooses the table and the rule.
  private func analyseDeaths(_ bytes: [UInt8]) throws {
    var choices = Choices(bytes)
    let chosen = choices.byte()
    try HostileDeaths.analyse(
      chosen, String(decoding: bytes.dropFirst(), as: UTF8.self),
      rule: DeathRule.Kind.allCases[chosen / 3 % DeathRule.Kind.allCases.count])
  }

  /// The labels of two people for the same cells; what the page of `data annotate` saves.
  private static let labels =
    "experiment,frame,track,x,y,label\ne,0,1,5.0,6.5,alive\ne,1,1,5.5,6.0,dead\ne,0,2,1,2,uncertain\n"

  /// Two tables of labels, the first changed.
  private func compareLabels(_ bytes: [UInt8]) throws {
    let files = ("first", "second")
    let result = try AnnotatorAgreement(
      CSVTable(bytes, file: files.0), CSVTable(Array(Self.labels.utf8), file: files.1), files: files,
      ignoring: ["uncertain"])
    _ = (result.text, result.csv)
  }

  /// Limits under which an input takes no more than a second or so.
  private static let limits: LoadLimits = {
    var limits = LoadLimits.default
    limits.arenaBytes = 64 << 20
    limits.compileSeconds = 1
    return limits
  }()

  private func execute(_ bytes: [UInt8]) throws {
    let hostile = try HostileGraph(bytes)
    let model = Model(graph: hostile.graph)
    // A run's cost is the sum of its nodes'; what an honest machine would take hours for isn't a fault.
    let inputTypes = hostile.inputs.mapValues(\.type)
    if let program = try? Program(model.graph, opsets: model.opsets, inputTypes: inputTypes, limits: Self.limits) {
      guard try program.operationCount() < 100_000_000 else { return }
    }
    let planned = Result { try LoadedModel(model, threads: 1, limits: Self.limits).run(hostile.inputs) }
    let interpreted = Result {
      try Interpreter(opsets: model.opsets, threads: ThreadPool(count: 1), limits: Self.limits)
        .run(model.graph, inputs: hostile.inputs)
    }
    _ = try planned.get()
    _ = try interpreted.get()
  }

  /// `image` [2, 3, 8, 8] → `features` [2, 16, 8, 8], with parameters that may be anything.
  private func convolution(_ choices: inout Choices) throws -> Graph {
    var graph = Graph(name: "model")
    let weight = (0..<16 * 3 * 9).map { _ in choices.rarely(40) ? choices.number() : Float(choices.below(9) - 4) / 16 }
    graph.initializers["weight"] = try Tensor(shape: [16, 3, 3, 3], weight)
    graph.initializers["bias"] = try Tensor(
      shape: [16], (0..<16).map { _ in choices.rarely(20) ? choices.number() : 0 })
    graph.inputs = [ValueInfo("image", .float32, [.fixed(2), .fixed(3), .fixed(8), .fixed(8)])]
    graph.nodes = [
      Node(
        name: "conv", op: "Conv", inputs: ["image", "weight", "bias"], outputs: ["features"],
        attributes: ["pads": .ints([1, 1, 1, 1])], part: .backbone)
    ]
    return graph
  }

  /// A node of any operator whose first input is `features`.
  private func follow(_ graph: inout Graph, _ choices: inout Choices) throws -> String {
    let hostile = try HostileGraph((0..<64).map { _ in UInt8(choices.byte()) })
    guard var node = hostile.graph.nodes.first else { return "features" }
    graph.initializers.merge(hostile.graph.initializers) { $1 }
    graph.initializers.merge(hostile.inputs) { $1 }
    if node.inputs.isEmpty { return "features" }
    node.inputs[0] = "features"
    node.part = .backbone
    graph.nodes.append(node)
    return node.outputs[0]
  }

  private func quantize(_ bytes: [UInt8]) throws {
    var choices = Choices(bytes)
    var graph = try convolution(&choices)
    graph.outputs = [ValueInfo(try follow(&graph, &choices), .float32, nil)]
    let image = try Tensor(shape: [2, 3, 8, 8], (0..<384).map { _ in choices.rarely(30) ? choices.number() : 0.5 })
    var quantizer = try Quantizer(Model(graph: graph), inputTypes: ["image": image.type], threads: 1)
    try quantizer.widen(["image": image])
    try quantizer.count(["image": image])
    _ = try LoadedModel(quantizer.quantized(), threads: 1, limits: Self.limits).run(["image": image])
  }

  private func train(_ bytes: [UInt8]) throws {
    var choices = Choices(bytes)
    var graph = try convolution(&choices)
    let last = try follow(&graph, &choices)
    graph.initializers["w"] = try Tensor(shape: [3, 16], (0..<48).map { _ in choices.number() })
    graph.nodes += [
      Node(name: "pool", op: "GlobalAveragePool", inputs: [last], outputs: ["pooled"], part: .head),
      Node(name: "flat", op: "Flatten", inputs: ["pooled"], outputs: ["flat"], part: .head),
      Node(
        name: "head", op: "Gemm", inputs: ["flat", "w"], outputs: ["logits"], attributes: ["transB": .int(1)],
        part: .head),
    ]
    graph.outputs = [ValueInfo("logits", .float32, nil)]
    let image = try Tensor(shape: [2, 3, 8, 8], (0..<384).map { _ in choices.rarely(30) ? choices.number() : 0.5 })
    let types = ["image": image.type]
    let model = Model(graph: graph)
    let training = try TrainingGraph(model, TrainSpec(), seed: 1, inputTypes: types, classWeights: nil)
    let context = try ExecutionContext(
      Executable(
        training.graph, opsets: model.opsets, inputTypes: types, purpose: .training, threads: ThreadPool(count: 1),
        limits: Self.limits))
    let values = [
      "image": image, TrainingGraph.labels: try Tensor(shape: [2], [0, Int64(choices.integer())]),
      TrainingGraph.learningRate: try Tensor(choices.number()), TrainingGraph.step: try Tensor(Int64(1)),
    ]
    for (name, value) in values { context.bind(name, to: value.storage.base) }
    try withExtendedLifetime(values) { try context.run() }
  }

  private func openRun(_ bytes: [UInt8]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // The first two bytes say which file the rest is; without a rest all are as they should be.
      let names = Self.files.keys.sorted()
      var choices = Choices(bytes)
      let chosen = choices.one(of: names)
      for name in names {
        let content = name == chosen && bytes.count > 2 ? Data(bytes.dropFirst(2)) : Self.files[name] ?? Data()
        try content.write(to: folder.appendingPathComponent(name))
      }
    } catch { return }
    _ = try RunReport(RunFolder(folder.path)).html
  }

  /// The files of a run that a report is made of.
  private static let files: [String: Data] = {
    let table = "id,subset,group,label,predicted,p_a,p_b\n1,test,w,a,a,0.75,0.25\n2,test,v,b,a,0.5,0.5\n"
    var metrics = RunMetrics(data: DataFacts(classes: ["a", "b"]), model: ModelFacts(), training: TrainingFacts())
    if let predictions = try? Predictions(csv: table, file: "table") {
      metrics.subsets["test"] = try? EvaluationResult(predictions, resamples: 10)
    }
    return [
      "spec.json": Data("{}".utf8), "predictions.csv": Data(table.utf8),
      "metrics.json": (try? RunJSON.encode(metrics)) ?? Data(),
    ]
  }()

  /// What OME files say, with all that is read of it.
  private static let omeText = """
    <?xml version="1.0"?><o:OME xmlns:o="x" UUID="u"><o:Image Name="a"><o:Pixels DimensionOrder="XYCZT" SizeC="2" SizeZ="1" \
    SizeT="3" PhysicalSizeX="0.65" PhysicalSizeXUnit="µm"><o:Channel Name="BF &amp; PI"/><o:TiffData IFD="0" PlaneCount="2">\
    <UUID FileName="b.tif">u</UUID></o:TiffData></o:Pixels></o:Image></o:OME>
    """

  private func readSweep(_ bytes: [UInt8]) throws {
    var choices = Choices(bytes)
    let keys = SpecSchema.keys.map(\.path) + ["sweep", "extends", "data.relabel.a", "train.init.head", "unknown.key"]
    func text(_ choices: inout Choices) -> String {
      switch choices.below(6) {
      case 0: "\(choices.integer())"
      case 1: "\(choices.number())"
      case 2: "[\(choices.integer()), \(choices.number())]"
      case 3: "{name: \(choices.below(4)), \(choices.one(of: keys)): \(choices.integer())}"
      case 4: "null"
      default: choices.one(of: ["mlp", "resnet18", "lstm", "true", "'", "{", "adamw", "\u{2028}", ""])
      }
    }
    let overrides = (0..<choices.below(6)).map { _ in "\(choices.one(of: keys))=\(text(&choices))" }
    let body = (0..<choices.below(5)).map { _ in "'\(choices.one(of: keys))': [\(text(&choices))]" }
    let runs = try SpecReader().read(
      text: "{sweep: {\(body.joined(separator: ", "))}}", file: "spec", overrides: overrides)
    for run in runs.prefix(2) where run.spec.data.source == .simulated {
      // Only small ones are put together: a large honest model isn't a fault.
      guard run.spec.data.height * run.spec.data.width < 4096 else { continue }
      _ = try? run.spec.outline(registry: .standard)
    }
  }

  private func readTable(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try CSV.parse(text, file: "table")
    let predictions = try Predictions(csv: text, file: "table")
    let result = try EvaluationResult(predictions, resamples: 20)
    guard try JSONDecoder().decode(EvaluationResult.self, from: JSONEncoder().encode(result)) == result else { abort() }
    guard try Predictions(csv: predictions.csv, file: "table") == predictions else { abort() }
  }
}
