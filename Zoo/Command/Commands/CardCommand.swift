import ZooWorkbench

extension Command {
  static let card = Command(
    name: "card", summary: "Print the model card: what a stranger should know of a model.",
    discussion: """
      Markdown. A run's card says on which machine and in which time it was made, and what else was tried; that of a file
      says what is the same wherever it is made. What only a person can know is marked.
      """,
    arguments: [.init(name: "MODEL", help: "A .zoo file, or the folder of a run.")],
    options: [
      .init(name: "output", letter: "o", value: "FILE", help: "Write the card to this file.", output: .file), .json,
    ],
    examples: [
      .init(line: "zoo card runs/quickstart -o card.md", help: "To be completed, and published with the model.")
    ],
    run: { invocation in
      let card = try ModelCard(invocation.words[0])
      guard let file = invocation.value("output") else {
        if invocation.has("json") { return try invocation.console.output(json: card.json) }
        return try invocation.console.output(card.markdown)
      }
      try invocation.refuse(["json"], "has no effect with -o, which writes Markdown")
      try AtomicFile.write(Array(card.markdown.utf8), to: file)
    })
}
