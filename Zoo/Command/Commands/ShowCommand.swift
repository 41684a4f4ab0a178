import Foundation
import ZooWorkbench

extension Command {
  static let show = Command(
    name: "show", summary: "Show a model: layers, shapes, parameters, operations, memory.",
    arguments: [.init(name: "MODEL", help: "A .zoo or .onnx file, the folder of a run, a spec, or a backbone.")],
    takesOverrides: true,
    options: [
      .init(name: "batch", value: "N", help: "Items of one execution, for shapes and memory; 1 if not given."),
      .init(name: "pass", value: "NAME", help: "Print the graph after a pass of the compiler; `input` is the file's."),
      .init(name: "svg", value: "FILE", help: "Draw the graph.", output: .file), .shape, .json,
    ],
    examples: [
      .init(line: "zoo show runs/quickstart", help: "Layers, shapes, parameters, and what the card says."),
      .init(
        line: "zoo show quickstart model.backbone=resnet50", help: "The model that a spec describes, before training."),
      .init(line: "zoo show convnext_tiny", help: "A backbone, for three channels of 224 × 224 pixels."),
      .init(line: "zoo show model.zoo --svg model.svg", help: "A drawing of the graph."),
      .init(line: "zoo show model.zoo --pass input", help: "The graph as text."),
    ],
    run: { invocation in
      let model = try model(invocation)
      let types = try invocation.inputTypes(model)
      let batch = try invocation.integer("batch", in: 1...65536) ?? 1
      if let name = invocation.value("pass") {
        let stage = try PassListing(model, batch: batch, inputTypes: types).stage(name)
        if invocation.has("json") { return try invocation.console.output(json: stage) }
        let lines = stage.listing + stage.missed.map { "# \($0.node): \($0.reason)" }
        return try invocation.console.output(lines.joined(separator: "\n") + "\n")
      }
      let inspection = try ModelInspection(model, batch: batch, inputTypes: types)
      if let file = invocation.value("svg") {
        try AtomicFile.write(Array(GraphDrawing(model.graph, inspection.graph).svg.utf8), to: file)
        invocation.console.message("\(file)\n")
      }
      if invocation.has("json") { return try invocation.console.output(json: inspection) }
      try invocation.console.output(inspection.text)
    })

  private static func model(_ invocation: Invocation) throws -> Model {
    let word = invocation.words[0]
    let backbones = invocation.registry.plugins(of: .backbone)
    if let backbone = backbones.first(where: { $0.name == word }), !FileManager.default.fileExists(atPath: word) {
      try invocation.refuseOverrides(of: word)
      return try outline(backbone, registry: invocation.registry)
    }
    let names = invocation.catalogue.names + backbones.map(\.name)
    if let nearest = NearestName.of(word, in: names), nearest != word, !FileManager.default.fileExists(atPath: word) {
      throw ZooError(
        .usage, problem: "there is no model '\(word)', and no spec or backbone of that name",
        expected: "a file, the folder of a run, a spec, or a backbone", remedy: "Did you mean '\(nearest)'?")
    }
    let isSpec = [".json5", ".json"].contains { word.hasSuffix($0) } || invocation.catalogue.names.contains(word)
    guard isSpec, !invocation.isModel(word) else {
      try invocation.refuseOverrides(of: word)
      return try Model.load(word)
    }
    return try invocation.specReader.readOne(word, overrides: invocation.overrides)
      .outline(registry: invocation.registry)
  }

  /// The backbone with a linear head of two classes, as published: three channels of 224 × 224 pixels.
  private static func outline(_ backbone: Plugin, registry: Registry) throws -> Model {
    var description = ModelDescription(
      name: backbone.name, channels: ["red", "green", "blue"], classes: ["class0", "class1"], height: 224, width: 224,
      backbone: PartSpec(backbone.name), head: PartSpec("linear"))
    description.summary = backbone.summary
    return try registry.assemble(description, random: .zeros)
  }
}
