import ZooWorkbench

extension Command {
  static let embed = Command(
    name: "embed", summary: "Write what a model makes of images before it decides: a row of features each.",
    discussion: """
      Prints CSV: the item, its class if the data say it, the predicted class, the columns of the data's table (experiment,
      well, condition …), and the features `f1`, `f2`, … that the head takes. Without images and changes of the spec, the
      items are all of those that the model was made with.
      """,
    arguments: [
      .init(name: "MODEL", help: "A .zoo file, or the folder of a run."),
      .init(name: "IMAGE", help: "PNG, TIFF or JPEG files, or folders of them.", count: 0...Int.max),
    ],
    takesOverrides: true,
    options: [
      .init(name: "output", letter: "o", value: "FILE", help: "Write the CSV to this file.", output: .file), .threads,
      .json,
    ],
    examples: [
      .init(line: "zoo embed runs/quickstart -o embedding.csv", help: "All items of the run's data."),
      .init(line: "zoo embed model.zoo data.root=crops -o embedding.csv", help: "Everything that a manifest lists."),
    ],
    run: { invocation in
      let use = try ModelUse(invocation.words[0], threads: invocation.threads())
      let embedding = try use.embedded(
        images: Array(invocation.words.dropFirst()), overrides: invocation.overrides,
        tell: invocation.console.remark, isInterrupted: { Interruption.isRequested })
      guard let file = invocation.value("output") else {
        if invocation.has("json") { return try invocation.console.output(json: embedding) }
        return try invocation.console.output(embedding.csv)
      }
      try invocation.refuse(["json"], "has no effect with -o, which writes CSV")
      try AtomicFile.write(Array(embedding.csv.utf8), to: file)
    })
}
