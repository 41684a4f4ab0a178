/// Pools over windows of an image.
enum PoolingOperators {
  static let all: [Operator] = []
}
