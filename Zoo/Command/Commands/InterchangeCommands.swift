import ZooWorkbench

extension Command {
  static let importModel = Command(
    name: "import", summary: "Turn an ONNX model into a .zoo file.",
    arguments: [.init(name: "FILE", help: "An .onnx file.")],
    options: [.init(name: "output", letter: "o", value: "FILE", help: "The .zoo file to write.")],
    examples: [.init(line: "zoo import model.onnx -o model.zoo", help: "Weights, graph and metadata in one file.")],
    run: { invocation in
      let output = try required("output", invocation)
      try ONNX.read(path: invocation.words[0]).write(to: output)
      try invocation.console.output("\(output)\n")
    })

  static let exportModel = Command(
    name: "export", summary: "Turn a model into an ONNX file.",
    arguments: [.init(name: "MODEL", help: "A .zoo file, or the folder of a run.")],
    options: [.init(name: "onnx", value: "FILE", help: "The .onnx file to write.")],
    examples: [
      .init(line: "zoo export runs/quickstart --onnx model.onnx", help: "Normalisation, names and classes go along.")
    ],
    run: { invocation in
      let output = try required("onnx", invocation)
      try ONNX.write(Model.load(invocation.words[0]), to: output)
      try invocation.console.output("\(output)\n")
    })

  private static func required(_ option: String, _ invocation: Invocation) throws -> String {
    guard let value = invocation.value(option) else {
      throw ZooError(
        .usage, problem: "--\(option) is missing", expected: "--\(option) FILE",
        remedy: "Say where the result is to go")
    }
    return value
  }
}
