import Foundation
import Testing

@Suite("Words that the tool doesn't understand")
struct UsageTests {
  static let table: [(line: String, status: Int32, message: String)] = [
    ("chekc quickstart", 64, "error: there is no command 'chekc'. Did you mean 'check'?\n"),
    ("frobnicate", 64, "error: there is no command 'frobnicate'. See `zoo --help`.\n"),
    (
      "check", 64,
      "error: SPEC is missing; expected zoo check SPEC [KEY.PATH=VALUE …] [options]. See `zoo check --help`.\n"
    ),
    (
      "check quickstart more", 64,
      "error: 'more' is one argument too many; expected zoo check SPEC [KEY.PATH=VALUE …] [options]. See `zoo check --help`.\n"
    ),
    ("check quickstart --jsno", 64, "error: `zoo check` has no option '--jsno'. Did you mean '--json'?\n"),
    ("check quickstart --json=3", 64, "error: --json takes no value.\n"),
    ("check quickstart --json --json", 64, "error: --json is given twice. Remove one of them.\n"),
    (
      "check quickstrat", 64,
      "error: there is no spec 'quickstrat'; expected a name that `zoo list` shows, or a path. Did you mean 'quickstart'?\n"
    ),
    ("check absent.json5", 65, "error: absent.json5: doesn't exist.\n"),
    (
      "check quickstart train.epochs=0", 65,
      "error: command line: train.epochs: 0 isn't allowed; expected a whole number, 1…1000000.\n"
    ),
    (
      "check quickstart model.backbone=resnet10_tinny train.batch=0", 65,
      "error: command line: train.batch: 0 isn't allowed; expected a whole number, 1…65536.\n"
        + "error: command line: model.backbone: "
    ),
    (
      "list backbnes", 64,
      "error: there is no kind 'backbnes'; expected specs, backbones, temporal, heads. Did you mean 'backbones'?\n"
    ),
  ]

  @Test("get the nearest one, and the right exit status", arguments: table)
  func message(line: String, status: Int32, message: String) {
    let call = Transcript(line)
    #expect(call.status == status)
    #expect(call.output.isEmpty)
    #expect(call.messages.hasPrefix(message), "\(call.messages)")
  }

  @Test("are reported as JSON by check --json, with their places")
  func json() throws {
    let call = Transcript("check quickstart train.epochs=0 --json")
    #expect(call.status == 65)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(call.output.utf8)) as? [String: Any])
    #expect(object["ok"] as? Bool == false)
    let problems = try #require(object["problems"] as? [[String: Any]])
    #expect(problems.first?["path"] as? String == "train.epochs")
  }
}
