import ZooFormat

/// Who makes and who reads each value of a program: what fusion passes ask.
struct ValueUses {
  private var counts: [String: Int] = [:]
  private var readers: [String: Int] = [:]
  private var makers: [String: Int] = [:]
  private let nodes: [Node]

  init(_ program: Program) {
    nodes = program.nodes
    for (index, node) in nodes.enumerated() {
      for input in node.inputs where !input.isEmpty {
        counts[input, default: 0] += 1
        readers[input] = index
      }
      for output in node.outputs where !output.isEmpty { makers[output] = index }
    }
    for value in program.outputs + program.updates.map(\.value) { counts[value, default: 0] += 2 }
  }

  /// The index of the node that reads `value`, if it is the only one and nobody outside the graph reads it.
  func onlyReader(of value: String) -> Int? { counts[value] == 1 ? readers[value] : nil }

  /// How many read `value`; one that goes out counts as two.
  func readerCount(of value: String) -> Int { counts[value] ?? 0 }

  /// The index of the node that makes `value`.
  func maker(of value: String) -> Int? { makers[value] }
}

/// A producer (convolution or normalisation) with the residual addition and the activation that follow it.
struct FusibleChain {
  /// The value that is added to the producer's output.
  var residual: String?
  var activation: Node?
  /// The value that the whole chain computes.
  var output: String
  /// Indices of the nodes after the producer, in order.
  var followers: [Int] = []

  /// Follows the output of node `start` as long as nobody else reads the values between.
  /// - Parameters:
  ///   - isProducer: whether a node could take the addition instead; the later of two producers does, because the
  ///     other's output is there by then.
  ///   - isActivation: whether a node is an activation that can be taken.
  init(
    from start: Int, _ program: Program, _ uses: ValueUses, isActivation: (Node) -> Bool, isProducer: (Node) -> Bool
  ) {
    let nodes = program.nodes
    output = nodes[start].outputs[0]
    if let index = uses.onlyReader(of: output), nodes[index].op == "Add", nodes[index].domain.isEmpty {
      let other = nodes[index].inputs[0] == output ? nodes[index].inputs[1] : nodes[index].inputs[0]
      let rival = uses.maker(of: other).map {
        isProducer(nodes[$0]) && uses.onlyReader(of: other) == index && $0 > start
      }
      if rival != true, other != output, program.types[other] == program.types[output] {
        residual = other
        take(index, nodes)
      }
    }
    if let index = uses.onlyReader(of: output), isActivation(nodes[index]) {
      activation = nodes[index]
      take(index, nodes)
    }
  }

  private mutating func take(_ index: Int, _ nodes: [Node]) {
    followers.append(index)
    output = nodes[index].outputs[0]
  }
}
