/// The commands that go on from a finished run, ready to be copied into a shell.
package enum UsageCommands {
  static func commands(for folder: RunFolder) -> [(purpose: String, command: String)] {
    [
      ("classify new images", "zoo predict \(folder.path(.model).asShellWord) IMAGE…"),
      ("evaluate on labelled data", "zoo evaluate \(folder.path(.model).asShellWord) data.root=FOLDER"),
      ("check that the file is what was exported", "zoo verify \(folder.path(.model).asShellWord)"),
      ("compare with another run", "zoo compare \(folder.path.asShellWord) OTHER-RUN --html compare.html"),
      ("train again", "zoo train \(folder.path(.spec).asShellWord) --run-dir NEW-RUN"),
    ]
  }
}

extension RunFolder {
  /// The command that goes on with the run, ready to be copied into a shell.
  package var resumeCommand: String { "zoo train --resume \(path.asShellWord)" }
}
