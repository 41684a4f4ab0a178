import ZooWorkbench

/// `zoo export --ensemble`.
enum EnsembleExporting {
  /// The model of the runs that the words name; `nil` if nothing was asked for.
  static func model(_ invocation: Invocation) throws -> (Model, EnsembleExport.Result?)? {
    guard invocation.has("ensemble") else { return nil }
    if let word = invocation.words.first { try invocation.refuseOverrides(of: word) }
    let (runs, _) = try Command.runs(invocation.words)
    return try EnsembleExport(runs, threads: invocation.threads()).run()
  }
}
