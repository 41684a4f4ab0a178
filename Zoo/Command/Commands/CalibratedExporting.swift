import ZooData
import ZooWorkbench

/// `zoo export --calibrate validation`.
enum CalibratedExporting {
  static let options: [Command.Option] = [
    .init(
      name: "max-error", value: "X",
      help: "With --calibrate: answers are uncertain so that at most this share of the others is wrong, e.g. 0.05."),
    .init(
      name: "threshold", value: "RULE",
      help:
        "With --calibrate, of two classes: youden, sensitivity=X or specificity=X, reached on the validation items; the most probable class is answered if not given."
    ),
    .init(
      name: "positive", value: "CLASS", help: "The class that --threshold is about; the last if not given."),
  ]

  /// Calibrates `model` if `--calibrate` asks for it.
  /// - Returns: What came out; `nil` if nothing was asked for.
  static func calibrate(_ model: inout Model, _ invocation: Invocation) throws -> CalibratedExport.Result? {
    guard let subset = invocation.value("calibrate") else {
      try invocation.refuse(["max-error", "threshold", "positive"], "has no effect without --calibrate")
      return nil
    }
    guard subset == "validation" else {
      throw ZooError(
        .usage, problem: "--calibrate is '\(subset)'", expected: "validation, or --quantize int8 beside it")
    }
    var options = CalibratedExport.Options()
    options.maximumError = try invocation.number("max-error", in: 0.0001...0.5)
    if let text = invocation.value("threshold") {
      guard let rule = OperatingPoint.Rule(text) else {
        throw ZooError(
          .usage, problem: "--threshold is '\(text)'", expected: "youden, sensitivity=X or specificity=X, with X in 0…1"
        )
      }
      options.rule = rule
      options.positiveClass = invocation.value("positive")
    } else {
      try invocation.refuse(["positive"], "has no effect without --threshold")
    }
    let calibrated = try CalibratedExport(model, path: invocation.words[0], threads: invocation.threads()).run(options)
    model = calibrated.model
    return calibrated.result
  }
}
