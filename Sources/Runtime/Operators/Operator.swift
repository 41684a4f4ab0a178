import ZooFormat

/// One operator as a value: its name, how it infers types, how it is differentiated and how it is executed.
///
/// Adding an operator means one file that makes such a value, its test, and one line in its family's `all`.
public struct Operator: Sendable {
  /// The types of a call's outputs, from its attributes and what is known about its inputs.
  ///
  /// The rule is where all checking of attributes, ranks and dimensions happens: whatever passes it must be executable
  /// without a trap. What it refuses, it throws as ``OperatorCall/error(_:expected:remedy:)`` makes it; it throws
  /// ``ValueNeeded`` if it needs the value of an input that isn't known yet.
  ///
  /// Called whenever a node is typed: as it is added, and again by passes of the compiler. It should cost O(inputs · rank);
  /// elements are for it only where they are shapes, axes and the like.
  public typealias TypeRule = @Sendable (OperatorCall) throws -> [TensorType]

  /// Adds the nodes that compute the gradients of a call's inputs, and returns the gradient of each input
  /// (`nil` for an input that has none, such as an index). Called once for a call that is differentiated; it computes nothing.
  public typealias GradientRule = @Sendable (inout GraphBuilder, GradientCall) throws -> [Value?]

  /// Prepares the execution of a call whose types are all known: here constants are packed, O(elements).
  ///
  /// Called once when a program is compiled, by several workers for several nodes at once; before every execution where a graph
  /// is executed node by node.
  public typealias KernelRule = @Sendable (KernelCall) throws -> Kernel

  /// Multiplications and additions, counted as one operation each (a fused multiply-add is two).
  /// Worked out from types and attributes: O(inputs · rank).
  public typealias CostRule = @Sendable (OperatorCall, [TensorType]) -> Int

  /// As ONNX has it, e.g. `Conv`.
  public let name: String
  /// `""` for ONNX's operators, `zoo` for our own.
  public let domain: String
  /// How many inputs a call may have.
  public let inputs: ClosedRange<Int>
  /// How many outputs a call may have.
  public let outputs: ClosedRange<Int>
  /// Checks a call and says what comes out.
  public let types: TypeRule
  /// `nil` if the operator isn't differentiable.
  public let gradient: GradientRule?
  /// Operations of one call; for summaries, not for scheduling.
  public let cost: CostRule
  /// Whether the output is the first input's bytes under another type of the same size (`Reshape`, `Identity`): the
  /// planner then gives both the same memory and executes nothing.
  public let isView: Bool
  /// Prepares the execution.
  public let kernel: KernelRule

  /// - Parameters:
  ///   - name: as graphs call it, e.g. `Conv`.
  ///   - domain: `""` for ONNX's own; one of your own for operators of your own.
  ///   - inputs: how many a call may have, optional ones among them.
  ///   - outputs: how many a call may have.
  ///   - types: checks a call and says what comes out.
  ///   - gradient: `nil` if there is none.
  ///   - cost: the default counts nothing, right for operators that only move data.
  ///   - isView: whether the output is the first input's bytes under another type of the same size; `kernel` isn't called then.
  ///   - kernel: prepares the execution.
  public init(
    _ name: String, domain: String = "", inputs: ClosedRange<Int>, outputs: ClosedRange<Int> = 1...1,
    types: @escaping TypeRule, gradient: GradientRule? = nil, cost: @escaping CostRule = { _, _ in 0 },
    isView: Bool = false, kernel: @escaping KernelRule
  ) {
    self.name = name
    self.domain = domain
    self.inputs = inputs
    self.outputs = outputs
    self.types = types
    self.gradient = gradient
    self.cost = cost
    self.isView = isView
    self.kernel = kernel
  }
}
