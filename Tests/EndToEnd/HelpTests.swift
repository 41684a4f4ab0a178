import Foundation
import Testing

@Suite("Help pages")
struct HelpTests {
  static let commands = [
    "list", "check", "train", "evaluate", "predict", "embed", "deaths", "compare", "show", "verify", "run", "import",
    "export", "graft", "conformance", "bench", "report", "card",
    "simulate", "simulate fields", "data cells", "data label", "data import", "data export", "data look",
    "data annotate", "data agree", "check-plugin", "new",
  ]

  @Test("of the tool and of each command are as kept", arguments: [""] + commands)
  func pages(command: String) throws {
    let page = Transcript(command.isEmpty ? "--help" : "\(command) --help")
    #expect(page.status == 0 && page.messages.isEmpty)
    try Snapshot.expect(page.output, "help\(command.isEmpty ? "" : "-" + command.replacing(" ", with: "-")).txt")
  }

  @Test("have lines that fit a window", arguments: [""] + commands)
  func width(command: String) {
    let page = Transcript(command.isEmpty ? "--help" : "\(command) --help").output
    for line in page.split(separator: "\n") { #expect(line.count <= 120, "\(line)") }
  }

  @Test("name every command that there is")
  func overview() {
    let listed = Transcript("--help").output.split(separator: "\n").drop { $0 != "Commands:" }.dropFirst()
      .prefix { $0.hasPrefix("  ") }.map { line in
        String(line.dropFirst(2)).components(separatedBy: "  ")[0].trimmingCharacters(in: .whitespaces)
      }
    #expect(listed == Self.commands)
  }

  @Test("are the same by `help COMMAND`, `COMMAND --help` and `COMMAND -h`")
  func ways() {
    #expect(Transcript("help check").output == Transcript("check --help").output)
    #expect(Transcript("check -h").output == Transcript("check --help").output)
    #expect(Transcript("").output == Transcript("help").output)
  }
}
