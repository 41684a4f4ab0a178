import ZooData
import ZooWorkbench

extension Command {
  static let dataAnnotate = Command(
    name: "data annotate", summary: "Write a page to label cells with, without a server.",
    discussion: """
      One file for any browser: each track as a strip of crops with all channels, a key for each class, u for uncertain,
      z to undo. Progress is kept in the browser; the link saves annotations.csv, which data.labels.from=annotations
      joins. Strips come in random order, so that a part of them is a fair sample; with --suggest those first of which
      the model is least sure, and what it says is shown on demand alone.
      """,
    arguments: [.init(name: "SPEC", help: "The path of a .json5 file, or a name that `zoo list` shows.")],
    takesOverrides: true,
    options: [
      .init(name: "html", value: "FILE", help: "The page to write.", output: .file),
      .init(name: "limit", value: "N", help: "The most strips; 100 if not given."),
      .init(name: "suggest", value: "MODEL", help: "A .zoo file or the folder of a run, asked about every crop."),
      .init(name: "seed", value: "N", help: "Seed of the order; 1 if not given."), .threads,
    ],
    examples: [
      .init(
        line: "zoo data annotate fields.json5 'data.classes=[alive, dead]' --html label.html",
        help: "A hundred tracks to label."),
      .init(
        line: "zoo data annotate fields.json5 --suggest runs/resnet --html next.html",
        help: "What that model is least sure of."),
    ],
    run: { invocation in
      let file = try invocation.required("html")
      let spec = try invocation.specReader.readOne(invocation.words[0], overrides: invocation.overrides)
      var options = AnnotationSet.Options()
      options.limit = try invocation.integer("limit", in: 1...100_000) ?? options.limit
      options.suggest = invocation.value("suggest")
      options.seed = UInt64(try invocation.integer("seed", in: 0...Int.max) ?? 1)
      options.threads = try invocation.threads()
      let set = try AnnotationSet(spec, options)
      let page = Array(set.html.utf8)
      try AtomicFile.write(page, to: file)
      invocation.console.message(
        "\(set.strips.count) of \(Figures.counted(set.available, "strip")), \(Figures.bytes(page.count))\n")
      try invocation.console.output("\(file)\n")
    })

  static let dataAgree = Command(
    name: "data agree", summary: "Compare the labels of two people: Cohen's kappa and what they dispute.",
    discussion: """
      Takes two tables that the page of `zoo data annotate` saved, or others with a column label and the same names of
      items (id, or track and frame). --label names other columns of labels; two of them may stand in one table, which is
      then given alone. What one of them called uncertain, or left without a label, doesn't count.
      """,
    arguments: [
      .init(name: "FIRST", help: "The table of one person, or of both."),
      .init(name: "SECOND", help: "The table of the other.", count: 0...1),
    ],
    options: [
      .init(
        name: "label", value: "NAMES",
        help: "The column of labels; with a comma that of the first and that of the second; label if not given."),
      .init(
        name: "item", value: "NAMES",
        help: "The columns that name an item, with commas, each NAME or NAME=ITS NAME IN SECOND; found if not given."),
      .init(
        name: "relabel", value: "MAP",
        help: "What stands for a label → the label, e.g. '{\"0\": healthy, \"1\": dead}'."),
      .init(name: "uncertain", value: "NAMES", help: "Labels that don't count, with commas; uncertain if not given."),
      .init(name: "output", letter: "o", value: "FILE", help: "Write the disputes to this CSV file.", output: .file),
      .json,
    ],
    examples: [
      .init(line: "zoo data agree anna.csv ben.csv -o disputes.csv", help: "And a table to talk about."),
      .init(
        line: "zoo data agree cells.csv --label anna,ben --item image,cell",
        help: "Two people's columns in one table."),
      .init(
        line: "zoo data agree anna.csv ben.csv --item field=image,track=ID,frame=T",
        help: "The second table calls its columns otherwise."),
    ],
    run: { invocation in
      let files = (invocation.words[0], invocation.words.count > 1 ? invocation.words[1] : invocation.words[0])
      let ignored = invocation.list("uncertain")
      let labels = invocation.list("label")
      guard labels.count <= 2 else {
        throw ZooError(
          .usage, path: "--label", problem: "names \(labels.count) columns", expected: "one, or one for each person")
      }
      var form = AnnotatorAgreement.Form()
      if let first = labels.first { form.labels = (first, labels.last ?? first) }
      guard invocation.words.count > 1 || form.labels.0 != form.labels.1 else {
        throw ZooError(
          .usage, problem: "one table has the labels of one person",
          expected: "a second table, or two columns of labels", remedy: "Name them: --label anna,ben")
      }
      form.items = invocation.list("item")
      if let text = invocation.value("relabel") { form.words = try words(text) }
      let result = try AnnotatorAgreement(
        CSVTable(FileBytes.read(files.0), file: files.0), CSVTable(FileBytes.read(files.1), file: files.1),
        files: files, ignoring: ignored.isEmpty ? ["uncertain"] : ignored, form)
      if let file = invocation.value("output") { try AtomicFile.write(Array(result.csv.utf8), to: file) }
      if invocation.has("json") { return try invocation.console.output(json: result) }
      try invocation.console.output(result.text)
    })

  /// The words that stand in a table for labels, as `data.relabel` has them.
  private static func words(_ text: String) throws -> [String: String] {
    let spec = try SpecReader(registry: nil).readOne(text: "{}", file: "--relabel", overrides: ["data.relabel=" + text])
    return spec.data.relabel
  }
}
