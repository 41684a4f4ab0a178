import Foundation
import Testing
import ZooData
import ZooWorkbench

/// Models of others in, ours out, by the tool.
@Suite("Interchange", .serialized)
struct InterchangeTests {
  private static let small = [
    "data.height=24", "data.width=24", "data.simulation.cellsPerClass=4", "data.simulation.experiments=8",
    "train.epochs=1", "train.batch=8",
  ]

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @discardableResult
  private func zoo(_ words: [String], status: Int32 = 0) throws -> Transcript {
    let call = Transcript(words)
    try #require(call.status == status, "\(words): \(call.messages)")
    return call
  }

  @Test("an exported ONNX model is taken by every command that takes a .zoo file, and comes back the same")
  func onnx() throws {
    try inFolder { folder in
      let files = ["a.zoo", "a.onnx", "a.safetensors", "b.zoo"].map { "\(folder)/\($0)" }
      let words = ["export", "quickstart"] + Self.small
      try zoo(words + ["--output", files[0], "--onnx", files[1], "--safetensors", files[2], "--threads", "1"])
      try zoo(["import", files[1], "-o", files[3]])
      let values = (0..<3456).map { index -> Float in Float(index % 31) / 31 }
      let samples = try Tensor(shape: [2, 3, 24, 24], values)
      try AtomicFile.write(NumPyFile.encode(samples), to: "\(folder)/x.npy")
      var results: [[UInt8]] = []
      for file in [files[0], files[1], files[3]] {
        try zoo(["run", file, "--input", "image=\(folder)/x.npy", "--output", "logits=\(folder)/y.npy"])
        results.append(try Array(Data(contentsOf: URL(fileURLWithPath: "\(folder)/y.npy"))))
        try zoo(["show", file])
        try zoo(["verify", file])
        try zoo(["predict", file, "data.simulation.cellsPerClass=1"])
        try zoo(["evaluate", file, "data.simulation.cellsPerClass=2"])
        try zoo(["bench", file, "--seconds", "1", "--batch", "1", "--threads", "1"])
      }
      #expect(results[0] == results[1] && results[0] == results[2])
      let weights = try WeightsFile.read(path: files[2])
      #expect(weights.tensors["backbone.conv1.weight"]?.shape == [16, 3, 7, 7])
    }
  }

  @Test("inputs with a default needn't be given, and element types without a kernel are named at import")
  func defaultsAndKernels() throws {
    try inFolder { folder in
      let (plain, defaults, double) = ("\(folder)/a.onnx", "\(folder)/b.onnx", "\(folder)/c.onnx")
      try zoo(["export", "quickstart"] + Self.small + ["--onnx", plain])
      var model = try ONNX.read(path: plain)
      let name = try #require(model.graph.initializers.keys.sorted().first { $0.hasSuffix("bias") })
      // Before the image: what is taken by its place would be the wrong one.
      model.graph.inputs.insert(
        ValueInfo(name, .float32, model.graph.initializers[name]?.shape.map { .fixed($0) }), at: 0)
      try ONNX.write(model, to: defaults)
      let words = ["data.simulation.cellsPerClass=1"]
      let expected = try zoo(["predict", plain] + words).output
      #expect(try zoo(["predict", defaults] + words).output == expected)
      try zoo(["bench", defaults, "--seconds", "1", "--batch", "1", "--threads", "1"])
      let pool = Model(
        opsets: ["": 17],
        graph: Graph(
          name: "double", nodes: [Node(name: "pool", op: "GlobalAveragePool", inputs: ["x"], outputs: ["y"])],
          inputs: [ValueInfo("x", .float64, [.symbolic("n"), .fixed(2), .fixed(3), .fixed(3)])],
          outputs: [ValueInfo("y", .float64, nil)]))
      try ONNX.write(pool, to: double)
      let refused = try zoo(["import", double, "-o", "\(folder)/c.zoo"], status: 65)
      #expect(refused.messages.contains("input 0 of type float64 is not supported"), "\(refused.messages)")
    }
  }

