import Foundation
import ZooPlugins

/// The end of a graph that averages probabilities: of several models, or of several views of one image.
///
/// The mean stays a logarithm until the last softmax, so that it can be divided by a temperature like any model's logits:
/// logits = log Σ exp(log softmax(xᵢ)) − log m, whose softmax is the mean of the softmaxes.
enum AveragedOutput {
  /// Nodes from `stacked`, [m, N, classes], to `logits` and `probabilities`, [N, classes].
  static func nodes(of stacked: String, count: Int, _ graph: inout Graph) throws -> [Node] {
    graph.initializers["output.members"] = try Tensor(shape: [1], [Int64(0)])
    graph.initializers["output.log_count"] = try Tensor(Float(logarithm(count)))
    return [
      node("LogSoftmax", [stacked], "output.log_probabilities", ["axis": .int(-1)]),
      node(
        "ReduceLogSumExp", ["output.log_probabilities", "output.members"], "output.log_sum", ["keepdims": .int(0)]),
      node("Sub", ["output.log_sum", "output.log_count"], Registry.Border.head),
      node("Softmax", [Registry.Border.head], Registry.Border.output, ["axis": .int(-1)]),
    ]
  }

  static func node(
    _ op: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute] = [:], part: Part = .output
  ) -> Node {
    Node(name: output, op: op, inputs: inputs, outputs: [output], attributes: attributes, part: part)
  }

  private static func logarithm(_ count: Int) -> Double { log(Double(count)) }
}
