import ZooWorkbench

extension Command {
  static let graft = Command(
    name: "graft", summary: "Exchange parts of a trained model and keep the weights that fit.",
    discussion: """
      The new model has the old one's channels, image size and normalisation. Weights are kept where name and shape are
      the same; all others are initialized by the spec's seed, and the report says which. --backbone takes the name of a
      backbone, or another model, whose backbone comes with its weights. Train the result by
      'train.init={backbone: "new.zoo", head: "new.zoo"}'.
      """,
    arguments: [.init(name: "MODEL", help: "A .zoo file that zoo train made, or the folder of a run.")],
    options: [
      .init(name: "output", letter: "o", value: "FILE", help: "The .zoo file to write.", output: .model),
      .init(
        name: "head", value: "PART",
        help: "Head: a name, or an object with its settings, e.g. '{name: \"mlp\", hidden: 64}'."),
      .init(
        name: "backbone", value: "PART|MODEL", help: "Backbone: a name, an object, a .zoo or .onnx file, or a run."),
      .init(name: "temporal", value: "PART", help: "Temporal part, of sequence models."),
      .init(name: "classes", value: "A,B,…", help: "Classes of the new model; the old one's if not given."), .threads,
      .json,
    ],
    examples: [
      .init(line: "zoo graft runs/cells --head mlp -o mlp.zoo", help: "The trained backbone with a new head."),
      .init(
        line: "zoo graft runs/a --backbone runs/b -o ab.zoo", help: "The backbone of one run under the head of another."
      ),
    ],
    run: { invocation in
      let output = try invocation.required("output")
      var change = Graft.Change()
      change.head = try part(invocation, "head")
      change.temporal = try part(invocation, "temporal")
      if let word = invocation.value("backbone"), RunFolder(word).isRun {
        change.backbone = PartSpec(try RunFolder.modelFile(word))
      } else {
        change.backbone = try part(invocation, "backbone")
      }
      if invocation.value("classes") != nil { change.classes = invocation.list("classes") }
      let graft = try Graft(
        Model.load(invocation.words[0]), path: invocation.words[0], change, registry: invocation.registry,
        threads: invocation.threads())
      try graft.model.write(to: output)
      if invocation.has("json") { return try invocation.console.output(json: graft.parts) }
      try invocation.console.output("\(output)\n\(graft.text)")
    })

  private static func part(_ invocation: Invocation, _ option: String) throws -> PartSpec? {
    guard let text = invocation.value(option) else { return nil }
    return try PartSpec(argument: text, option: option)
  }
}