  @Test("weights that aren't numbers are named when they are imported, exported or made 8-bit, and nothing is written")
  func diverged() throws {
    try inFolder { folder in
      let (model, graph, weights) = ("\(folder)/a.zoo", "\(folder)/a.onnx", "\(folder)/a.safetensors")
      try zoo(["export", "quickstart"] + Self.small + ["-o", model])
      var diverged = try Model.load(model)
      let name = try #require(diverged.graph.weights.keys.sorted().first { $0.hasSuffix("conv1.weight") })
      var values = try #require(diverged.graph.initializers[name]?.values(as: Float.self))
      values[3] = .nan
      diverged.graph.initializers[name] = try Tensor(
        shape: #require(diverged.graph.initializers[name]?.shape), values)
      diverged.selfTest = nil
      try diverged.write(to: model)
      try ONNX.write(diverged, to: graph)
      try WeightsFile(tensors: diverged.graph.weights, metadata: [:]).write(safetensors: weights)
      let output = "\(folder)/out.zoo"
      for words in [
        ["export", model, "-o", output], ["export", model, "--onnx", output],
        ["export", model, "--safetensors", output],
        ["export", model, "--quantize", "int8", "--calibrate", "quickstart", "-o", output],
        ["import", graph, "-o", output],
        ["import", weights, "--as", "resnet10_tiny", "--channels", "BF,CE,PI", "--size", "24", "-o", output],
      ] {
        let refused = try zoo(words, status: 65)
        #expect(refused.messages.contains("conv1."), "\(words): \(refused.messages)")
        #expect(refused.messages.contains("finite"), "\(words): \(refused.messages)")
        #expect(FileKind(output) == .nothing)
      }
      #expect(try zoo(["verify", model], status: 65).output.contains("conv1.weight"))
    }
  }

  @Test("weights are imported with a report, and a training starts from them")
  func weights() throws {
    try inFolder { folder in
      let (weights, model) = ("\(folder)/w.safetensors", "\(folder)/model.zoo")
      try zoo(["export", "quickstart"] + Self.small + ["--safetensors", weights])
      let report = try zoo(
        ["import", weights, "--as", "resnet10_tiny", "--channels", "BF,PI", "--size", "24", "-o", model])
      #expect(report.output.contains("1 adapted\n  backbone.conv1.weight: 3 to 2 channels"), "\(report.output)")
      #expect(report.output.contains("0 missing"), "\(report.output)")
      let run = try zoo(
        ["train", "quickstart"] + Self.small + [
          "data.channels=[BF,PI]", "train.init={backbone: \"\(model)\"}", "--run-dir", "\(folder)/run",
        ])
      #expect(run.messages.contains("backbone from \(model)"), "\(run.messages)")
      let unknown = try zoo(["import", weights, "--as", "resnet10", "-o", model], status: 65)
      #expect(unknown.messages.contains("Did you mean"), "\(unknown.messages)")
      try zoo(["import", weights, "-o", model], status: 64)
      try zoo(["import", weights, "--as", "resnet50", "-o", "\(folder)/other.zoo"], status: 65)
    }
  }

  @Test("weights that aren't finite are named by import, export and verify", arguments: [Float.nan, .infinity])
  func diverged(value: Float) throws {
    try inFolder { folder in
      try zoo(["export", "quickstart"] + Self.small + ["-o", "\(folder)/whole.zoo", "--threads", "1"])
      var model = try Model.read(from: "\(folder)/whole.zoo")
      let name = "backbone.layer1.0.conv1.weight"
      let weights = try #require(model.graph.initializers[name])
      var values = try #require(weights.values(as: Float.self))
      values[3] = value
      model.graph.initializers[name] = try Tensor(shape: weights.shape, values)
      model.selfTest = nil
      try model.write(to: "\(folder)/a.zoo")
      try ONNX.write(model, to: "\(folder)/a.onnx")
      for words in [
        ["export", "\(folder)/a.zoo", "--onnx", "\(folder)/b.onnx"],
        ["export", "\(folder)/a.zoo", "--safetensors", "\(folder)/b.safetensors"],
        ["export", "\(folder)/a.zoo", "--quantize", "int8", "-o", "\(folder)/b.zoo"],
        ["import", "\(folder)/a.onnx", "-o", "\(folder)/b.zoo"],
      ] {
        let refused = try zoo(words, status: 65)
        // Before it is put on 8 bits, a weight is folded with the normalisation behind it, and called so.
        let isNamed = refused.messages.contains("'backbone.layer1.0.conv1.")
        #expect(isNamed && refused.messages.contains("\(value)"), "\(refused.messages)")
      }
      let verified = try zoo(["verify", "\(folder)/a.zoo"], status: 65)
      #expect((verified.output + verified.messages).contains(name), "\(verified.output)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.onnx", "a.zoo", "whole.zoo"])
    }
  }

  @Test("a graph in a file is a backbone: trained, saved, exported and used again")
  func backbone() throws {
    try inFolder { folder in
      try zoo(["export", "quickstart"] + Self.small + ["--onnx", "\(folder)/first.onnx"])
      try zoo(
        ["train", "quickstart"] + Self.small + [
          "model.backbone=\(folder)/first.onnx", "model.head=mlp", "--run-dir", "\(folder)/run",
        ])
      try zoo(["export", "\(folder)/run", "--onnx", "\(folder)/second.onnx"])
      try zoo(["verify", "\(folder)/run"])
      let spec = ["model.backbone={name: \"\(folder)/second.onnx\", cut: \"backbone.features\"}"]
      try zoo(["check", "quickstart"] + Self.small + spec)
      let wrong = try zoo(
        ["check", "quickstart", "model.backbone={name: \"\(folder)/second.onnx\", cat: x}"], status: 65)
      #expect(wrong.messages.contains("Did you mean 'cut'?"), "\(wrong.messages)")
    }
  }

  @Test("sequences are trained, by each temporal part", arguments: ["lstm", "gru", "mean"])
  func sequences(temporal: String) throws {
    try inFolder { folder in
      try zoo(
        ["train", "pyroptosis-3class-sequence-resnet18-lstm-all"] + Self.small + [
          "model.backbone=resnet10_tiny", "model.temporal=\(temporal)", "train.schedule.warmupEpochs=0",
          "--run-dir", "\(folder)/run",
        ])
      try zoo(["verify", "\(folder)/run"])
    }
  }
}
