import ZooWorkbench

/// `zoo export --quantize`.
enum QuantizedExporting {
  static let options: [Command.Option] = [
    .init(name: "quantize", value: "TYPE", help: "int8: convolutions and large matrix products on 8-bit numbers."),
    .init(
      name: "calibrate", value: "DATA",
      help:
        "With --quantize, data to find the scales with: a spec, a run, or a folder of data; the model's own if not given. Otherwise `validation`: the probabilities are calibrated on the model's own validation items."
    ),
    .init(name: "samples", value: "N", help: "The most samples to calibrate with; 256 if not given."),
  ]

  static func run(_ invocation: Invocation) throws {
    guard invocation.value("quantize") == "int8" else {
      throw ZooError(
        .usage, problem: "--quantize is '\(invocation.value("quantize") ?? "")'", expected: "int8")
    }
    let output = try invocation.required("output")
    let samples = try invocation.integer("samples", in: 1...1_000_000) ?? 256
    let exporting = try QuantizedExport(invocation.words[0], threads: invocation.threads())
    let (model, result) = try exporting.run(
      data: invocation.value("calibrate"), samples: samples, reader: invocation.specReader)
    try model.write(to: output)
    if let file = invocation.value("onnx") { try ONNX.write(model, to: file) }
    if invocation.has("json") { return try invocation.console.output(json: result) }
    try invocation.console.output("\(output)\n\(result.text)")
  }
}
