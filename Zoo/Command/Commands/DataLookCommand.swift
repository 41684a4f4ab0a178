import ZooData
import ZooWorkbench

extension Command {
  static let dataLook = Command(
    name: "data look", summary: "Look at the data before training on them.",
    discussion: """
      Reads every sample. The page has a contact sheet by class and experiment, how bright each channel is in each
      experiment, who is where, how long tracks are, samples unlike all others, and what of the test set stands in
      training already: copies, also turned, mirrored or with another gain, crops that overlap, tracks in two subsets.
      """,
    arguments: [.init(name: "SPEC", help: "A name that `zoo list` shows, or the path of a .json5 file.")],
    takesOverrides: true,
    options: [
      .init(name: "html", value: "FILE", help: "The page to write, one file without scripts.", output: .file),
      .init(name: "by", value: "COLUMN", help: "The column that tells experiments apart; found if not given."),
      .init(name: "shown", value: "N", help: "Samples of a class and an experiment on the page; 4 if not given."),
      .threads, .json,
    ],
    examples: [
      .init(line: "zoo data look quickstart --html look.html", help: "The simulated cells of the quickstart."),
      .init(line: "zoo data look fields.json5 --by well --html look.html", help: "Cells of whole fields, by well."),
    ],
    run: { invocation in
      let spec = try invocation.specReader.readOne(invocation.words[0], overrides: invocation.overrides)
      var options = DataLook.Options()
      options.column = invocation.value("by")
      options.shown = try invocation.integer("shown", in: 1...1000) ?? options.shown
      options.threads = try invocation.threads()
      let clock = StepClock(noun: "samples", write: invocation.console.message)
      let look = try DataLook(spec.name, spec.data, options, progress: { clock.reached($0, of: $1) })
      if let file = invocation.value("html") {
        try AtomicFile.write(Array(look.html.utf8), to: file)
      }
      if invocation.has("json") {
        try invocation.console.output(json: look)
      } else {
        try invocation.console.output(look.text)
      }
    })
}
