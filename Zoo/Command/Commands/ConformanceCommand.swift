import Foundation
import ZooWorkbench

extension Command {
  static let conformance = Command(
    name: "conformance", summary: "Run ONNX's backend tests and count what passes.",
    discussion: """
      A case passes if every output has the expected type and shape and |actual − expected| ≤ 1e-7 + 1e-3 · |expected|,
      as in ONNX's own runner. What the program refuses is unsupported; only wrong outputs, crashes and hangs have
      failed. Cases run in processes of their own.
      """,
    arguments: [
      .init(name: "DIR", help: "Cases at any depth: model.onnx, test_data_set_*/input_*.pb and output_*.pb.")
    ],
    options: [
      .init(name: "seconds", value: "N", help: "How long a case may take; 20 if not given."),
      .init(name: "worker", help: "Run the cases whose paths stand on standard input; for the tool itself."),
      .threads, .json,
    ],
    examples: [
      .init(line: "zoo conformance onnx/backend/test/data/node", help: "The cases of single operators."),
      .init(line: "zoo conformance onnx/backend/test/data --json", help: "Totals, and a row for each case."),
    ],
    run: { invocation in
      if invocation.has("worker") { return try ConformanceWorker.serve() }
      let suite = try ConformanceSuite(invocation.words[0])
      guard let executable = Bundle.main.executableURL else {
        throw ZooError(.failed, problem: "the path of the program itself is not known")
      }
      let result = try suite.runIsolated(
        executable: executable, arguments: ["conformance", invocation.words[0], "--worker"],
        workers: invocation.threads(), seconds: Double(invocation.integer("seconds", in: 1...86400) ?? 20))
      if invocation.has("json") { return try invocation.console.output(json: result) }
      try invocation.console.output(result.text)
    })
}
