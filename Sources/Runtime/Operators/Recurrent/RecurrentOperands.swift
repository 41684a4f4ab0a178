/// Optional inputs and outputs of a node, which may have fewer of them than its operator.
struct RecurrentOperands: Sendable {
  private let inputs: Int
  private let outputs: Int

  init(_ call: OperatorCall) {
    inputs = call.inputs.count
    outputs = call.node.outputs.count
  }

  func input<T>(_ arguments: borrowing KernelArguments, _ index: Int, as _: T.Type) -> UnsafePointer<T>? {
    index < inputs ? arguments.unsafeOptionalInput(index, as: T.self) : nil
  }

  func output(_ arguments: borrowing KernelArguments, _ index: Int) -> UnsafeMutablePointer<Float>? {
    index < outputs ? arguments.unsafeOptionalOutput(index, as: Float.self) : nil
  }
}
