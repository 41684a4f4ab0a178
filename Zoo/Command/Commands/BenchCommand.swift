import ZooData
import ZooWorkbench

extension Command {
  static let bench = Command(
    name: "bench", summary: "Measure how fast a model trains or predicts.",
    arguments: [.init(name: "SPEC|MODEL", help: "A spec, a .zoo or .onnx file, or the folder of a run.")],
    takesOverrides: true,
    options: [
      .init(
        name: "mode", value: "MODE",
        help:
          "train, predict, or exchange: how fast processes that were launched together add up the gradient; predict if not given."
      ),
      .init(name: "batch", value: "N", help: "Items of a step; 32 if not given."),
      .init(name: "seconds", value: "N", help: "How long to measure, e.g. 2.5; 5 if not given."),
      .init(name: "precision", value: "P", help: "float32 or bfloat16; of the spec in training, else float32."),
      .init(
        name: "batch-bits", value: "BITS",
        help:
          "same: a sample has the same bits in any batch; any: kernels are chosen by the batch. same if not given."),
      .init(name: "profile", help: "Time by operator."),
      .init(name: "trace", value: "FILE", help: "Write a profiled step as a Chrome trace.", output: .file), .shape,
      .threads, .memory, .json,
    ],
    examples: [
      .init(line: "zoo bench pyroptosis-3class-2d-resnet18-all --mode train", help: "Images a second in training."),
      .init(line: "zoo bench model.zoo --batch 1 --profile", help: "Latency, and where the time goes."),
    ],
    run: { invocation in
      var (model, train) = try subject(invocation)
      if invocation.value("mode") == "exchange" { return try exchange(model, invocation) }
      var options = Benchmark.Options()
      options.mode = try mode(invocation)
      options.batch = try invocation.integer("batch", in: 1...65536) ?? 32
      options.seconds = try invocation.number("seconds", in: 0.01...3600) ?? 5
      options.memory = try invocation.memory()
      if let precision = try invocation.precision() {
        options.precision = precision
        train.precision = precision
      }
      if let word = invocation.value("batch-bits") {
        guard let bits = BatchBits(rawValue: word) else {
          throw ZooError(.usage, problem: "--batch-bits is '\(word)'", expected: "same or any")
        }
        options.batchBits = bits
      }
      options.threads = try invocation.threads()
      options.isProfiled = invocation.has("profile") || invocation.value("trace") != nil
      options.inputTypes = try invocation.inputTypes(model)
      if !options.inputTypes.isEmpty { try invocation.refuse(["batch"], "has no effect beside --shape") }
      if let batch = model.graph.requiredInputs.first.flatMap({ options.inputTypes[$0.name]?.shape.first }) {
        options.batch = batch
      }
      var benchmark = Benchmark(options)
      let result = try benchmark.run(model, train: train)
      if let file = invocation.value("trace") {
        let trace = TraceEvent.chromeTrace(benchmark.trace).canonicalText(indented: false)
        try AtomicFile.write(Array(trace.utf8), to: file)
      }
      if invocation.has("json") { return try invocation.console.output(json: result) }
      try invocation.console.output(result.text)
    })

  private static func mode(_ invocation: Invocation) throws -> BenchmarkResult.Mode {
    guard let word = invocation.value("mode") else { return .predict }
    guard let mode = BenchmarkResult.Mode(rawValue: word) else {
      throw ZooError(.usage, problem: "--mode is '\(word)'", expected: "train, predict or exchange")
    }
    return mode
  }

  /// What training by MPI costs besides computing.
  private static func exchange(_ model: Model, _ invocation: Invocation) throws {
    try invocation.refuse(
      ["batch", "precision", "batch-bits", "profile", "trace", "shape"], "has no effect on --mode exchange")
    let ranks = try Ranks.launched()
    let result = try ExchangeBenchmark(
      model, ranks: ranks, seconds: invocation.number("seconds", in: 0.01...3600) ?? 5,
      threads: ranks.threads(of: invocation.threads()))
    ranks.finish()
    guard ranks.isFirst else { return }
    if invocation.has("json") { return try invocation.console.output(json: result) }
    try invocation.console.output(result.text)
  }

  /// A model from a file, or a new one as a spec describes it, which needs no data.
  private static func subject(_ invocation: Invocation) throws -> (Model, TrainSpec) {
    let word = invocation.words[0]
    if invocation.isModel(word) {
      try invocation.refuseOverrides(of: word)
      return (try Model.load(word), TrainSpec())
    }
    let spec = try invocation.specReader.readOne(word, overrides: invocation.overrides)
    let data = spec.data
    let channels = data.channels.isEmpty ? ["image"] : data.channels
    let classes = data.classes.isEmpty ? data.idx.labelNames : data.classes
    let description = ModelDescription(
      name: spec.name, channels: channels, classes: classes.isEmpty ? ["a", "b"] : classes, height: data.height,
      width: data.width, frames: data.frames, backbone: spec.model.backbone, temporal: spec.model.temporal,
      head: spec.model.head, seed: spec.seed)
    return (try invocation.registry.assemble(description), spec.train)
  }
}
