/// Operators that work on each element by itself.
enum ElementwiseOperators {
  static let all: [Operator] =
    ActivationOperators.all + MathOperators.all + BinaryOperators.all + ClipOperators.all + CastOperators.all
    + ComparisonOperators.all + WhereOperators.all + VariadicOperators.all + PReluOperators.all
}
