import ZooWorkbench

extension Command {
  static let run = Command(
    name: "run", summary: "Run a model on NumPy arrays.",
    arguments: [.init(name: "MODEL", help: "A .zoo or .onnx file, or the folder of a run.")],
    options: [
      .init(name: "input", letter: "i", value: "NAME=FILE", help: "An input's value, a .npy file.", repeats: true),
      .init(
        name: "output", letter: "o", value: "NAME=FILE", help: "Where an output goes, a .npy file.", output: .namedFile,
        repeats: true),
      .threads, .json,
    ],
    examples: [
      .init(
        line: "zoo run model.zoo --input image=cells.npy --output probabilities=out.npy",
        help: "cells.npy is float32 [N, channels, height, width]."),
      .init(line: "zoo run model.zoo --input image=cells.npy", help: "Only say which outputs there are."),
    ],
    run: { invocation in
      let run = try ArrayRun(invocation.words[0], threads: invocation.threads())
      let outputs = try run.run(inputs: pairs("input", invocation), outputs: pairs("output", invocation))
      if invocation.has("json") {
        let types = outputs.map { ($0.0, JSONValue.string("\($0.1)")) }
        return try invocation.console.output(json: .object(Dictionary(types) { first, _ in first }))
      }
      for (name, type) in outputs { try invocation.console.output("\(name) \(type)\n") }
    })

  private static func pairs(_ option: String, _ invocation: Invocation) throws -> [(name: String, path: String)] {
    var pairs: [(name: String, path: String)] = []
    for text in invocation.values[option] ?? [] {
      // Names of values may have `=` in them; paths seldom do.
      guard let equals = text.lastIndex(of: "="), equals > text.startIndex, equals < text.index(before: text.endIndex)
      else { throw ZooError(.usage, problem: "--\(option) is '\(text)'", expected: "NAME=FILE") }
      let name = String(text[..<equals])
      guard !pairs.contains(where: { $0.name == name }) else {
        throw ZooError(.usage, problem: "--\(option) names '\(name)' twice", remedy: "Remove one of them")
      }
      pairs.append((name, String(text[text.index(after: equals)...])))
    }
    return pairs
  }
}
