/// Pools over windows of an image.
enum PoolingOperators {
  static let all: [Operator] =
    MaxPool.all + AveragePool.all + GlobalAveragePool.all + LpPool.all + [MaxUnpool.definition]
}
