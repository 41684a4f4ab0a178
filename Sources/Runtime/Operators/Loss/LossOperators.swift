/// Losses and their gradients.
enum LossOperators {
  static let all: [Operator] =
    SoftmaxCrossEntropy.all + NegativeLogLikelihood.all + [SoftmaxCrossEntropyLoss.definition]
}
