/// Attention and what goes with it in language models.
enum AttentionOperators {
  static let all: [Operator] = [
    Attention.definition, FusedAttention.definition, RotaryEmbedding.definition, LinearAttention.definition,
    CausalConvWithState.definition,
    TensorScatter.definition,
  ]
}
