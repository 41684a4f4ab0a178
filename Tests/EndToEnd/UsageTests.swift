import Foundation
import Testing
import ZooWorkbench

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
    (
      "train", 64,
      "error: SPEC is missing; expected zoo train [SPEC] [KEY.PATH=VALUE …] [options]. See `zoo train --help`.\n"
    ),
    (
      "train --resume runs/absent", 64,
      "error: runs/absent: is not the folder of a run. Give the folder that zoo train made.\n"
    ),
    ("check quickstart --jsno", 64, "error: `zoo check` has no option '--jsno'. Did you mean '--json'?\n"),
    ("check quickstart --json=3", 64, "error: --json takes no value.\n"),
    ("check quickstart --json --json", 64, "error: --json is given twice. Remove one of them.\n"),
    (
      "check quickstrat", 64,
      "error: there is no spec 'quickstrat'; expected a name that `zoo list` shows, or a path. Did you mean 'quickstart'?\n"
    ),
    (
      "export nothing.zoo --samples 3 -o other.zoo", 64,
      "error: --samples has no effect without --quantize int8. Leave it out.\n"
    ),
    (
      "import nothing.onnx --stem repeat -o other.zoo", 64,
      "error: --stem has no effect on a graph. Leave it out.\n"
    ),
    (
      "export nothing.zoo -o other.onnx", 64,
      "error: other.onnx: has the name of another format; expected a name that ends in .zoo. Write it by --onnx other.onnx.\n"
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
    ("verify nope.zoo", 65, "error: nope.zoo: there is no such file. Check the name.\n"),
    (
      "list backbnes", 64,
      "error: nothing has 'backbnes' in its name or summary; expected specs, backbones, temporal, heads, or a word of a name. Did you mean 'backbones'?\n"
    ),
  ]

  static let numbers: [(line: String, message: String)] = [
    ("bench quickstart --seconds soon", "error: --seconds is 'soon'; expected a number, 0.01…3600.0.\n"),
    ("bench quickstart --seconds 0", "error: --seconds is '0'; expected a number, 0.01…3600.0.\n"),
    ("bench quickstart --memory plenty", "error: --memory is 'plenty'; expected a size such as 2GB or 500MB.\n"),
    ("export nothing.zoo --quantize int7", "error: --quantize is 'int7'; expected int8.\n"),
    (
      "export nothing.zoo --quantize int8",
      "error: --output is missing; expected --output FILE. Say where the result is to go.\n"
    ),
  ]

  @Test("values of options are refused with what was expected", arguments: numbers)
  func number(line: String, message: String) {
    let call = Transcript(line)
    #expect(call.status == 64)
    #expect(call.messages == message)
  }

  @Test("bench takes a part of a second, and refuses a batch beyond --memory with the largest that fits")
  func bench() {
    let short = Transcript("bench quickstart --batch 2 --seconds 0.05 --json")
    #expect(short.status == 0, "\(short.messages)")
    for mode in ["predict", "train"] {
      let large = Transcript("bench quickstart --mode \(mode) --batch 4096 --memory 100MB")
      #expect(large.status == 65)
      #expect(large.messages.contains("a batch of 4096 takes"), "\(large.messages)")
      #expect(large.messages.contains("Use a batch of at most"), "\(large.messages)")
    }
  }

  @Test("check and train refuse a batch beyond --memory, and train leaves no folder that the next try trips over")
  func batch() {
    let folder = NSTemporaryDirectory() + "zoo-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let words = ["quickstart", "train.batch=64", "--memory", "100MB"]
    for call in [Transcript(["check"] + words), Transcript(["train"] + words + ["--run-dir", folder])] {
      #expect(call.status == 65)
      #expect(call.messages.contains("train.batch: a batch of 64 takes"), "\(call.messages)")
      #expect(call.messages.contains("Use a batch of at most"), "\(call.messages)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder))
    let enough = Transcript("check quickstart --memory 2GB")
    #expect(enough.status == 0 && enough.output.contains("of memory"), "\(enough.messages)")
  }

  @Test("words that aren't UTF-8 are refused, not mended into the name of another file")
  func otherEncodings() throws {
    let folder = NSTemporaryDirectory() + "zoo-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let setUp = #"set -- new "\#(folder)/$(printf 'a\377.json5')""#
    let done = try Tool([], setUp: setUp).result()
    #expect(done.status == 64 && done.text.contains("isn't text in UTF-8"), "\(done)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test("an empty spec is said to be empty")
  func emptySpec() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString).json5").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data().write(to: URL(fileURLWithPath: file))
    let call = Transcript(["check", file])
    #expect(call.status == 65)
    #expect(
      call.messages == "error: \(file): is empty; expected a spec. Start one with zoo new NAME.json5.\n")
  }

  @Test(
    "a folder that holds runs instead of being one is refused with their names, by every command",
    arguments: [
      "show", "verify", "evaluate", "predict data.root=x", "export --onnx x.onnx", "export -o x.zoo --quantize int8",
      "bench",
    ])
  func folderOfRuns(command: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["b", "a"] {
      try RunFolder("\(folder)/\(name)").create()
      try RunFolder("\(folder)/\(name)").write(Spec())
    }
    try RunFolder("\(folder)/other").create()
    let words = command.split(separator: " ").map(String.init)
    let call = Transcript([words[0], folder] + words.dropFirst())
    #expect(call.status == 65 && call.output.isEmpty)
    #expect(
      call.messages
        == "error: \(folder): holds no run; "
        + "expected a .zoo or .onnx file, or the folder of a run (runs inside: a, b).\n")
    let compared = Transcript(["compare", folder, "\(folder)/a"])
    #expect(
      compared.messages == "error: \(folder): holds no run; expected the folder of a run (runs inside: a, b).\n")
  }

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

  @Test("Characters that a terminal would obey are not passed on")
  func controlCharacters() throws {
    let call = try Tool(["check", "a\u{1B}[2Jb.json5"]).result()
    #expect(call.text.contains("a<U+001B>[2Jb.json5") && !call.text.contains("\u{1B}"), "\(call.text)")
  }
}
