import ZooFormat

/// What compiling one graph may still cost; see ``LoadLimits/compileSeconds`` and ``LoadLimits/arenaBytes``.
struct CompileBudget {
  private let limits: LoadLimits
  private let start = monotonicNanoseconds()

  init(_ limits: LoadLimits) { self.limits = limits }

  /// - Throws: `ZooError` naming `node`, the next to be compiled, if the time is used up.
  func checkTime(at node: String? = nil) throws(ZooError) {
    let seconds = Double(monotonicNanoseconds() - start) / 1e9
    guard seconds <= limits.compileSeconds else {
      throw ZooError(
        .badInput, node: node, problem: "compiling the graph takes more than \(limits.compileSeconds) seconds",
        remedy: "Raise the limit if you trust where the model comes from")
    }
  }

  /// Refuses a value that takes more memory than a whole execution may, before anybody adds sizes up.
  func check(_ types: [TensorType], of node: Node) throws(ZooError) {
    for (output, type) in zip(node.outputs, types) where type.byteCount > limits.arenaBytes {
      throw ZooError(
        .badInput, node: node.name, tensor: output, problem: "\(node.op) gives \(type), \(type.byteCount) bytes",
        expected: "at most \(limits.arenaBytes) bytes", remedy: "Use a smaller batch or smaller images")
    }
  }

  func check(arenaOf plan: MemoryPlan) throws(ZooError) {
    guard plan.arenaByteCount <= limits.arenaBytes else {
      throw ZooError(
        .badInput, problem: "\(plan.subject) takes \(plan.arenaByteCount) bytes",
        expected: "at most \(limits.arenaBytes)",
        remedy: "Use a smaller batch or smaller images")
    }
  }
}
