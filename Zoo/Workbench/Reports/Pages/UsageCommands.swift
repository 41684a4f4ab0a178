/// The commands that go on from a finished run, ready to be copied into a shell.
package enum UsageCommands {
  static func commands(for folder: RunFolder) -> [(purpose: String, command: String)] {
    [
      ("classify new images", "zoo predict \(quoted(folder.path(.model))) IMAGE…"),
      ("evaluate on labelled data", "zoo evaluate \(quoted(folder.path(.model))) data.root=FOLDER"),
      ("check that the file is what was exported", "zoo verify \(quoted(folder.path(.model)))"),
      ("compare with another run", "zoo compare \(quoted(folder.path)) OTHER-RUN --html compare.html"),
      ("train again", "zoo train \(quoted(folder.path(.spec))) --run-dir NEW-RUN"),
    ]
  }

  /// `path` as one word of a POSIX shell.
  package static func quoted(_ path: String) -> String {
    let plain = path.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [0x2C, 0x2D, 0x2E, 0x2F, 0x3D, 0x5F].contains(byte)
    }
    return plain && !path.isEmpty ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}

extension RunFolder {
  /// The command that goes on with the run, ready to be copied into a shell.
  package var resumeCommand: String { "zoo train --resume \(UsageCommands.quoted(path))" }
}
