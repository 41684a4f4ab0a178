/// Steps of optimizers.
enum OptimizerOperators {
  static let all: [Operator] = []
}
