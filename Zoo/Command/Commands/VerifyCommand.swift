import ZooWorkbench

extension Command {
  static let verify = Command(
    name: "verify", summary: "Verify a model: structure, digests, self-test, and what it asks for.",
    arguments: [.init(name: "MODEL", help: "A .zoo or .onnx file, or the folder of a run.")],
    options: [.threads, .json],
    examples: [.init(line: "zoo verify model.zoo", help: "Exit status 0 only if every check passes.")],
    run: { invocation in
      let path = try RunFolder.modelFile(invocation.words[0])
      let verification = try ModelVerification(path: path, threads: invocation.threads())
      if invocation.has("json") {
        try invocation.console.output(json: verification)
      } else {
        try invocation.console.output(verification.text)
      }
      if !verification.isPassed {
        throw ZooError(.badInput, file: path, problem: "the model fails the verification", remedy: "Don't use it")
      }
    })
}
