import ZooFormat

extension Model {
  /// The model with the elements of each weight of a convolution, a product or a recurrent layer in another order: the same
  /// distribution, and nothing of what was learned. The order is the same in every run. O(elements).
  func withShuffledWeights() throws(ZooError) -> Model {
    var names: Set<String> = []
    for node in graph.nodes where ["Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"].contains(node.op) {
      names.formUnion(node.inputs)
    }
    var model = self
    var random = SplitMix64(seed: 1, stream: 0)
    for (name, tensor) in graph.initializers.sorted(by: { $0.key < $1.key })
    where names.contains(name) && tensor.shape.count > 1 {
      guard var values: [Float] = tensor.values() else { continue }
      for place in values.indices.reversed() { values.swapAt(place, random.next(below: place + 1)) }
      model.graph.initializers[name] = try Tensor(shape: tensor.shape, values)
    }
    return model
  }
}
