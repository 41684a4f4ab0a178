/// The help of the tool and of each command.
enum HelpPage {
  static func overview(_ commands: [Command]) -> String {
    """
    Train, compare and run models of cell images.

    Usage: zoo COMMAND [arguments]

    Commands:
    \(table(commands.map { ($0.name, $0.summary) }))

    `zoo COMMAND --help` shows a command's arguments, options and examples.
    Results go to standard output, progress and messages to standard error.
    Exit status: 0 done, 1 failed, 64 wrong usage, 65 wrong input, 130 interrupted.

    """
  }

  static func page(_ command: Command) -> String {
    var text = command.summary + "\n\nUsage: " + usage(of: command) + "\n"
    if !command.discussion.isEmpty { text += "\n" + command.discussion + "\n" }
    var arguments = command.arguments.map { ($0.name, $0.help) }
    if command.takesOverrides {
      arguments.append(("KEY.PATH=VALUE", "Change of the spec, e.g. train.epochs=5; see Documentation/Spec.md."))
    }
    if !arguments.isEmpty { text += "\nArguments:\n" + table(arguments) + "\n" }
    let help = Command.Option(name: "help", letter: "h", help: "Show this page.")
    text += "\nOptions:\n" + table((command.options + [help]).map { (title(of: $0), $0.help) }) + "\n"
    if !command.examples.isEmpty {
      text += "\nExamples:\n"
      for example in command.examples { text += "  \(example.line)\n      \(example.help)\n" }
    }
    return text
  }

  static func usage(of command: Command) -> String {
    var words = ["zoo", command.name]
    for argument in command.arguments {
      let dots = argument.count.upperBound > 1 ? " …" : ""
      words.append(argument.count.lowerBound == 0 ? "[\(argument.name)\(dots)]" : argument.name + dots)
    }
    if command.takesOverrides { words.append("[KEY.PATH=VALUE …]") }
    if !command.options.isEmpty { words.append("[options]") }
    return words.joined(separator: " ")
  }

  private static func title(of option: Command.Option) -> String {
    (option.letter.map { "-\($0), " } ?? "") + "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
  }

  /// Two columns, the second one wrapped at 100 characters.
  private static func table(_ rows: [(String, String)]) -> String {
    let width = min(rows.map(\.0.count).max() ?? 0, 26)
    return rows.map { left, right in
      let padding = String(repeating: " ", count: max(width - left.count, 0))
      let lines = wrapped(right, to: 100 - width - 4)
      let indent = "\n" + String(repeating: " ", count: width + 4)
      let start = left.count > width ? "  \(left)" + indent : "  \(left)\(padding)  "
      return start + lines.joined(separator: indent)
    }.joined(separator: "\n")
  }

  private static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(word)
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return lines + [line]
  }
}
