import Testing
import ZooRuntime

/// Recurrent nodes with random inputs.
enum RecurrentSamples {
  /// A node with bias and, where `full`, everything else that it can have.
  static func random(
    _ op: String, steps: Int, batch: Int, features: Int, hidden: Int, full: Bool = false,
    attributes: [String: Attribute] = [:]
  ) throws -> RecurrentCase {
    let gates = ["LSTM": 4, "GRU": 3, "RNN": 1][op] ?? 1
    var directions = 1
    if case .string("bidirectional")? = attributes["direction"] { directions = 2 }
    var batchFirst = false
    if case .int(1)? = attributes["layout"] { batchFirst = true }
    var generator = Generator(state: 11)
    func tensor(_ shape: [Int]) throws -> Tensor {
      try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in generator.next() })
    }
    let states = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    var tensors = [
      "X": try tensor(batchFirst ? [batch, steps, features] : [steps, batch, features]),
      "W": try tensor([directions, gates * hidden, features]), "R": try tensor([directions, gates * hidden, hidden]),
      "B": try tensor([directions, 2 * gates * hidden]),
    ]
    var inputs = ["X", "W", "R", "B", "", "", "", ""].prefix(op == "LSTM" ? 8 : 6).map { $0 }
    if full {
      tensors["initial_h"] = try tensor(states)
      tensors["sequence_lens"] = try Tensor(shape: [batch], (0..<batch).map { Int32(1 + $0 % steps) })
      inputs[4] = "sequence_lens"
      inputs[5] = "initial_h"
      if op == "LSTM" {
        tensors["initial_c"] = try tensor(states)
        tensors["P"] = try tensor([directions, 3 * hidden])
        inputs[6] = "initial_c"
        inputs[7] = "P"
      }
    }
    return RecurrentCase(op, op: op, attributes: attributes, inputs: inputs, tensors: tensors)
  }

  /// Numbers in ±0.7 (xorshift).
  struct Generator {
    var state: UInt64

    mutating func next() -> Float {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(state >> 40) / Float(1 << 24) * 1.4 - 0.7
    }
  }

  /// What is changed about an LSTM with 2 steps, batch 2, 3 features and 4 units, and what should be said about it.
  struct Wrong: Sendable, CustomTestStringConvertible {
    var message: String
    var attributes: [String: Attribute] = [:]
    var types: [String: TensorType] = [:]
    var inputs: [Int: String] = [:]
    var testDescription: String { message }
  }

  static let wrong = [
    Wrong(message: "hidden_size is 5", attributes: ["hidden_size": .int(5)]),
    Wrong(message: "direction is 'sideways'", attributes: ["direction": .string("sideways")]),
    Wrong(message: "layout is 2", attributes: ["layout": .int(2)]),
    Wrong(message: "W is", types: ["W": TensorType(.float32, [1, 16, 9])]),
    Wrong(message: "R is", types: ["R": TensorType(.float32, [1, 15, 4])]),
    Wrong(message: "R is", types: ["R": TensorType(.float32, [1, 0, 0])]),
    Wrong(message: "B is", types: ["B": TensorType(.float32, [1, 31])]),
    Wrong(message: "X is", types: ["X": TensorType(.float32, [2, 3])]),
    Wrong(message: "not supported", types: ["X": TensorType(.float64, [2, 2, 3])]),
    Wrong(
      message: "sequence_lens is", types: ["L": TensorType(.int32, [3])], inputs: [4: "L"]),
    Wrong(message: "initial_c is", types: ["C": TensorType(.float32, [2, 1, 4])], inputs: [6: "C"]),
    Wrong(message: "2 activations", attributes: ["activations": .strings(["Tanh", "Tanh"])]),
    Wrong(message: "activation 'Tan' is unknown", attributes: ["activations": .strings(["Tan", "Tanh", "Tanh"])]),
    Wrong(message: "clip is 0", attributes: ["clip": .float(0)]),
    Wrong(message: "clip is nan", attributes: ["clip": .float(.nan)]),
    Wrong(message: "input 2 is missing", inputs: [2: ""]),
  ]
}
