/// Operators that reduce dimensions.
enum ReductionOperators {
  static let all: [Operator] =
    SumToOperators.all + ReduceOperators.all + SoftmaxOperators.all + ArgOperators.all + CumulativeSum.all + [
      TopK.definition
    ]
}
