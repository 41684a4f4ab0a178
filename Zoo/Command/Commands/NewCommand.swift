import ZooWorkbench

extension Command {
  static let new = Command(
    name: "new", summary: "Start a spec of your own.",
    discussion: """
      Writes a .json5 file that `zoo check` and `zoo train` take, with comments on what to change. With --data, the
      images are opened, and the spec names the channels, classes, tracks and groups that they have; what isn't sure
      stands there as a comment. Keys of data (data.axes=TYX, data.columns.label=fate) say what can't be found out.
      """,
    arguments: [.init(name: "FILE", help: "The .json5 file to write.")],
    takesOverrides: true,
    options: [
      .init(
        name: "data", value: "PATH", help: "Folder with a manifest.csv or with a subfolder for each class; or a table."),
      .init(name: "label", value: "COLUMN", help: "The table's column with the classes, if its name doesn't tell."),
      .init(name: "summary", value: "TEXT", help: "What the spec says of itself."), .json,
    ],
    examples: [
      .init(line: "zoo new first.json5", help: "Simulated cells, to be changed."),
      .init(line: "zoo new crops.json5 --data crops", help: "What is in the folder of crops."),
    ],
    run: { invocation in
      let file = invocation.words[0]
      guard file.hasSuffix(".json5") else {
        throw ZooError(
          .usage, file: file, problem: "is no name of a spec", expected: "a name that ends in .json5",
          remedy: FileKind(file) == .nothing
            ? nil : "zoo new first.json5 --data \(file.asShellWord) looks at these data")
      }
      let summary = invocation.value("summary") ?? "A first experiment"
      guard let root = invocation.value("data") else {
        if let override = invocation.overrides.first {
          throw ZooError(
            .usage, problem: "'\(override)' says something of data, and there are none", expected: "--data PATH",
            remedy: "Name the data, or change the key in the file or by zoo train")
        }
        try SpecSkeleton(summary: summary).write(to: file)
        try invocation.console.output(files: [file], asJSON: invocation.has("json"))
        return invocation.console.message("Next: zoo check \(file)\n")
      }
      let skeleton = try SpecSkeleton(
        summary: summary, root: root, label: invocation.value("label"), overrides: invocation.overrides)
      try skeleton.write(to: file)
      for remark in skeleton.remarks { invocation.console.remark(remark) }
      try invocation.console.output(files: [file], asJSON: invocation.has("json"))
      invocation.console.message("Next: zoo check \(file)\n")
    })
}
