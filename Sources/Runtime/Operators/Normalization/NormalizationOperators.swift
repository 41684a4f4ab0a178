/// Normalisation over channels, layers and groups.
enum NormalizationOperators {
  static let all: [Operator] =
    [
      BatchNormalization.definition, BatchNormalizationTraining.definition, BatchNormalizationRepeated.definition,
      BatchNormalizationGradient.definition,
      LocalResponseNormalization.definition, LpNormalization.definition, MeanVarianceNormalization.definition,
    ] + LayerNormalization.all + GroupNormalization.all + NormalizedConvolution.all
}
