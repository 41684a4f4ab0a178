/// Steps of optimizers.
enum OptimizerOperators {
  static let all: [Operator] =
    [AdamW.definition, SGD.definition, GlobalNormScale.definition, MovingAverage.definition] + PreviewOptimizers.all
}
